// What a check can tell does not depend on the unit of y, nor on how fast y grows.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"

namespace doxa {
namespace {

using Inputs = std::span<const Var>;

// b is rounded to hundredths, so that no difference tells its derivative, which is as large as that of a:
// this is no pass in any unit, although squares of 1e-180 are 0.
TEST(GradientScale, AnOpenDerivativeIsAsLargeAPartInAnyUnit) {
  constexpr bool in_double = sizeof(Real) == 8;
  for (const double unit : {1.0, in_double ? 1e-180 : 1e-25, in_double ? 1e150 : 1e25}) {
    const auto f = [&](Tape& tape, Inputs x) {
      const Var a = slice(x[0], 0, 0, 1), b = slice(x[0], 0, 1, 2);
      const Var hundredths = tape.constant(
          b.shape(), [b](std::span<Real> all) { all[0] = std::round(b.value()[0] * 100) / 100; });
      return static_cast<Real>(unit) * sum(sin(a) + straight_through(hundredths, b));
    };
    const std::vector<Tensor> at{Tensor(Shape{2}, {Real(0.3), Real(0.7)})};
    const GradientReport report = check_gradients(f, at, {.mode = CheckMode::jacobian});
    EXPECT_EQ(report.verdict(), Verdict::inconclusive) << unit << "\n" << report.str();
    EXPECT_GT(report.undecided, 0.1) << unit;
  }
}

// e^(-(8 (a + 3))²) grows from 1e-250 by a factor of 1e16 over the longest step, and with it what rounding a
// + 3 does to it: many a near 0 share a value. That is no jump, and hides nothing nearer to a.
TEST(GradientScale, WhatGrowsIsNotTakenForAJump) {
  const Real far = sizeof(Real) == 8 ? 3 : 1;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Philox random(seed);
    const auto near_0 = static_cast<Real>(0.001 + 0.01 * random.uniform());
    const std::vector<Tensor> at{Tensor(Shape{2}, {near_0, Real(0.6)})};
    for (const double slip : {0.0, 10 * resolution_limit, 0.01, -1.0})
      for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled}) {
        const auto f = [&](Tape&, Inputs x) {
          const Var a = slice(x[0], 0, 0, 1), b = slice(x[0], 0, 1, 2);
          const Var wrong = a + static_cast<Real>(slip) * (a - stop_gradient(a));
          return sum(b * exp(-square(8 * (wrong + far))));
        };
        const GradientReport report = check_gradients(f, at, {.seed = seed, .mode = mode});
        EXPECT_EQ(report.verdict(), slip == 0 ? Verdict::pass : Verdict::fail) << report.str();
      }
  }
}

// No value near x shows that the derivative is 0: where ReLU is off it is, and a saturated tanh, whose values are 1
// to the last digit, has another. A rule that gives 0 everywhere is wrong where these begin to rise, and so proves
// nothing where they are flat.
TEST(GradientScale, AZeroBesideSlopesThatTheTapeDoesNotSeeIsNoPass) {
  const std::vector<Tensor> at{Tensor(Shape{2}, {Real(0.08), Real(0.7)})};
  for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled})
    for (const bool stopped : {false, true}) {
      const auto with = [&](auto flat) {
        return check_gradients(
            [&](Tape&, Inputs x) {
              const Var a = slice(x[0], 0, 0, 1), b = slice(x[0], 0, 1, 2);
              const Var of_a = flat(stopped ? stop_gradient(a) : a);
              return sum(of_a + sin(b));
            },
            at, {.mode = mode});
      };
      const auto expected = stopped ? Verdict::inconclusive : Verdict::pass;
      const GradientReport off = with([](Var a) { return relu(-a); });
      EXPECT_EQ(off.verdict(), expected) << off.str();
      const GradientReport saturated = with([](Var a) { return tanh(1000 * a); });
      EXPECT_EQ(saturated.verdict(), expected) << saturated.str();
    }
}

// Far along the weight of a unit that is off the unit is on, and a loss saturates: log(1 + e^-z) is 0 but for
// a few units of rounding. That is no staircase, and the derivative here is 0.
TEST(GradientScale, ALossThatSaturatesDoesNotMoveInSteps) {
  for (double slope = 0.28; slope < 0.36; slope += 0.001) {
    const auto loss = [slope](Tape&, Inputs x) {
      const Var a = slice(x[0], 0, 0, 1), b = slice(x[0], 0, 1, 2);
      const Var on = relu(-a - 2);
      return sum(log(1 + exp(-b - static_cast<Real>(slope) * on)));
    };
    const std::vector<Tensor> at{Tensor(Shape{2}, {Real(1.1), Real(0.4)})};
    for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled}) {
      const GradientReport report = check_gradients(loss, at, {.mode = mode});
      EXPECT_EQ(report.verdict(), Verdict::pass) << slope << "\n" << report.str();
    }
  }
}

}  // namespace
}  // namespace doxa
