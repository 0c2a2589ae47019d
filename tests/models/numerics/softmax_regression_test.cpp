// Logistic regression on soft labels, and the minimiser and the whitening that it uses.

#include "doxa/models/numerics/softmax_regression.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "doxa/models/numerics/lbfgs.h"
#include "doxa/models/numerics/whitening.h"
#include "tests/support/log_linear.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

TEST(Lbfgs, FindsTheMinimumOfRosenbrocksValley) {
  const auto valley = [](std::span<const double> x, std::span<double> g) {
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    g[0] = -2 * a - 400 * x[0] * b;
    g[1] = 200 * b;
    return a * a + 100 * b * b;
  };
  const Minimum found = minimise_lbfgs(valley, {-1.2, 1}, {.gradient_norm = 1e-10});
  EXPECT_TRUE(found.converged);
  EXPECT_NEAR(found.x[0], 1, 1e-9);
  EXPECT_NEAR(found.x[1], 1, 1e-9);
  EXPECT_LT(found.iterations, 60u);
}

// With the true Hessian's diagonal the first step of a separable quadratic ends at its minimum.
TEST(Lbfgs, IsNewtonsMethodWhereTheCurvatureIsKnown) {
  const std::vector<double> c{1e-3, 1, 1e4}, centre{3, -2, 0.5};
  const auto bowl = [&](std::span<const double> x, std::span<double> g) {
    double f = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      g[i] = c[i] * (x[i] - centre[i]);
      f += g[i] * (x[i] - centre[i]) / 2;
    }
    return f;
  };
  const Minimum found = minimise_lbfgs(bowl, {0, 0, 0}, {.gradient_norm = 1e-11, .curvature = c});
  EXPECT_EQ(found.iterations, 1u);
  EXPECT_TRUE(minimise_lbfgs(bowl, {0, 0, 0}, {.gradient_norm = 1e-11}).converged);
  EXPECT_FALSE(minimise_lbfgs(bowl, {0, 0, 0}, {.iterations = 2}).converged);
  EXPECT_THROW(minimise_lbfgs(bowl, {0, 0, 0}, {.curvature = {1, 2}}), Refused);
  EXPECT_THROW(minimise_lbfgs(bowl, {0, 0, infinity}), std::domain_error);
}

TEST(Whitening, LeavesMeanZeroAndUnitCovarianceInAsManyDimensionsAsThereAre) {
  Philox random(1);
  const std::size_t n = 200, width = 6;
  std::vector<double> rows(n * width);
  for (std::size_t i = 0; i < n; ++i) {
    double* h = rows.data() + i * width;
    h[0] = 1e4 + random.normal();
    h[1] = 1e-4 * random.normal() + 1e-5 * h[0];
    h[2] = random.normal();
    h[3] = h[0] - 3 * h[2];  // follows from the others
    h[4] = 0.1;              // does not vary
    h[5] = h[2] + 1e-3 * random.normal();
  }
  const Whitening w = whitening(rows, width);
  ASSERT_EQ(w.outputs, 4u);
  std::vector<double> mean(4), second(16), x(4);
  for (std::size_t i = 0; i < n; ++i) {
    w.apply(std::span(rows).subspan(i * width, width), x);
    for (std::size_t a = 0; a < 4; ++a) {
      mean[a] += x[a] / n;
      for (std::size_t b = 0; b < 4; ++b) second[a * 4 + b] += x[a] * x[b] / n;
    }
  }
  for (std::size_t a = 0; a < 4; ++a) {
    EXPECT_NEAR(mean[a], 0, 1e-6);  // 1e4 is known to 1e-12, the least direction has a deviation of 1e-3
    for (std::size_t b = 0; b < 4; ++b) EXPECT_NEAR(second[a * 4 + b], a == b, 1e-6);
  }
  EXPECT_EQ(whitening(std::vector<double>{1, 2, 1, 2}, 2).outputs, 0u);
  EXPECT_THROW(whitening(std::vector<double>{1, 2, 1}, 2), Refused);
  EXPECT_THROW(whitening(std::vector<double>{std::nan("")}, 1), Refused);
}

TEST(SoftmaxRegression, GradientIsThatOfFiniteDifferences) {
  Philox random(2);
  const std::size_t inputs = 5, classes = 3;
  const LogLinear e =
      log_linear(normals(15, 1, random), {1, 0, -1}, inputs, 21, random);  // 2½ blocks of rows
  const SoftmaxRegression f(inputs, classes, e.rows, e.labels, 0.01);
  const std::vector<double> v = normals(15, 1, random);
  std::vector<double> gradient(15), unused(15);
  f(v, gradient);
  for (std::size_t j = 0; j < v.size(); ++j) {
    // Central differences with steps h and 2h; Richardson's combination of both has an error of O(h⁴).
    const auto slope = [&](double h) {
      std::vector<double> up = v, down = v;
      up[j] += h;
      down[j] -= h;
      return (f(up, unused) - f(down, unused)) / (2 * h);
    };
    EXPECT_NEAR((4 * slope(1e-3) - slope(2e-3)) / 3, gradient[j], 1e-11);
  }
}

// The value written out for each row by itself, without blocks.
TEST(SoftmaxRegression, IsTheMeanCrossEntropyPlusTheRidge) {
  Philox random(3);
  for (const std::size_t count : {1u, 7u, 8u, 9u, 30u}) {
    const LogLinear e = log_linear(normals(8, 1, random), {0.5, 0, -1, 2}, 2, count, random);
    const SoftmaxRegression f(2, 4, e.rows, e.labels, 0.1);
    const std::vector<double> v = normals(8, 1, random);
    double expected = 0;
    for (std::size_t i = 0; i < count; ++i) {
      double sum = 0, linear = 0;
      for (std::size_t s = 0; s < 4; ++s) {
        const double z = f.log_prior[s] + v[s] * e.rows[2 * i] + v[4 + s] * e.rows[2 * i + 1];
        sum += std::exp(z);
        linear += e.labels[i * 4 + s] * z;
      }
      expected += (std::log(sum) - linear) / static_cast<double>(count);
    }
    for (const double x : v) expected += 0.05 * x * x;
    std::vector<double> gradient(8);
    EXPECT_NEAR(f(v, gradient), expected, 1e-14 * expected);
  }
}

// f is strongly convex by its ridge, so that the gradient bounds how far above the minimum a point is.
TEST(SoftmaxRegression, EndsAsNearToTheMinimumAsItsGradientSays) {
  Philox random(4);
  const LogLinear e = log_linear(normals(24, 2, random), {0, 1, 2, -1}, 6, 300, random);
  const SoftmaxRegression f(6, 4, e.rows, e.labels, 1e-3);
  const Minimum rough = f.minimise({.gradient_norm = 1e-2}), fine = f.minimise({.gradient_norm = 1e-9});
  ASSERT_TRUE(rough.converged && fine.converged);
  EXPECT_GE(rough.value, fine.value);
  EXPECT_LE(rough.value - fine.value, rough.gradient_norm * rough.gradient_norm / (2 * 1e-3));
}

}  // namespace
}  // namespace doxa::testing
