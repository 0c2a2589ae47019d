#include "doxa/distributions/categorical.h"
#include "doxa/distributions/normal.h"

// Compiled twice: as it stands it must be refused with the message of rsample, and with ALLOWED it must
// compile, so that the refusal is for the right reason.
doxa::Var draw(doxa::Var parameter, doxa::Var noise) {
#ifdef ALLOWED
  return rsample(doxa::Normal(parameter, exp(parameter)), noise);
#else
  return rsample(doxa::Categorical(parameter), noise);
#endif
}
