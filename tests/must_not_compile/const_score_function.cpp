#include "doxa/distributions/estimators.h"
#include "doxa/distributions/normal.h"

doxa::Var estimate(doxa::Var parameter, doxa::Philox& random) {
  using namespace doxa;
#ifdef ALLOWED
  ScoreFunction estimator;
#else
  const ScoreFunction estimator;
#endif
  return expectation(
      Normal(parameter, exp(parameter)), [](Var z) { return z; }, estimator, random);
}
