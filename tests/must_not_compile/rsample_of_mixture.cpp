#include "doxa/distributions/mixture.h"
#include "doxa/distributions/normal.h"

// Its components are reparametrised, the mixture is not.
doxa::Var draw(doxa::Var logits, doxa::Var loc, doxa::Var scale, doxa::Var noise) {
  const doxa::Mixture q(doxa::Categorical(logits), doxa::Normal(loc, scale));
#ifdef ALLOWED
  return rsample(q.components, noise);
#else
  return rsample(q, noise);
#endif
}
