#include "doxa/distributions/categorical.h"
#include "doxa/distributions/normal.h"

doxa::Var draw(doxa::Var parameter, doxa::Var noise) {
#ifdef ALLOWED
  return rsample(doxa::Normal(parameter, exp(parameter)), noise);
#else
  return rsample(doxa::Categorical(parameter), noise);
#endif
}
