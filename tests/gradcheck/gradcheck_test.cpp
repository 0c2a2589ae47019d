#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <set>

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

const std::vector<GradientCase>& all() {
  static const std::vector<GradientCase> cases = gradient_cases();
  return cases;
}

class Gradients : public testing::TestWithParam<std::size_t> {};

TEST_P(Gradients, EqualTheNumericalOnes) {
  const GradientReport report = all()[GetParam()].check({});
  EXPECT_TRUE(report.passed()) << all()[GetParam()].name << "\n" << report.str();
}

INSTANTIATE_TEST_SUITE_P(Registry, Gradients, testing::Range(std::size_t{0}, all().size()),
                         [](const auto& test) {
                           std::string name;  // GoogleTest takes letters, digits and underscores only
                           for (const char c : all()[test.param].name)
                             name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name + "_" + std::to_string(test.param);
                         });

TEST(Registry, NamesAreUnique) {
  std::set<std::string> names;
  for (const GradientCase& c : all()) EXPECT_TRUE(names.insert(c.name).second) << c.name;
}

// A checker is worth what it refuses.
Var wrong_square(Var x, Real factor) {
  return record(
      "wrong_square", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i] * r.value(0)[i];
      },
      [factor](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += factor * 2 * r.value(0)[i] * r.adjoint()[i];
      });
}

TEST(CheckGradients, RefusesAWrongFactor) {
  const double finest = sizeof(Real) == 8 ? 1e-6 : 1e-1;
  for (const double off : {1.0, -2.0, finest}) {
    const auto f = [off](Tape&, std::span<const Var> x) {
      return exp(wrong_square(x[0], static_cast<Real>(1 + off)));
    };
    const GradientReport report = check_gradients(f, std::vector{Tensor(Shape{3}, {0.5, -1.25, 1.0})});
    EXPECT_EQ(report.verdict(), Verdict::fail) << off << "\n" << report.str();
  }
  const auto right = [](Tape&, std::span<const Var> x) { return exp(wrong_square(x[0], 1)); };
  EXPECT_TRUE(check_gradients(right, std::vector{Tensor(Shape{3}, {0.5, -1.25, 1.0})}).passed());
}

TEST(CheckGradients, RefusesAStoppedGradient) {
  const auto f = [](Tape&, std::span<const Var> x) { return x[0] * stop_gradient(x[0]); };
  EXPECT_EQ(check_gradients(f, std::vector{Tensor(Shape{2}, {1, 2})}).verdict(), Verdict::fail);
}

TEST(CheckGradients, SaysWhenTheFunctionIsNotDeterministic) {
  Philox random(1);
  const auto f = [&](Tape&, std::span<const Var> x) { return x[0] * static_cast<Real>(random.uniform()); };
  EXPECT_THROW(check_gradients(f, std::vector{Tensor(Shape{}, {1})}), std::invalid_argument);
}

// The error estimate is an estimate of the error: here the derivative is known exactly.
TEST(CheckGradients, TheErrorEstimateCoversTheError) {
  for (const Real x : {Real(0.1), Real(1), Real(3)}) {
    const auto f = [](Tape&, std::span<const Var> v) { return tanh(square(v[0])); };
    const GradientReport report = check_gradients(f, std::vector{Tensor(Shape{}, {x})});
    const double t = std::tanh(double(x) * double(x)), exact = 2 * double(x) * (1 - t) * (1 + t);
    EXPECT_LE(std::abs(report.entries[0].numeric - exact), ratio_limit * report.entries[0].error)
        << report.str();
  }
}

TEST(CheckGradients, LeavesItsInputsUntouched) {
  Tensor value(Shape{2}, {1, 2}), gradient(Shape{2});
  const CheckedLeaf leaf{"x", &value, &gradient};
  check_gradients([&](Tape& tape) { return sum(square(tape.leaf(value, gradient))); }, {&leaf, 1});
  EXPECT_EQ(value[0], 1);
  EXPECT_EQ(value[1], 2);
}

}  // namespace
}  // namespace doxa
