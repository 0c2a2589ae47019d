#pragma once

#include <cmath>

#include "linear_gaussian.h"

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
