// The solutions of the exercises of chapter 01.

#include <gtest/gtest.h>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "expression.h"
#include "sections.h"

namespace doxa {
namespace {

// x + x with a rule of two lines, each of which adds or assigns.
Var doubled(Var x, bool first_assigns, bool second_assigns) {
  return record(
      "double", x.shape(), {x}, [](Record& r) { *r.value() = *r.value(0) + *r.value(0); },
      [=](Record& r) {
        *r.adjoint(0) = (first_assigns ? 0 : *r.adjoint(0)) + *r.adjoint();
        *r.adjoint(0) = (second_assigns ? 0 : *r.adjoint(0)) + *r.adjoint();
      });
}

double derivative_of_sixty(bool first_assigns, bool second_assigns) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{}, 1));
  Var y = x;
  for (int i = 0; i < 60; ++i) y = doubled(y, first_assigns, second_assigns);
  tape.backward(y);
  return x.adjoint()[0];
}

double derivative_of_sum(bool first_assigns) {  // of (x + x) + x
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{}, 1));
  tape.backward(doubled(x, first_assigns, false) + x);
  return x.adjoint()[0];
}

// Of (x + x) + 3x, where the rule of x + x assigns, then adds, and 3x is recorded before it or after.
double derivative_of_five(bool three_first) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{}, 1));
  const Var before = 3 * x, two = doubled(x, true, false), after = 3 * x;
  tape.backward(two + (three_first ? before : after));
  return x.adjoint()[0];
}

TEST(Exercise01, AssigningRules) {
  EXPECT_EQ(derivative_of_sixty(false, false), std::ldexp(1.0, 60));
  EXPECT_EQ(derivative_of_sixty(true, true), 1);
  EXPECT_EQ(derivative_of_sixty(true, false), std::ldexp(1.0, 60));
  EXPECT_EQ(derivative_of_sum(false), 3);
  EXPECT_EQ(derivative_of_sum(true), 2);
  EXPECT_EQ(derivative_of_five(true), 5);  // of an earlier record backward comes later, and adds
  EXPECT_EQ(derivative_of_five(false), 2);
}

// ---- checking.md: a classifier that ends in a softmax with half of its gradient has half of its own ----

std::vector<Real> gradient_of_classifier(bool half) {
  Philox random(1);
  const Tensor weights = normal_noise({3, 4}, random), inputs = normal_noise({5, 3}, random);
  const Tensor targets = normal_noise({5, 4}, random);
  Tape tape;
  const Var w = tape.variable(weights);
  const Var whole = softmax(matmul(tape.constant(inputs), w));
  const Var y = half ? Real(0.5) * whole + Real(0.5) * stop_gradient(whole) : whole;
  tape.backward(sum(tape.constant(targets) * log(y)));
  return {w.adjoint().begin(), w.adjoint().end()};
}

TEST(CheckingGradients, HalfASoftmaxAtTheEndHalvesTheWholeGradient) {
  const std::vector<Real> whole = gradient_of_classifier(false), half = gradient_of_classifier(true);
  double largest = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    largest = std::max(largest, static_cast<double>(std::abs(whole[i])));
    EXPECT_EQ(half[i], whole[i] / 2);  // factors of ½ are exact
  }
  EXPECT_GT(largest, 0.1);
}

// ---- differences, in double precision whatever Real is ----

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2;

double central(double h) { return (f(3.0, 0.5 + h) - f(3.0, 0.5 - h)) / (2 * h); }

