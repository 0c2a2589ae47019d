// Element-wise ops: functional equations, limits, broadcasting. Their gradients are checked in
// tests/gradcheck.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

TEST(Elementwise, InversesUndoEachOther) {
  Tape tape;
  const Var x = normal_variable(tape, {101});
  expect_close(log(exp(x)), x, 8, 1);  // e^x is off by u-s of itself: so is its logarithm, absolutely
  expect_close(square(sqrt(exp(x))), exp(x), 4);
  expect_close(-(-x), x, 0);
  expect_close((x + 1) - 1, x, 2, 2);
  expect_close(x * Real(3) / Real(3), x, 4);
}

TEST(Elementwise, FunctionalEquationsOfTheLogisticFamily) {
  Tape tape;
  const Var x = 5 * normal_variable(tape, {101});
  const Var one = tape.constant({101}, Real{1});
  expect_close(sigmoid(x) + sigmoid(-x), one, 8);
  expect_close(softplus(x) - softplus(-x), x, 8, 1);
  expect_close(log(sigmoid(x)), -softplus(-x), 16, 1);
  expect_close(tanh(x), 2 * sigmoid(2 * x) - 1, 16, 1);
  expect_close(exp(x) * exp(-x), one, 16);
}

TEST(Elementwise, ConstantsOnEitherSide) {
  Tape tape;
  const Var x = tape.constant(vector({1, 2, -4}));
  EXPECT_EQ(value(x + 2), (Numbers{3, 4, -2}));
  EXPECT_EQ(value(2 + x), (Numbers{3, 4, -2}));
  EXPECT_EQ(value(x - 2), (Numbers{-1, 0, -6}));
  EXPECT_EQ(value(2 - x), (Numbers{1, 0, 6}));
  EXPECT_EQ(value(x * 3), (Numbers{3, 6, -12}));
  EXPECT_EQ(value(3 * x), (Numbers{3, 6, -12}));
  EXPECT_EQ(value(x / 2), (Numbers{0.5, 1, -2}));
  EXPECT_EQ(value(2 / x), (Numbers{2, 1, -0.5}));
}

// Rounded once or twice: both are within a unit of the larger of product and sum.
TEST(Elementwise, MultiplyAddIsAProductAndASum) {
  Tape tape;
  for (const std::array<Shape, 3>& s :
       {std::array{Shape{101}, Shape{101}, Shape{101}}, std::array{Shape{3, 1}, Shape{1, 33}, Shape{3, 33}},
        std::array{Shape{}, Shape{7, 5}, Shape{5}}}) {
    const Var a = normal_variable(tape, s[0]), b = normal_variable(tape, s[1]);
    const Var c = normal_variable(tape, s[2]), y = multiply_add(a, b, c);
    const Var product = a * b;
    EXPECT_EQ(y.shape(), (product + c).shape());
    expect_close(y, product + c, 4, 16);
  }
  const Var exact = multiply_add(vector(tape, {1, 2, -4}), vector(tape, {3, 0, 2}), vector(tape, {-1, 5, 8}));
  EXPECT_EQ(value(exact), (Numbers{2, 5, 0}));
}

// x += y is x = x + y: the old value and its gradient stay what they are.
TEST(Elementwise, CompoundAssignmentMovesTheHandleToANewRecord) {
  Tape tape;
  const Var a = vector(tape, {1, 2, -4}), b = tape.variable(2);
  Var x = a;
  x += b;
  EXPECT_EQ(value(x), (Numbers{3, 4, -2}));
  x *= b;
  EXPECT_EQ(value(x), (Numbers{6, 8, -4}));
  x -= a;
  EXPECT_EQ(value(x), (Numbers{5, 6, 0}));
  x /= b;
  EXPECT_EQ(value(x), (Numbers{2.5, 3, 0}));
  EXPECT_EQ(value(a), (Numbers{1, 2, -4}));
  tape.backward(sum(x));  // Σ (a + b) - a / b
  EXPECT_EQ(adjoint(a), (Numbers{0.5, 0.5, 0.5}));
  EXPECT_EQ(adjoint(b), (Numbers{3 + (1 + 2 - 4) / Real{4}}));
}

