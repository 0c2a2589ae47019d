#include "doxa/autograd/tape.h"

// Three zeros, or the number 3?
doxa::Var of(doxa::Tape& tape) {
#ifdef ALLOWED
  tape.constant(doxa::Shape{3}, 0);
  return tape.constant(3);
#else
  return tape.constant({3});
#endif
}
