// Equation tags refer to README.md.

#include "small_filter.h"

using namespace doxa;

FilterStep filter_step(const Pomdp& m, const std::vector<double>& b, std::size_t a, std::size_t o) {
  const std::size_t S = b.size();
  //! [filter]
  std::vector<double> next(S);
  double evidence = 0;
  for (std::size_t s = 0; s < S; ++s)
    for (std::size_t to = 0; to < S; ++to) next[to] += transition_row(m, a, s)[to] * b[s];  // (08.3)
  for (std::size_t s = 0; s < S; ++s) {
    next[s] *= emission_row(m, a, s)[o];
    evidence += next[s];  // (08.4)
  }
  for (std::size_t s = 0; s < S; ++s) next[s] /= evidence;  // (08.5)
  //! [filter]
  return {next, evidence};
}

std::vector<double> one_step_back(const Pomdp& m, const std::vector<double>& beta, std::size_t a,
                                  std::size_t o) {
  const std::size_t S = beta.size();
  //! [backward]
  std::vector<double> before(S);
  for (std::size_t s = 0; s < S; ++s)
    for (std::size_t to = 0; to < S; ++to)
      before[s] += transition_row(m, a, s)[to] * emission_row(m, a, to)[o] * beta[to];  // (08.11)
  //! [backward]
  return before;
}