TEST(Elementwise, CompoundAssignmentWithANumber) {
  Tape tape;
  Var x = tape.constant(vector({1, 2, -4}));
  x += 1;
  EXPECT_EQ(value(x), (Numbers{2, 3, -3}));
  x -= 3;
  EXPECT_EQ(value(x), (Numbers{-1, 0, -6}));
  x *= 3;
  EXPECT_EQ(value(x), (Numbers{-3, 0, -18}));
  x /= 2;
  EXPECT_EQ(value(x), (Numbers{-1.5, 0, -9}));
}

TEST(Elementwise, PowerIsThatOfCForEveryKindOfBaseAndExponent) {
  constexpr Real infinity = std::numeric_limits<Real>::infinity(),
                 nan = std::numeric_limits<Real>::quiet_NaN();
  const Tensor numbers =
      vector({-infinity, -2, -1, Real(-0.5), Real{-0.0}, 0, Real(0.5), 1, 2, 3, -3, infinity, nan});
  Tape tape;
  const Var base = tape.constant(Tensor(Shape{13, 1}, numbers.span())), exponent = tape.constant(numbers);
  const Var both = pow(base, exponent);
  for (Index i = 0; i < 13; ++i) {
    const Var of_base = pow(numbers[i], exponent), of_exponent = pow(base, numbers[i]);
    for (Index j = 0; j < 13; ++j) {
      const auto same = [](Real a, Real b) { return a == b || (std::isnan(a) && std::isnan(b)); };
      const auto row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(j);
      const Real exact = std::pow(numbers[i], numbers[j]);
      EXPECT_PRED2(same, both.value()[13 * row + column], exact);
      EXPECT_PRED2(same, of_base.value()[column], exact);
      EXPECT_PRED2(same, of_exponent.value()[column], std::pow(numbers[j], numbers[i]));
    }
  }
}

// ∂/∂a a^b = b a^(b-1), ∂/∂b a^b = a^b log a. No logarithm of 0 or of a negative base gets into a gradient
// that is 0 or not asked for.
TEST(Elementwise, GradientsOfAPowerAtZeroAndAtNegativeBases) {
  Tape tape;
  const Var base = vector(tape, {0, 0, 0, 0, 2}), exponent = vector(tape, {0, 1, 2, Real(0.5), 0});
  tape.backward(sum(pow(base, exponent)));
  EXPECT_EQ(adjoint(base), (Numbers{0, 1, 0, 0, 0}));
  EXPECT_EQ(adjoint(exponent), (Numbers{0, 0, 0, 0, std::log(Real{2})}));

  const Var negative = vector(tape, {-2, -2}), integers = tape.constant(vector({3, -1}));
  tape.backward(sum(pow(negative, integers)));
  EXPECT_EQ(adjoint(negative), (Numbers{12, -0.25}));

  const Var x = vector(tape, {-1, 2});  // the other branch is not differentiated
  tape.backward(sum(where(vector({0, 1}), pow(x, x), x)));
  EXPECT_EQ(adjoint(x)[0], 1);
  EXPECT_NEAR(adjoint(x)[1], 4 + 4 * std::log(2.0), 8 * 8 * unit_roundoff);
}

// 2^(x/8) in single precision, whose exponents go an eighth as far.
Real two_to(int x) { return static_cast<Real>(std::ldexp(1.0, sizeof(Real) > 4 ? x : x / 8)); }

// d/db a/b = -a/b². The cotangent times the quotient is 2^1100.
TEST(Elementwise, TheGradientOfAQuotientIsFiniteWhereItsProductsAreNot) {
  Tape tape;
  const Var a = vector(tape, {two_to(904), two_to(904), 0}), b = vector(tape, {two_to(400), -two_to(400), 1});
  tape.backward(sum(two_to(600) * (a / b)));
  EXPECT_EQ(adjoint(a), (Numbers{two_to(200), -two_to(200), two_to(600)}));
  EXPECT_EQ(adjoint(b), (Numbers{-two_to(704), -two_to(704), 0}));
  tape.backward(sum(two_to(600) * (two_to(904) / b)));
  EXPECT_EQ(adjoint(b), (Numbers{-two_to(704), -two_to(704), -infinity}));
}

