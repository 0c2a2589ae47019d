#pragma once

#include "linear_gaussian.h"
#include "support/chapter.h"

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
  prior_draws
};

// The parts of the chapter, each with its claims and figures.
void integral(doxa::support::Chapter& chapter);        // averaging over the prior (03.2)
void scalar_by_hand(doxa::support::Chapter& chapter);  // (03.9), (03.10)
void evidence_identity(doxa::support::Chapter& chapter, const Problem& problem);  // log p(x) = KL + V
void sampled(doxa::support::Chapter& chapter, const Problem& problem);  // V from draws; Jensen's gap
void ascent(doxa::support::Chapter& chapter, const Problem& problem);   // maximising V over q; mean field
void reversed(doxa::support::Chapter& chapter);                         // the divergence the wrong way round
void fisher(doxa::support::Chapter& chapter, const Problem& problem);   // the gradient of V in θ (03.18)
void learning(doxa::support::Chapter& chapter,
              const Problem& problem);  // V over θ: EM (03.19), and a restricted q
