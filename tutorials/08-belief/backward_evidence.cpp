// The evidence from the other end of the trajectory. Equation tags refer to README.md.

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// p(o_{k:T} | s_{k-1} = s, a) of all s from p(o_{k+1:T} | s_k = s', a) of all s'.
std::vector<Extended> one_step_earlier(const Pomdp& m, const std::vector<Extended>& future,
                                       std::size_t action, std::size_t observation) {
  const std::size_t states = m.states.size();
  std::vector<Extended> seen(states), earlier(states);
  //! [backward]
  for (std::size_t next = 0; next < states; ++next)
    seen[next] = future[next] * emission_row(m, action, next)[observation];
  for (std::size_t s = 0; s < states; ++s) {
    const StochasticMatrix::Row transition = transition_row(m, action, s);
    for (std::size_t i = 0; i < transition.size(); ++i)
      earlier[s] = earlier[s] + seen[transition.column[i]] * transition.probability[i];  // (08.11)
  }
  //! [backward]
  return earlier;
}

}  // namespace

void claim_backward_evidence(Chapter& chapter, const Pomdp& m, const Trajectory& t,
                             const std::string& where) {
  const std::size_t states = m.states.size();
  std::vector<Extended> future(states, 1.0);
  for (std::size_t k = t.horizon(); k >= 1; --k)
    future = one_step_earlier(m, future, t.actions[k - 1], t.observations[k - 1]);
  Extended evidence;
  for (std::size_t s = 0; s < states; ++s) evidence = evidence + future[s] * m.start[s];  // (08.12)
  const double backward = log(evidence), forward = log_evidence(m, t);

  // Each step is a sum of at most S products, and in the filter two of them and a division; each step's
  // logarithm is then added to their sum.
  const double steps = static_cast<double>(t.horizon());
  const double tolerance = rounding * steps * (3 * static_cast<double>(states) + 8 + std::abs(forward));
  chapter.claims.equal(
      where + "computed from the end of the trajectory to its start, the log-evidence is the filter's",
      backward, forward, tolerance,
      "a rounding for each term of each step's sums, and for each logarithm added up");
}