// The slope of the power is out of range, its product with the cotangent is not.
TEST(Elementwise, TheGradientOfAPowerIsInRangeWhereItsSlopeIsNot) {
  if (std::numeric_limits<long double>::max_exponent <= std::numeric_limits<Real>::max_exponent)
    GTEST_SKIP() << "long double is no wider than Real";
  Tape tape;
  const Var tiny = vector(tape, {two_to(-600)});
  tape.backward(sum(two_to(-504) * pow(tiny, -1)));
  EXPECT_EQ(adjoint(tiny), (Numbers{-two_to(696)}));
  const Var smaller = vector(tape, {two_to(-800)});
  tape.backward(sum(two_to(1000) * pow(smaller, 3)));
  EXPECT_EQ(adjoint(smaller), (Numbers{3 * two_to(-600)}));
  const Var base = vector(tape, {two_to(1000)}), exponent = vector(tape, {Real(1.02)});
  tape.backward(sum(two_to(-104) * pow(base, exponent)));
  const double log_base = std::log(static_cast<double>(two_to(1000))),
               log_cotangent = std::log(static_cast<double>(two_to(-104))),
               expected = log_base * std::exp(log_base * static_cast<double>(Real(1.02)) + log_cotangent);
  EXPECT_NEAR(adjoint(exponent)[0] / expected, 1, 4 * log_base * unit_roundoff);
}

TEST(Elementwise, OneTimesZeroKeepsItsSign) {
  Tape tape;
  const Var zero = tape.constant(vector({-Real{0}}));
  EXPECT_TRUE(std::signbit(value(zero * 1)[0]));
  EXPECT_TRUE(std::signbit(value(1 * zero)[0]));
  EXPECT_TRUE(std::signbit(value(zero / 1)[0]));
  EXPECT_FALSE(std::signbit(value(zero * -1)[0]));
}

TEST(Elementwise, DivisionByZeroIsInfinite) {
  Tape tape;
  const Var y = tape.constant(vector({1, -1, 0})) / tape.constant(vector({0, 0, 0}));
  EXPECT_EQ(y.value()[0], infinity);
  EXPECT_EQ(y.value()[1], -infinity);
  EXPECT_TRUE(std::isnan(y.value()[2]));
}

TEST(Elementwise, TheGradientOfTheSquareRootAtZeroIsZero) {
  Tape tape;
  const Var x = vector(tape, {0, 4, 0});
  tape.backward(sum(sqrt(x)));
  EXPECT_EQ(adjoint(x), (Numbers{0, 0.25, 0}));
}

TEST(Elementwise, GradientsOfSaturatedFunctionsAreFinite) {
  Tape tape;
  const Real far = 10000;
  const Var x = vector(tape, {-far, far});
  tape.backward(sum(softplus(x)));
  EXPECT_EQ(adjoint(x), (Numbers{0, 1}));
  tape.backward(sum(sigmoid(x) + tanh(x)));
  EXPECT_EQ(adjoint(x), (Numbers{0, 0}));
}

TEST(Elementwise, ANumberAsAnOperandIsNoRecord) {
  Tape tape;
  const Var x = vector(tape, {1, 7, -3});
  const std::size_t before = tape.size();
  const Var y = x / Real{3};
  EXPECT_EQ(tape.size(), before + 1);
  EXPECT_EQ(value(y), (Numbers{Real{1} / 3, Real{7} / 3, -1}));  // a division, not a product with 1/3
  (void)(2 / x), (void)minimum(x, 0), (void)maximum(0, x);
  EXPECT_EQ(tape.size(), before + 4);
}

TEST(Elementwise, FunctionalEquationsOfTheOthers) {
  Tape tape;
  const Var x = normal_variable(tape, {101});
  const Var one = tape.constant({101}, Real{1});
  expect_close(square(sin(x)) + square(cos(x)), one, 4);
  expect_close(sin(2 * x), 2 * sin(x) * cos(x), 16, 1);
  expect_close(log1p(expm1(x)), x, 8, 3);
  expect_close(exp(x) - 1, expm1(x), 2, 1);
  expect_close(expm1(-x), -expm1(x) / exp(x), 16);
  expect_close(reciprocal(x) * x, one, 2);
  expect_close(sqrt(square(x)), abs(x), 2);
  expect_close(log_sigmoid(x), log(sigmoid(x)), 8, 1);
  expect_close(log_sigmoid(x) - log_sigmoid(-x), x, 8, 1);
  expect_close(silu(x) - silu(-x), x, 8);
  expect_close(relu(x) - relu(-x), x, 0);
  expect_close(maximum(x, -x), abs(x), 0);
  expect_close(minimum(x, 1) + maximum(x, 1), x + 1, 2);
  expect_close(elu(x), maximum(x, 0) + minimum(expm1(x), 0), 2);
  expect_close(pow(x, 2), square(x), 2);
  expect_close(pow(abs(x), Real(0.5)), sqrt(abs(x)), 4);
  expect_close(pow(x, -1), reciprocal(x), 2);
}

