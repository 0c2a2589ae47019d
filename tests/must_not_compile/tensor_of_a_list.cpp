#include "doxa/autograd/tensor.h"

// Three zeros, or the number 3?
#ifdef ALLOWED
const doxa::Tensor zeros(doxa::Shape{3}), number(doxa::Shape{}, {3});
#else
const doxa::Tensor which({3});
#endif
