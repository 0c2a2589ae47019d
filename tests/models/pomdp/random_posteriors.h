#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "doxa/models/pomdp/causal_posterior.h"
#include "tests/support/random_pomdp.h"

namespace doxa::testing {

inline void fill_with_distribution(std::span<double> p, Philox& random) {
  double sum = 0;
  for (double& x : p) sum += x = -std::log(random.uniform());
  for (double& x : p) x /= sum;
}

// As random_pomdp, with no probability 0.
inline Pomdp random_positive_pomdp(std::size_t states, std::size_t actions, std::size_t observations,
                                   Philox& random) {
  Pomdp m = random_pomdp(states, actions, observations, random);
  fill_with_distribution(m.start, random);
  std::vector<std::vector<double>> transition(actions * states, std::vector<double>(states)),
      emission(actions * states, std::vector<double>(observations));
  for (std::size_t row = 0; row < actions * states; ++row) {
    fill_with_distribution(transition[row], random);
    fill_with_distribution(emission[row], random);
  }
  m.transition = table(transition);
  m.emission = table(emission);
  return m;
}

inline void fill_rows(std::span<double> rows, std::size_t states, Philox& random) {
  for (std::size_t i = 0; i < rows.size(); i += states)
    fill_with_distribution(rows.subspan(i, states), random);
}

inline PathPosterior random_path_posterior(std::size_t states, std::size_t horizon, Philox& random) {
  PathPosterior q(states, horizon);
  fill_rows(q.values, states, random);
  return q;
}

inline CausalPosterior random_causal_posterior(const Pomdp& m, std::size_t horizon, Philox& random) {
  CausalPosterior q = causal_table(m, horizon);
  fill_rows(q.values, q.states, random);
  return q;
}

}  // namespace doxa::testing