TEST(Elementwise, SubgradientsAtKinksAndOfPowersAreAsDocumented) {
  Tape tape;
  const Var x = vector(tape, {-2, 0, 3});
  const auto gradient = [&](Var y) {
    tape.backward(sum(y));
    return adjoint(x);
  };
  EXPECT_EQ(gradient(abs(x)), (Numbers{-1, 0, 1}));
  EXPECT_EQ(gradient(relu(x)), (Numbers{0, 0, 1}));
  EXPECT_EQ(gradient(elu(x))[1], 1);
  EXPECT_EQ(gradient(maximum(x, 0)), (Numbers{0, 0.5, 1}));
  EXPECT_EQ(gradient(maximum(0, x)), (Numbers{0, 0.5, 1}));
  EXPECT_EQ(gradient(minimum(x, 0)), (Numbers{1, 0.5, 0}));
  EXPECT_EQ(gradient(maximum(x, x)), (Numbers{1, 1, 1}));
  EXPECT_EQ(gradient(minimum(x, x)), (Numbers{1, 1, 1}));
  EXPECT_EQ(gradient(clamp(x, -2, 0)), (Numbers{1, 1, 0}));
  EXPECT_EQ(gradient(clamp(x, 0, 0)), (Numbers{0, 1, 0}));
  EXPECT_EQ(gradient(clamp(x, -infinity, infinity)), (Numbers{1, 1, 1}));
  // Powers of zero and of negative numbers.
  EXPECT_EQ(value(pow(x, 3)), (Numbers{-8, 0, 27}));
  EXPECT_EQ(gradient(pow(x, 3)), (Numbers{12, 0, 27}));
  EXPECT_EQ(value(pow(x, 0)), (Numbers{1, 1, 1}));
  EXPECT_EQ(gradient(pow(x, 0)), (Numbers{0, 0, 0}));
  EXPECT_EQ(gradient(pow(x, 1)), (Numbers{1, 1, 1}));
  EXPECT_EQ(value(pow(x, -1))[1], infinity);
  EXPECT_EQ(gradient(pow(x, -1))[0], Real(-0.25));
  EXPECT_TRUE(std::isnan(value(pow(x, Real(0.5)))[0]));
  EXPECT_EQ(gradient(pow(x, Real(0.5)))[1], 0);
}

TEST(Elementwise, NaNWinsWhateverTheOtherOperandIs) {
  Tape tape;
  for (const Real other : {Real{0}, Real{1}, infinity, -infinity, nan}) {
    const Var a = tape.constant(vector({nan, other})), b = tape.constant(vector({other, nan}));
    for (const Var y : {minimum(a, b), maximum(a, b)})
      for (const Real v : value(y)) EXPECT_TRUE(std::isnan(v)) << other;
  }
  const Var x = tape.constant(nan);
  for (const Var y :
       {relu(x), abs(x), clamp(x, 0, 1), elu(x), silu(x), minimum(x, 0), maximum(0, x), pow(x, 2)})
    EXPECT_TRUE(std::isnan(y.item())) << tape.name(y);
}

TEST(Elementwise, ClampRefusesWhatIsNoInterval) {
  Tape tape;
  const Var x = tape.constant(1);
  EXPECT_THROW(clamp(x, 1, 0), Refused);
  EXPECT_THROW(clamp(x, nan, 0), Refused);
  EXPECT_THROW(clamp(x, 0, nan), Refused);
}

