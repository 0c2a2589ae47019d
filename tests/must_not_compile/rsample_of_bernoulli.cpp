#include "doxa/distributions/bernoulli.h"

doxa::Var draw(doxa::Var logits, doxa::Philox& random) {
  const doxa::Bernoulli q(logits);
#ifdef ALLOWED
  return straight_through_sample(q, random);
#else
  return rsample(q, normal_noise(q.tape(), q.shape(), random));
#endif
}
