#include "doxa/models/beliefs/linear_probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "doxa/autograd/random.h"
#include "doxa/models/numerics/lbfgs.h"
#include "doxa/models/numerics/softmax_regression.h"
#include "doxa/models/numerics/whitening.h"

namespace doxa::testing {
namespace {

using Rows = std::vector<std::vector<double>>;

std::vector<double> normals(std::size_t n, double scale, Philox& random) {
  std::vector<double> x(n);
  for (double& value : x) value = scale * random.normal();
  return x;
}

// Summaries h of independent normals, and beliefs softmax(W h + c).
struct Example {
  Rows summaries, beliefs;
};
Example log_linear(const std::vector<double>& weight, const std::vector<double>& offset, std::size_t width,
                   std::size_t trajectories, std::size_t steps, Philox& random) {
  Example e;
  const std::size_t states = offset.size();
  for (std::size_t i = 0; i < trajectories; ++i) {
    e.summaries.push_back(normals(steps * width, 1, random));
    std::vector<double>& all = e.beliefs.emplace_back();
    for (std::size_t k = 0; k < steps; ++k) {
      std::vector<double> z = offset;
      for (std::size_t s = 0; s < states; ++s)
        for (std::size_t j = 0; j < width; ++j)
          z[s] += weight[s * width + j] * e.summaries.back()[k * width + j];
      softmax_in_place(z);
      all.insert(all.end(), z.begin(), z.end());
    }
  }
  return e;
}

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
  EXPECT_THROW(minimise_lbfgs(bowl, {0, 0, 0}, {.curvature = {1, 2}}), std::invalid_argument);
  EXPECT_THROW(minimise_lbfgs(bowl, {0, 0, std::numeric_limits<double>::infinity()}), std::domain_error);
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
  EXPECT_THROW(whitening(std::vector<double>{1, 2, 1}, 2), std::invalid_argument);
  EXPECT_THROW(whitening(std::vector<double>{std::nan("")}, 1), std::invalid_argument);
}

TEST(SoftmaxRegression, GradientIsThatOfFiniteDifferences) {
  Philox random(2);
  const std::size_t inputs = 5, classes = 3;
  const Example e =
      log_linear(normals(15, 1, random), {1, 0, -1}, inputs, 1, 21, random);  // 2½ blocks of rows
  const SoftmaxRegression f(inputs, classes, e.summaries[0], e.beliefs[0], 0.01);
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
    const Example e = log_linear(normals(8, 1, random), {0.5, 0, -1, 2}, 2, 1, count, random);
    const SoftmaxRegression f(2, 4, e.summaries[0], e.beliefs[0], 0.1);
    const std::vector<double> v = normals(8, 1, random);
    double expected = 0;
    for (std::size_t i = 0; i < count; ++i) {
      double sum = 0, linear = 0;
      for (std::size_t s = 0; s < 4; ++s) {
        const double z = f.log_prior[s] + v[s] * e.summaries[0][2 * i] + v[4 + s] * e.summaries[0][2 * i + 1];
        sum += std::exp(z);
        linear += e.beliefs[0][i * 4 + s] * z;
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
  const Example e = log_linear(normals(24, 2, random), {0, 1, 2, -1}, 6, 1, 300, random);
  const SoftmaxRegression f(6, 4, e.summaries[0], e.beliefs[0], 1e-3);
  const Minimum rough = f.minimise({.gradient_norm = 1e-2}), fine = f.minimise({.gradient_norm = 1e-9});
  ASSERT_TRUE(rough.converged && fine.converged);
  EXPECT_GE(rough.value, fine.value);
  EXPECT_LE(rough.value - fine.value, rough.gradient_norm * rough.gradient_norm / (2 * 1e-3));
}

// An exact log-linear relation is recovered up to the ridge, whose whole penalty at the truth, λ/2 times the
// logits' variance, bounds what the fit can lose on its training rows.
TEST(LinearProbe, RecoversALogLinearBelief) {
  Philox random(5);
  const std::size_t width = 8, states = 5;
  const std::vector<double> weight = normals(width * states, 1, random), offset = normals(states, 1, random);
  const Example train = log_linear(weight, offset, width, 100, 20, random);
  const Example held_out = log_linear(weight, offset, width, 50, 20, random);
  for (const double ridge : {1e-4, 1e-6, 1e-8}) {
    const LinearProbe probe =
        fit_linear_probe(train.summaries, train.beliefs, states, {.ridge = ridge, .gradient_norm = 1e-8});
    ASSERT_TRUE(probe.converged);
    const ProbeScore fitted = score(probe, train.summaries, train.beliefs),
                     held = score(probe, held_out.summaries, held_out.beliefs);
    const double penalty = ridge / 2 * 2 * width * states;  // 2: samples' variances are about 1
    EXPECT_GE(fitted.kl.mean, 0);
    EXPECT_LE(fitted.kl.mean, penalty);
    EXPECT_LE(held.kl.mean, 2 * penalty);
    EXPECT_LE(held.total_variation.mean, std::sqrt(held.kl.mean / 2));  // Pinsker, and Jensen over rows
  }
}

// Reading the belief off an invertible affine image of h is the same problem, penalty and all.
TEST(LinearProbe, IsTheSameForEveryInvertibleImageOfTheSummary) {
  Philox random(6);
  const std::size_t width = 4, states = 3;
  Example e = log_linear(normals(width * states, 1, random), {0, 0.5, -0.5}, width, 20, 10, random);
  for (std::vector<double>& b : e.beliefs)  // no longer log-linear
    for (std::size_t at = 0; at < b.size(); at += states) std::swap(b[at], b[at + (at / states) % 2]);
  const std::vector<double> map = normals(width * width, 1, random);
  Rows image;
  for (const std::vector<double>& h : e.summaries) {
    std::vector<double>& to = image.emplace_back(h.size(), 7.0);
    for (std::size_t at = 0; at < h.size(); at += width)
      for (std::size_t i = 0; i < width; ++i)
        for (std::size_t j = 0; j < width; ++j) to[at + i] += map[i * width + j] * h[at + j];
  }
  const LinearProbeOptions options{.ridge = 1e-2, .gradient_norm = 1e-10};
  const ProbeScore a = score(fit_linear_probe(e.summaries, e.beliefs, states, options), e.summaries,
                             e.beliefs),
                   b = score(fit_linear_probe(image, e.beliefs, states, options), image, e.beliefs);
  EXPECT_GT(a.kl.mean, 0.05);
  EXPECT_NEAR(a.kl.mean, b.kl.mean, 1e-9);
  EXPECT_NEAR(a.cross_entropy.mean, b.cross_entropy.mean, 1e-9);
  EXPECT_NEAR(a.total_variation.mean, b.total_variation.mean, 1e-9);
}

// A summary that says nothing leaves the mean belief, whose cross-entropy is its entropy; the excess over the
// beliefs' own entropies is then the Jensen-Shannon divergence of the rows.
TEST(LinearProbe, OfConstantFeaturesIsTheMeanBelief) {
  Philox random(7);
  const std::size_t states = 4;
  const Example e = log_linear(normals(states * 2, 1, random), {0, 1, -1, 0}, 2, 30, 10, random);
  Rows constant;
  for (const std::vector<double>& h : e.summaries) constant.emplace_back(h.size(), 0.3);
  std::vector<double> mean(states), b(states);
  double entropies = 0, entropy = 0;
  for (const std::vector<double>& all : e.beliefs)
    for (std::size_t at = 0; at < all.size(); ++at) {
      mean[at % states] += all[at] / 300;
      entropies -= all[at] * std::log(all[at]) / 300;
    }
  for (const double p : mean) entropy -= p * std::log(p);
  const LinearProbe probe =
      fit_linear_probe(constant, e.beliefs, states, {.ridge = 1e-9, .gradient_norm = 1e-11});
  probe.predict(std::vector{0.3, 0.3}, b);
  for (std::size_t s = 0; s < states; ++s) EXPECT_NEAR(b[s], mean[s], 1e-9);
  const ProbeScore s = score(probe, constant, e.beliefs);
  EXPECT_NEAR(s.cross_entropy.mean, entropy, 1e-12);
  EXPECT_NEAR(s.kl.mean, entropy - entropies, 1e-12);
}

// Beliefs that are certain are separable: without a ridge the weights would grow for ever. With one, a step
// at x = 0 of normal x costs 2φ(0) ∫ log(1 + e^-wx) dx = a/w, a = (2π)^-½ π²/6, and λ w²/4 of penalty, least
// in sum at w = (2a/λ)^⅓. Twice that leaves room for the sample and the third state.
TEST(LinearProbe, StaysFiniteOnCertainBeliefsAndStatesNeverBelieved) {
  Philox random(8);
  Rows h, b;
  for (int i = 0; i < 20; ++i) {
    h.push_back(normals(30, 1, random));
    std::vector<double>& all = b.emplace_back(90, 0.0);
    for (std::size_t k = 0; k < 30; ++k) all[k * 3 + (h.back()[k] > 0 ? 0 : 1)] = 1;
  }
  const LinearProbe probe = fit_linear_probe(h, b, 3);
  EXPECT_TRUE(probe.converged);
  const ProbeScore s = score(probe, h, b);
  const double a = std::sqrt(std::numbers::pi / 2) * std::numbers::pi / 6;
  EXPECT_LT(s.kl.mean, 2 * a / std::cbrt(2 * a / LinearProbeOptions{}.ridge));
  EXPECT_EQ(s.kl.mean, s.cross_entropy.mean);  // certainty has entropy 0
  std::vector<double> belief(3);
  probe.predict(std::vector{0.0}, belief);
  EXPECT_GT(belief[2], 0);
  EXPECT_LT(belief[2], 1e-2);
}

TEST(LinearProbe, RefusesWhatDoesNotFit) {
  const Rows h{{1, 2, 3, 4}}, b{{0.5, 0.5, 1, 0}}, half{{0.5, 0.4, 1, 0}}, other{{1, 2, 3}};
  EXPECT_THROW(fit_linear_probe(h, Rows{}, 2), std::invalid_argument);
  EXPECT_THROW(fit_linear_probe(Rows{}, Rows{}, 2), std::invalid_argument);
  EXPECT_THROW(fit_linear_probe(other, b, 2), std::invalid_argument);
  EXPECT_THROW(fit_linear_probe(h, b, 3), std::invalid_argument);
  EXPECT_THROW(fit_linear_probe(h, b, 0), std::invalid_argument);
  EXPECT_THROW(fit_linear_probe(h, half, 2), std::invalid_argument);
  EXPECT_THROW(fit_linear_probe(h, b, 2, {.ridge = 0}), std::invalid_argument);
  EXPECT_THROW(score(fit_linear_probe(h, b, 2), Rows{{1, 2}}, b), std::invalid_argument);
}

}  // namespace
}  // namespace doxa::testing
