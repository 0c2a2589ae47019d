#include "doxa/distributions/categorical.h"
#include "doxa/distributions/estimators.h"

doxa::Var estimate(doxa::Var parameter, doxa::Philox& random) {
  using namespace doxa;
#ifdef ALLOWED
  const auto f = [](const std::vector<Index>& z, const Categorical& q) { return log_prob(q, z); };
#else
  const auto f = [](Var z, const Categorical&) { return z; };
#endif
  return expectation(Categorical(parameter), f, ScoreFunction{}, random);
}