// Derivatives of tanh and sigmoid are made from the value, so they are as exact as it is, absolutely; the
// others keep their digits far out. All are finite at finite points.
TEST(Elementwise, GradientsInTheTails) {
  Tape tape;
  const Real far = sizeof(Real) == 8 ? Real{600} : Real{80};
  const Var x = vector(tape, {-far});
  const auto relative = [&](Var y, long double exact) {
    tape.backward(y, Tensor(Shape{1}, Real{1}));
    EXPECT_LE(ulps(adjoint(x)[0], exact), 4) << tape.name(y);
  };
  const auto e = std::exp(-static_cast<long double>(far));
  relative(sigmoid(x), e);
  relative(softplus(x), e);
  relative(log_sigmoid(-x), -e);
  relative(elu(x), e);
  relative(expm1(x), e);
  relative(silu(x), e * (1 - static_cast<long double>(far)));
  const Var edge = vector(tape, {-std::numeric_limits<Real>::max(), std::numeric_limits<Real>::max()});
  for (const Var y : {tanh(edge), sigmoid(edge), softplus(edge), log_sigmoid(edge), relu(edge), elu(edge),
                      silu(edge), abs(edge), sin(edge), cos(edge)}) {
    tape.backward(y, Tensor(Shape{2}, Real{1}));
    for (const Real d : adjoint(edge)) EXPECT_TRUE(std::isfinite(d)) << tape.name(y);
  }
}

// ---- broadcasting -------------------------------------------------------------------------------

// The element of x that stands at position `at` of a shape it broadcasts to.
Index source(const Shape& x, const Shape& to, Index at) {
  Index index = 0, stride = 1;
  for (int i = 1; i <= to.rank(); ++i) {
    const Index extent = to[to.rank() - i], k = at % extent;
    at /= extent;
    if (i > x.rank()) continue;
    index += x[x.rank() - i] == 1 ? 0 : k * stride;
    stride *= x[x.rank() - i];
  }
  return index;
}

TEST(Broadcasting, IsRepetitionAndItsGradientASum) {
  const std::array<Shape, 2> pairs[] = {
      {Shape{}, Shape{}},
      {Shape{7}, Shape{}},
      {Shape{2, 3}, Shape{3}},
      {Shape{2, 3}, Shape{2, 1}},
      {Shape{4, 1}, Shape{1, 5}},
      {Shape{2, 1, 3}, Shape{4, 1}},
      {Shape{1, 1}, Shape{3, 2}},
      {Shape{2, 3, 4, 5}, Shape{5}},
      {Shape{2, 3, 4, 5}, Shape{3, 1, 5}},
      {Shape{2, 1, 4, 1}, Shape{1, 3, 1, 5}},
      {Shape{1, 3, 1, 1}, Shape{2, 1, 4, 5}},
      {Shape{2, 1, 1, 5}, Shape{2, 3, 4, 1}},
      {Shape{3, 1, 1}, Shape{1, 1}},
      {Shape{0}, Shape{1}},
      {Shape{2, 0}, Shape{2, 1}},
      {Shape{0, 3}, Shape{3}},
  };
  for (const auto& pair : pairs)
    for (const bool swap : {false, true}) {
      Tape tape;
      const Var a = integer_variable(tape, pair[swap], 1), b = integer_variable(tape, pair[!swap], 5);
      const Var product = a * b, difference = a - b;
      const Shape shape = broadcast(a.shape(), b.shape(), "test");
      ASSERT_EQ(product.shape(), shape);
      Numbers da(a.value().size()), db(b.value().size());
      const Var weights = integer_variable(tape, shape, 3);
      for (Index i = 0; i < shape.size(); ++i) {
        const auto at = static_cast<std::size_t>(i),
                   ia = static_cast<std::size_t>(source(a.shape(), shape, i)),
                   ib = static_cast<std::size_t>(source(b.shape(), shape, i));
        ASSERT_EQ(product.value()[at], a.value()[ia] * b.value()[ib]) << a.shape().str() << b.shape().str();
        ASSERT_EQ(difference.value()[at], a.value()[ia] - b.value()[ib]);
        da[ia] += weights.value()[at] * (b.value()[ib] + 1);
        db[ib] += weights.value()[at] * (a.value()[ia] - 1);
      }
      tape.backward(sum(weights * (product + difference)));
      EXPECT_EQ(adjoint(a), da) << a.shape().str() << b.shape().str();
      EXPECT_EQ(adjoint(b), db) << a.shape().str() << b.shape().str();
    }
}

}  // namespace
}  // namespace doxa
