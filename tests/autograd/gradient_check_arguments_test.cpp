// What check_gradients says of arguments that it cannot work with.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

using Inputs = std::span<const Var>;

const std::vector<Tensor> half_and_two{Tensor(Shape{2}, {Real(0.5), 2})};

GradientReport check(const GradientCheckOptions& options) {
  return check_gradients([](Tape&, Inputs x) { return sin(x[0]); }, half_and_two, options);
}

TEST(GradientCheckArguments, OptionsAreInTheirRange) {
  EXPECT_SAYS(std::invalid_argument,
              "check_gradients: directions: found -1, expected a number that is not negative",
              check({.directions = -1}));
  EXPECT_SAYS(std::invalid_argument,
              "check_gradients: elements: found -4, expected a number that is not negative",
              check({.elements = -4}));
  for (const auto& refused : std::vector<std::pair<double, std::string>>{
           {-1e-6, "-1e-06"}, {1, "1"}, {1e9, "1e+09"}, {std::nan(""), "nan"}})
    EXPECT_SAYS(std::invalid_argument,
                "check_gradients: resolution: found " + refused.second + ", expected 0, or a number below 1",
                check({.resolution = refused.first}));
}

TEST(GradientCheckArguments, TheOutputThatIsNotFiniteIsNamed) {
  EXPECT_SAYS(std::invalid_argument, "check_gradients: y[1] is inf at the inputs, expected a finite value",
              check_gradients([](Tape&, Inputs x) { return reciprocal(2 - x[0]); }, half_and_two));
  EXPECT_SAYS(std::invalid_argument, "check_gradients: y is -inf at the inputs, expected a finite value",
              check_gradients([](Tape&, Inputs x) { return log(0 * sum(x[0])); }, half_and_two));
}

// In both modes: nothing was checked, and nothing passes.
TEST(GradientCheckArguments, NoDerivativeIsNoPass) {
  const TensorFunction constant = [](Tape&tape, Inputs) { return tape.constant(3); },
                       total = [](Tape&, Inputs x) { return sum(x[0]); },
                       nothing = [](Tape&, Inputs x) { return slice(x[0], 0, 0, 0); };
  for (const CheckMode mode : {CheckMode::automatic, CheckMode::jacobian, CheckMode::sampled})
    for (const GradientReport& report :
         {check_gradients(constant, std::vector<Tensor>{}, {.mode = mode}),
          check_gradients(total, std::vector<Tensor>{Tensor(Shape{0, 3})}, {.mode = mode}),
          check_gradients(nothing, half_and_two, {.mode = mode})}) {
      EXPECT_EQ(report.verdict(), Verdict::inconclusive);
      EXPECT_EQ(report.str(), "inconclusive: no derivative\n");
    }
}

TEST(GradientCheckArguments, LeavesHaveAValueAndAGradientOfOneShape) {
  Tensor value(Shape{3}, 1), gradient(Shape{3}), other(Shape{2});
  const auto f = [&](Tape& tape) { return sum(tape.constant(value)); };
  const auto with = [&](Tensor* v, Tensor* g) {
    const std::vector<CheckedLeaf> leaves{{"W", v, g}};
    return check_gradients(f, leaves);
  };
  EXPECT_SAYS(std::invalid_argument, "check_gradients: the input 'W' has no value", with(nullptr, &gradient));
  EXPECT_SAYS(std::invalid_argument, "check_gradients: the input 'W' has no gradient", with(&value, nullptr));
  EXPECT_SAYS(std::invalid_argument,
              "check_gradients: the gradient of the input 'W' has shape [2], expected [3]",
              with(&value, &other));
}

// At the first call, or at any later one: between properties, and in the middle of a Jacobian's column.
TEST(GradientCheckArguments, TheShapesOfLeavesStay) {
  for (const int at : {1, 2, 9, 20, 50, 70, 100, 120}) {
    Tensor value(Shape{3}, 1), gradient(Shape{3});
    int calls = 0;
    const auto f = [&](Tape& tape) {
      if (++calls == at) value = gradient = Tensor(Shape{4}, 1);
      return sum(sin(tape.leaf(value, gradient)));
    };
    const std::vector<CheckedLeaf> leaves{{"W", &value, &gradient}};
    EXPECT_SAYS(std::invalid_argument,
                "check_gradients: the function changes the shape of the input 'W' from [3] to [4]",
                check_gradients(f, leaves));
    EXPECT_EQ(value.shape(), Shape{3});
    EXPECT_GE(calls, at);
  }
}

// A gradient that is meant to be right to 1e-4 of its largest element. Along a direction its parts may
// cancel: the error allowed is that of the parts, not of what they leave.
TEST(GradientCheckArguments, ResolutionIsOfThePartsOfADirection) {
  const auto off_by = [](double off) {
    return [off](Tape&, Inputs x) {
      return record(
          "sum of sines", Shape{}, {x[0]},
          [](Record& r) {
            Real sum = 0;
            for (Index i = 0; i < r.size(0); ++i) sum += std::sin(r.value(0)[i]);
            r.value()[0] = sum;
          },
          [off](Record& r) {
            for (Index i = 0; i < r.size(0); ++i)
              r.adjoint(0)[i] +=
                  r.adjoint()[0] * static_cast<Real>(1 + (i % 2 == 0 ? off : -off)) * std::cos(r.value(0)[i]);
          });
    };
  };
  const std::vector<Tensor> inputs{Tensor(Shape{6}, Real(0.3))};
  const double resolution = sizeof(Real) == 8 ? 1e-4 : 0.03;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const GradientCheckOptions options{.seed = seed, .mode = CheckMode::sampled, .resolution = resolution};
    const GradientReport good = check_gradients(off_by(0.3 * resolution), inputs, options);
    EXPECT_EQ(good.verdict(), Verdict::pass) << "seed " << seed << "\n" << good.str();
    const GradientReport bad = check_gradients(off_by(4 * resolution), inputs, options);
    EXPECT_EQ(bad.verdict(), Verdict::fail) << "seed " << seed << "\n" << bad.str();
  }
}

}  // namespace
}  // namespace doxa
