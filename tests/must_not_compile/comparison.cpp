#include "doxa/autograd/ops.h"

bool smaller(doxa::Var a, doxa::Var b) {
#ifdef ALLOWED
  return a.item() < b.item();
#else
  return a < b;
#endif
}
