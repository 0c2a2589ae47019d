#include "doxa/distributions/estimators.h"
#include "doxa/distributions/normal.h"

doxa::Var estimate(doxa::Var parameter, doxa::Philox& random) {
  using namespace doxa;
#ifdef ALLOWED
  return expectation(
      Normal(parameter, exp(parameter)), [](Var z, const Normal& q) { return log_prob(q, z); },
      PathDerivative{}, random);
#else
  return expectation(
      Normal(parameter, exp(parameter)), [](Var z) { return z; }, PathDerivative{}, random);
#endif
}
