#include <gtest/gtest.h>

#include <cmath>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

using Inputs = std::span<const Var>;

// x with the gradient (1 + slip) times too large.
Var off_by(double slip, Var x) { return x + static_cast<Real>(slip) * (x - stop_gradient(x)); }

// A sum of outputs of such sizes shows the larger only.
TEST(GradientSample, SeesTheSmallerOfTwoOutputs) {
  const double slip = 100 * resolution_limit;
  constexpr auto small = static_cast<Real>(sizeof(Real) == 8 ? 1e-150 : 1e-15), large = 1 / small;
  const std::vector<Tensor> at{Tensor(Shape{2}, {Real(0.7), Real(-0.4)})};
  for (const double wrong : {0.0, slip})
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const auto f = [&](Tape&, Inputs x) {
        const Var u = slice(x[0], 0, 0, 1), v = slice(x[0], 0, 1, 2);
        return concat({small * sin(off_by(wrong, u)) * v, large * exp(v) * u}, 0);
      };
      const GradientReport report = check_gradients(f, at, {.seed = seed, .mode = CheckMode::sampled});
      EXPECT_EQ(report.passed(), wrong == 0) << report.str();
    }
}

// Of more outputs than can be looked at one by one, too: here exponentials from 4e-12 to 2e11, of which those below 1 have
// the wrong sign. In a sum with the large ones that is less than rounding.
TEST(GradientSample, SeesTheSmallOfManyOutputs) {
  const Real spread = sizeof(Real) == 8 ? 24 : 12;
  for (const double slip : {0.0, -2.0})
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto f = [&](Tape& tape, Inputs x) {
        const Var slopes = tape.constant({300}, [&](std::span<Real> all) {
          for (std::size_t i = 0; i < all.size(); ++i) all[i] = spread * (static_cast<Real>(i) / 150 - 1);
        });
        const Var low = exp(off_by(slip, x[0]) * slice(slopes, 0, 0, 150));
        const Var high = exp(x[0] * slice(slopes, 0, 150, 300));
        return concat({low, high}, 0);
      };
      const std::vector<Tensor> at{Tensor(Shape{1}, Real(1.1))};
      const GradientReport report = check_gradients(f, at, {.seed = seed, .mode = CheckMode::sampled});
      EXPECT_EQ(report.passed(), slip == 0) << report.str();
    }
}

// What is added and subtracted again on the way back leaves its rounding: the gradient of x - x is 0 but for that,
// which is far above that of the other output. (Below u of it there would be nothing left of that.)
TEST(GradientSample, AGradientThatCancelsIsRightToTheRoundingOfWhatCancels) {
  for (const double t : {1e4 * unit_roundoff, 1e6 * unit_roundoff, 1e7 * unit_roundoff})
    for (std::uint64_t seed = 1; seed <= 20; ++seed)
      for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled}) {
        const auto f = [t](Tape&, Inputs x) {
          return concat({reshape(x[0] - x[0], {1}), reshape(static_cast<Real>(t) * x[0], {1})}, 0);
        };
        const GradientReport report =
            check_gradients(f, std::vector{Tensor(Shape{}, Real(0.3))}, {.seed = seed, .mode = mode});
        EXPECT_EQ(report.count(Verdict::fail), 0u) << report.str();
      }
}

// At most 256 inputs and outputs: all. More: a sample.
TEST(GradientSample, TakesAllOfFewNumbers) {
  const auto checked = [](Index inputs, Index outputs) {
    const auto f = [=](Tape& tape, Inputs x) {
      return sum(x[0]) * tape.constant({outputs}, [](std::span<Real> all) {
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Real>(i + 1);
      });
    };
    const GradientReport report =
        check_gradients(f, std::vector{Tensor(Shape{inputs}, 1)}, {.mode = CheckMode::sampled});
    EXPECT_EQ(report.verdict(), Verdict::pass) << report.str();
    const std::string text = report.str();
    return text.substr(0, text.find(':', 7));
  };
  EXPECT_EQ(checked(256, 1), "pass: sampled, 4 directions and 256 of 256 inputs");
  EXPECT_EQ(checked(257, 1), "pass: sampled, 5 directions and 4 of 257 inputs");
  EXPECT_EQ(checked(6, 256), "pass: sampled, 4 directions and all 1,536 derivatives");
  EXPECT_EQ(checked(6, 257), "pass: sampled, 4 directions and 6 of 6 inputs");
  EXPECT_EQ(checked(257, 2), "pass: sampled, 5 directions and 4 of 257 inputs");
}

}  // namespace
}  // namespace doxa
