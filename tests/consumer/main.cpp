#include "doxa/doxa.h"

#include <cstdio>

static_assert(DOXA_VERSION_MAJOR > 0 || DOXA_VERSION_MINOR >= 2);

int main() {
  doxa::Parameter x("x", doxa::Tensor({}, {3}));
  doxa::Tape tape;
  tape.backward(square(x.on(tape)));
  std::printf("doxa %s: d(x^2)/dx at 3 is %g\n", doxa::version, static_cast<double>(x.gradient.item()));
  return x.gradient.item() == 6 ? 0 : 1;
}
