#include "doxa/distributions/estimators.h"
#include "doxa/distributions/normal.h"

doxa::Var estimate(doxa::Var parameter, doxa::Philox& random) {
  using namespace doxa;
#ifdef ALLOWED
  return expectation(
      OneHotCategorical(parameter), [](Var z) { return sum(z, -1); }, StraightThrough{}, random);
#else
  return expectation(
      Normal(parameter, exp(parameter)), [](Var z) { return z; }, StraightThrough{}, random);
#endif
}