TEST(Exercise01, FourthOrder) {
  const double t = std::tanh(0.5), s = 1 - t * t, first = 3 - s;
  const double fifth = std::abs(-8 * s * (2 - 15 * t * t + 15 * t * t * t * t));
  const double cu = unit_roundoff * roundings(3, 0.5);
  const auto error = [&](double h) { return std::abs((4 * central(h / 2) - central(h)) / 3 - first); };
  const auto bound = [&](double h, double noise) { return fifth * std::pow(h, 4) / 480 + 3 * noise / h; };
  const auto best = [&](double noise) { return std::pow(360 * noise / fifth, 0.2); };
  for (const double h : {0.1, 0.05, 0.02})
    EXPECT_NEAR(error(h) / std::pow(h, 4), fifth / 480, 0.1 * fifth / 480) << h;

  // D₄ is the entry A₁₁ of a tableau whose steps are halved, not of one whose steps shrink by √2.
  const auto entry = [](double h, double ratio) {
    return (ratio * central(h / std::sqrt(ratio)) - central(h)) / (ratio - 1);
  };
  EXPECT_NEAR(std::abs(entry(0.1, 4) - first), error(0.1), 1e-12);
  EXPECT_GT(std::abs(std::abs(entry(0.1, 2) - first) - error(0.1)), 5e-7);

  const double h = best(cu);
  EXPECT_NEAR(h, 2.6e-3, 0.05e-3);
  EXPECT_NEAR(bound(h, cu), 1.6e-12, 0.05e-12);
  EXPECT_LT(bound(h, cu), bound(0.99 * h, cu));
  EXPECT_LT(bound(h, cu), bound(1.01 * h, cu));
  EXPECT_LT(error(h), bound(h, cu));
  // 2¹⁰ times the rounding: 2² times the step, 2⁸ times the error.
  EXPECT_NEAR(best(1024 * cu) / h, 4, 1e-9);
  EXPECT_NEAR(bound(best(1024 * cu), 1024 * cu) / bound(h, cu), 256, 1e-6);
}

TEST(Exercise01, NoThirdDerivative) {
  const double x2 = std::atanh(std::sqrt(1.0 / 3)), s = 2.0 / 3;
  EXPECT_NEAR(x2, 0.6585, 5e-5);
  const auto error = [](double at, double h) {
    const double t = std::tanh(at);
    return std::abs((f(3.0, at + h) - f(3.0, at - h)) / (2 * h) - (3 - (1 - t * t)));
  };
  const double fifth = std::abs(8 * s * (2 - 5 + 15.0 / 9));
  EXPECT_NEAR(fifth, 7.11, 0.005);
  EXPECT_NEAR(error(x2, 0.05) / std::pow(0.05, 4), fifth / 120, 0.02 * fifth / 120);
  EXPECT_NEAR(error(x2, 0.1), 5.9e-6, 0.05e-6);
  EXPECT_NEAR(error(0.5, 0.1), 9.4e-4, 0.05e-4);
}

TEST(Exercise01, KinkOfTheMaximum) {
  const std::vector<Tensor> at{Tensor(Shape{}, 1)};
  const auto y = [](Tape&, std::span<const Var> x) { return maximum(x[0], square(x[0])); };
  const GradientReport report = check_gradients(y, at);
  ASSERT_EQ(report.entries.size(), 1u);
  const GradientEntry& e = report.entries[0];
  EXPECT_EQ(report.verdict(), Verdict::kink);
  EXPECT_EQ(e.analytic, 1.5);
  EXPECT_NEAR(e.left, 1, 10 * e.error);
  EXPECT_NEAR(e.right, 2, 10 * e.error);
  // The same function with another derivative at 1 alone: there y + (c − 3/2)(x − x frozen).
  const auto verdict_of = [&](Real slope) {
    return check_gradients(
               [=](Tape&, std::span<const Var> x) {
                 const Var tilt = x[0] - stop_gradient(x[0]);
                 const Real c = x[0].item() == 1 ? slope : Real(1.5);
                 return maximum(x[0], square(x[0])) + (c - Real(1.5)) * tilt;
               },
               at)
        .verdict();
  };
  for (const double slope : {1.0, 1.25, 2.0}) EXPECT_EQ(verdict_of(static_cast<Real>(slope)), Verdict::kink);
  for (const double slope : {0.9, 2.1, 0.0}) EXPECT_EQ(verdict_of(static_cast<Real>(slope)), Verdict::fail);
}

// Five inputs that meet in record 5, from which five outputs leave: y_i = a_i (Σ_j b_j x_j).
TEST(Exercise01, Bottleneck) {
  const std::vector<Real> a{1, 2, -3, 4, 5}, b{2, -1, 3, 7, 1};
  Edges before, all;
  for (std::size_t j = 0; j < 5; ++j) before.push_back({j, 5, b[j]});
  all = before;
  for (std::size_t i = 0; i < 5; ++i) all.push_back({5, 6 + i, a[i]});

  const std::vector<Real> back = reverse_sweep(before, 6), on = forward_sweep(all, 11, 5);
  for (std::size_t j = 0; j < 5; ++j) {
    const std::vector<Real> column = forward_sweep(all, 11, j);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(column[6 + i], on[6 + i] * back[j]);
  }
}

}  // namespace
}  // namespace doxa
