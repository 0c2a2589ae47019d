#include "doxa/distributions/relaxed_one_hot_categorical.h"

doxa::Var draw(doxa::Var logits, doxa::Var noise) {
#ifdef ALLOWED
  return rsample(doxa::RelaxedOneHotCategorical(logits, doxa::Real(0.5)), noise);
#else
  return rsample(doxa::OneHotCategorical(logits), noise);
#endif
}
