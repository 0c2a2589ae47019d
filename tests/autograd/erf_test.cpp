// The error function and its slope against extended precision.

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "doxa/autograd/internal/exp_minus_square.h"
#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

TEST(Erf, IsWithinTwoUlpAndItsSlopeWithinEight) {
  constexpr bool wide = std::numeric_limits<long double>::digits > std::numeric_limits<Real>::digits;
  for (double x = -27; x <= 27; x += 0.0137)
    for (const double scale : {1.0, 1e-3, 1e-30}) {
      Tape tape;
      const Var v = number(tape, scale * x), y = erf(v);
      tape.backward(y);
      const long double at = v.item();
      EXPECT_LE(ulps(y.item(), std::erf(at)), 2) << at;
      EXPECT_LE(ulps(v.adjoint()[0], 2 / std::sqrt(std::numbers::pi_v<long double>) * std::exp(-at * at)),
                wide ? 8 : 600)
          << at;
    }
}

TEST(Erf, AtInfinityAndNaN) {
  Tape tape;
  const Var x = vector(tape, {infinity, -infinity, nan}), y = erf(x);
  EXPECT_EQ(y.value()[0], 1);
  EXPECT_EQ(y.value()[1], -1);
  EXPECT_TRUE(std::isnan(y.value()[2]));
  tape.backward(y, vector({1, 1, 0}));
  EXPECT_EQ(adjoint(x), (Numbers{0, 0, 0}));
}

// The rounding of x² is made up for.
TEST(Erf, ItsSlopeKeepsItsDigitsFarOut) {
  constexpr bool wide = std::numeric_limits<long double>::digits > std::numeric_limits<double>::digits;
  for (double x = -26.6; x <= 26.6; x += 0.00137) {  // e^-x² is a normal number
    const long double exact = std::exp(-static_cast<long double>(x) * x);
    const long double unit = std::numeric_limits<double>::epsilon() * exact / 2;
    EXPECT_LE(std::abs(exp_minus_square(x) - exact), (wide ? 4 : 600) * unit) << x;
  }
  EXPECT_EQ(exp_minus_square(41.0), 0);
}

}  // namespace
}  // namespace doxa
