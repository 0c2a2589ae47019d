#include "doxa/autograd/tape.h"

// Of two elements 3 and 4, or of shape [3,4]?
doxa::Var of(doxa::Tape& tape) {
#ifdef ALLOWED
  tape.variable(doxa::Tensor(doxa::Shape{2}, {3, 4}));
  return tape.variable(doxa::Tensor(doxa::Shape{3, 4}));
#else
  return tape.variable({3, 4});
#endif
}
