#pragma once

#include "on_tape.h"
#include "scalar_model.h"
#include "support/tutorial.h"

// The example of the chapter: two hidden numbers and three instruments.
struct Problem {
  LinearGaussian model;
  doxa::Matrix x;  // [n, 1]
};
Problem three_instruments();

// The streams of the seed: what is drawn for one purpose does not move when another draws more.
enum Stream : std::uint64_t {
  random_problems = 1,
  weight_noise,
  figure_noise,
  ascent_noise,
  em_data,
  prior_draws,
  posterior_draws
};

// The sides of (03.4), each computed without the others, and the unit that their rounding errors are measured
// in.
struct EvidenceSplit {
  double log_evidence;     // the density of the marginal, in double
  ElboTerms elbo;          // expectations of quadratic forms, in double
  double kl_to_posterior;  // of the library
  double kl_to_prior;      // of the library
  double unit;             // their units of rounding, added up

  double gap() const { return log_evidence - elbo.value(); }
  double miss() const { return std::abs(log_evidence - (elbo.value() + kl_to_posterior)) / unit; }  // (03.4)
  double forms_miss() const {                                                                       // (03.6)
    return std::abs(elbo.value() - (elbo.log_likelihood - kl_to_prior)) / unit;
  }
};

// q's numbers must be ones that Real can represent.
EvidenceSplit evidence_split(const LinearGaussian& model, const doxa::Matrix& x, const Gaussian& q);

// How many units (03.4) may be missed by, and why: one sentence for all claims.
inline constexpr double units_allowed = 4;
extern const char* const why_units;
// How far two machines' largest misses may be apart: a miss is rounding, of the size of a unit.
inline constexpr double rounding_noise = 1;

// The parts of the chapter, each with its claims and figures.
void integral(doxa::support::Chapter& chapter);  // averaging over the prior (03.2)
void scalar_by_hand(doxa::support::Chapter& chapter, const ScalarModel& model);   // (03.9), (03.10)
void evidence_identity(doxa::support::Chapter& chapter, const Problem& problem);  // log p(x) = KL + V
void sampled(doxa::support::Chapter& chapter, const Problem& problem);  // V from draws; Jensen's gap
void ascent(doxa::support::Chapter& chapter, const Problem& problem);   // maximising V over q; mean field
void gradient_noise(doxa::support::Chapter& chapter,
                    const Problem& problem);                           // of one draw, in its two parts
void reversed(doxa::support::Chapter& chapter);                        // the divergence the wrong way round
void fisher(doxa::support::Chapter& chapter, const Problem& problem);  // the gradient of V in θ (03.18)
void em(doxa::support::Chapter& chapter);                              // V over θ too: (03.19), (03.22)
void restricted(doxa::support::Chapter& chapter, const Problem& problem);  // what a diagonal q learns
