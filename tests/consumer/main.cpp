#include <cstdio>

#include "doxa/autograd/ops.h"
#include "doxa/models/nn/adam.h"

int main() {
  doxa::Parameter x("x", doxa::Tensor({}, {3}));
  doxa::Tape tape;
  tape.backward(square(x.on(tape)));
  std::printf("d(x^2)/dx at 3 is %g\n", static_cast<double>(x.gradient.item()));
  return x.gradient.item() == 6 ? 0 : 1;
}
