// Products over axes: identities, zeros, infinities, and factors whose partial products leave the range.

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

Numbers gradient_of_prod(const Numbers& x) {
  Tape tape;
  const Var v = tape.variable(Tensor(Shape{static_cast<Index>(x.size())}, x));
  tape.backward(prod(v));
  return adjoint(v);
}

TEST(Prod, IsTheProduct) {
  Tape tape;
  const Var x = tape.constant({2, 3}, {2, -3, 4, 5, 1, -2});
  EXPECT_EQ(prod(x).item(), 240);
  EXPECT_EQ(value(prod(x, 0)), (Numbers{10, -3, -8}));
  EXPECT_EQ(value(prod(x, 1)), (Numbers{-24, -10}));
  EXPECT_EQ(prod(x, {0, 1}, true).shape(), Shape({1, 1}));
  EXPECT_EQ(prod(tape.constant(Tensor(Shape{0}))).item(), 1);
}

TEST(Prod, OfExponentialsIsTheExponentialOfTheSum) {
  Tape tape;
  const Var x = normal_variable(tape, {4, 6, 5});
  for (const AxisList& axes : {AxisList{0}, AxisList{1}, AxisList{0, 2}})
    expect_close(prod(exp(x), axes), exp(sum(x, axes)), 200);
}

TEST(Prod, ItsGradientIsTheProductOfTheOthers) {
  EXPECT_EQ(gradient_of_prod({2, -4, 8}), (Numbers{-32, 16, -8}));
  EXPECT_EQ(gradient_of_prod({2, 0, 8}), (Numbers{0, 16, 0}));
  EXPECT_EQ(gradient_of_prod({2, 0, 8, 0}), (Numbers{0, 0, 0, 0}));
  EXPECT_EQ(gradient_of_prod({0}), Numbers{1});
  EXPECT_EQ(gradient_of_prod({infinity, -2, 1}), (Numbers{-2, infinity, -infinity}));
  const Numbers d = gradient_of_prod({infinity, 0, 2});
  EXPECT_EQ(d[0], 0);
  EXPECT_EQ(d[1], infinity);
  EXPECT_TRUE(std::isnan(d[2]));
}

TEST(Prod, ItsPartialProductsMayLeaveTheRange) {
  const Real large = std::ldexp(Real{1}, std::numeric_limits<Real>::max_exponent - 1);
  const Real tiny = std::numeric_limits<Real>::denorm_min();
  Tape tape;
  EXPECT_EQ(prod(tape.constant({4}, {large, large, 1 / large, 4 / large})).item(), 4);
  EXPECT_EQ(prod(tape.constant({4}, {tiny, tiny, 1 / tiny > large ? large : 1, large})).item(),
            tiny * large * (tiny * large));
  EXPECT_EQ(prod(tape.constant({2}, {large, large})).item(), infinity);
  EXPECT_EQ(prod(tape.constant({2}, {tiny, -tiny})).item(), 0);
  EXPECT_EQ(gradient_of_prod({large, 3, 1 / large, large})[0], 3);
}

TEST(Prod, OfManyFactorsHasTheErrorOfItsRoundings) {
  constexpr Index n = 1'000'000;
  const Real x = 1 + 8 * std::numeric_limits<Real>::epsilon();
  Tape tape;
  const double exact = std::exp(n * std::log1p(static_cast<double>(x - 1)));
  EXPECT_NEAR(prod(tape.constant({n}, x)).item() / exact, 1, 0.6 * n * unit_roundoff);
}

// g times the others, of which g times the first alone would have lost its digits.
TEST(Prod, ItsGradientFromASubnormalCotangent) {
  const Real tiny = std::numeric_limits<Real>::denorm_min();
  const Real large = std::ldexp(Real(0.75), std::numeric_limits<Real>::max_exponent - 1);
  Tape tape;
  const Var x = vector(tape, {large, large, 1 / large});
  tape.backward(prod(x), Tensor(Shape{}, {tiny}));
  EXPECT_EQ(x.adjoint()[2], tiny * large * large);
}

}  // namespace
}  // namespace doxa
