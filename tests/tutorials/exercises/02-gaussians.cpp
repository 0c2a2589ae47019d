// The solutions of the exercises of chapter 02.

#include <gtest/gtest.h>

#include "doxa/distributions/multivariate_normal.h"
#include "sections.h"

namespace doxa {
using support::u;
namespace {

// ---- Density: 1 to 3 ----

// Simpson's rule on [0, to] for r^k e^(-r²/2).
double distance_moment(int k, double to) {
  constexpr int intervals = 2000;
  double total = 0;
  for (int i = 0; i <= intervals; ++i) {
    const double r = to * i / intervals, f = std::pow(r, k) * std::exp(-r * r / 2);
    total += f * (i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2);
  }
  return total * to / intervals / 3;
}

TEST(Exercise02, InsideTheRing) {
  EXPECT_NEAR(distance_moment(1, 1), 1 - std::exp(-0.5), 1e-10);
  EXPECT_NEAR(distance_moment(1, 1), 0.393, 5e-4);
  EXPECT_NEAR(distance_moment(2, 40), std::sqrt(std::numbers::pi / 2), 1e-10);
  EXPECT_NEAR(distance_moment(2, 40), 1.253, 5e-4);
}

TEST(Exercise02, RegressionToTheMean) {
  const Gaussian g = ridge();
  const Matrix swapped_loc = column({double{g.loc[1]}, double{g.loc[0]}}), s = g.covariance();
  const Matrix swapped(2, 2, {s(1, 1), s(1, 0), s(0, 1), s(0, 0)});
  const Conditional given_1 = conditional(g.mean(), s, 1), given_2 = conditional(swapped_loc, swapped, 1);
  EXPECT_NEAR(given_1.loc + given_1.weights[0] * (2 - 0.5), 0.5, 1e-12);
  EXPECT_NEAR(given_2.loc + given_2.weights[0] * (0.5 + 0.25), 0.5 + 27.0 / 26, 1e-12);
  EXPECT_NEAR(given_2.variance, 9.0 / 13, 1e-12);
}

TEST(Exercise02, GivenAllOthers) {
  Philox random(2);
  for (int k = 0; k < 20; ++k) {
    const Gaussian g = random_gaussian(4, random);
    const double kappa = g.condition();
    const Matrix precision = inverse(g.covariance());
    EXPECT_NEAR(precision(3, 3) * g.factor(3, 3) * g.factor(3, 3), 1, 100 * u * kappa * kappa);
    EXPECT_NEAR(precision(3, 3) * conditional(g.mean(), g.covariance(), 3).variance, 1,
                100 * u * kappa * kappa);
  }
}

// ---- Divergence: 1, 3 (in double precision whatever Real is) and 2 ----

TEST(Exercise02, HedgedBelief) {
  const auto cost = [](double s) {
    const auto kl = [s](double truth) { return Divergences(truth * truth / (s * s), 0).kl; };
    return (kl(1.0 / 3) + kl(3)) / 2;
  };
  double best = 1;
  for (double s = 0.5; s < 4; s += 0.001)
    if (cost(s) < cost(best)) best = s;
  EXPECT_NEAR(best, std::sqrt(41.0 / 9), 1e-3);
  EXPECT_NEAR(best, 2.13, 0.01);
}

constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2;

TEST(Exercise02, OneRounding) {
  for (int decade = 3; decade <= 8; ++decade) {
    double largest = 0;  // relative error in units of u/t
    for (int k = 0; k < 100; ++k) {
      const double p = 0.7, q = p * (1 + std::pow(10.0, -decade - k / 100.0)), t = (q - p) / p;
      const double exact = t * t * (1 - t / 3 + t * t / 4 - t * t * t / 5), r = (q / p) * (q / p);
      const double kl = (r - 1 - std::log(r)) / 2;
      largest = std::max(largest, std::abs(kl - exact) / exact * t / unit_roundoff);
    }
    EXPECT_GT(largest, 1) << decade;
    EXPECT_LT(largest, 4) << decade;
  }
}

// Of the first two coordinates.
Gaussian marginal(const Gaussian& g) {
  return {Tensor({2}, {g.loc[0], g.loc[1]}),
          Tensor({2, 2}, {g.factor(0, 0), 0, g.factor(1, 0), g.factor(1, 1)})};
}

double kl(const Gaussian& q, const Gaussian& p) {
  Tape tape;
  const auto on = [&](const Gaussian& g) {
    return MultivariateNormal(tape.constant(g.loc), tape.constant(g.factor));
  };
  return kl_divergence(on(q), on(p)).item();
}

// N(a) and then b = W a + e with the same W and e for all: a joint of four coordinates with two free.
Gaussian with_child(const Gaussian& a) {
  const Matrix w(Tensor({2, 2}, {1, Real(-0.5), Real(0.25), 2})), loc = w * a.mean(),
                                                                  cross = w * a.cholesky();
  Gaussian joint{Tensor(Shape{4}), Tensor(Shape{4, 4})};
  for (Index i = 0; i < 2; ++i) {
    joint.loc[i] = a.loc[i];
    joint.loc[2 + i] = static_cast<Real>(loc[i]);
    joint.factor(2 + i, 2 + i) = Real(0.5);
    for (Index j = 0; j < 2; ++j) {
      joint.factor(i, j) = a.factor(i, j);
      joint.factor(2 + i, j) = static_cast<Real>(cross(i, j));
    }
  }
  return joint;
}

TEST(Exercise02, MarginalsAreNearer) {
  Philox random(1);
  for (int k = 0; k < 50; ++k) {
    const Gaussian q = random_gaussian(4, random), p = random_gaussian(4, random);
    EXPECT_LT(kl(marginal(q), marginal(p)), kl(q, p));
    const double of_joints = kl(with_child(marginal(q)), with_child(marginal(p)));
    EXPECT_NEAR(kl(marginal(q), marginal(p)), of_joints, 1e4 * u * (1 + of_joints));
  }
}

// ---- Draws: 1 and 2 ----

TEST(Exercise02, DrawsForTenPercent) {
  const double t = 1.0 / 64, r = (1 + t / 2) * (1 + t / 2);
  const Divergences exact(r, t);
  const double plain = exact.variance / std::pow(0.1 * exact.kl, 2);
  const double controlled = exact.controlled(1) / std::pow(0.1 * exact.kl, 2);
  EXPECT_NEAR(plain, 1.1e6, 0.05e6);
  EXPECT_NEAR(controlled, 841, 20);
  EXPECT_NEAR(plain / controlled, 1300, 50);
  // The best factor is nearly 1, and yet takes a third of the deviation away.
  EXPECT_NEAR(exact.best(), 1, 0.03);
  EXPECT_NEAR(std::sqrt(exact.controlled(exact.best()) / exact.controlled(1)), 2.0 / 3, 0.03);
}

Divergences narrower(double t) { return Divergences((1 - t / 2) * (1 - t / 2), t); }

TEST(Exercise02, InfiniteVariance) {
  EXPECT_TRUE(std::isinf(narrower(1).chi2));
  for (double t = 0.5; t >= 1.0 / 64; t /= 2) EXPECT_TRUE(std::isfinite(narrower(t).chi2)) << t;
  // A sum over nodes out to ±9 gives 265414 KL for the deviation: a number, but not this one.
  EXPECT_TRUE(std::isinf(narrower(1).controlled(1)));
  EXPECT_EQ(narrower(1).controlled(narrower(1).best()), narrower(1).variance);
  EXPECT_GT(narrower(0.5).controlled(1), narrower(0.5).variance);
  EXPECT_LT(narrower(0.5).best(), 0.05);
  for (double t = 0.25; t >= 1.0 / 64; t /= 2)
    EXPECT_LT(narrower(t).controlled(1), narrower(t).variance) << t;

  const double kl = narrower(1).kl;
  EXPECT_NEAR(kl, 0.818, 5e-4);
  constexpr Index draws = 200'000;
  constexpr double expected[] = {29.7, 41.0, 35.0, 21.8};
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Philox random(seed, 5);  // the chapter's draws
    const Tensor noise = normal_noise({draws}, random);
    double average = 0, squares = 0;  // q = N(1, ½²), p = N(0, 1)
    for (const Real e_i : noise.span()) {
      const double e = e_i, x = 1 + e / 2, log_w = (e * e - x * x) / 2 + std::log(0.5);
      const double value = std::expm1(log_w) - log_w;
      average += value / draws;
      squares += (value - kl) * (value - kl) / draws;
    }
    const double deviation = std::sqrt(squares) / kl;
    EXPECT_NEAR(deviation, expected[seed - 1], 0.1) << seed;
    EXPECT_GT(average, 0.72) << seed;
    EXPECT_LT(average, 0.79) << seed;
  }
}

// ---- Fits: 1 and 2 ----

constexpr bool is_double = sizeof(Real) == sizeof(double);
constexpr double near = is_double ? 1e-3 : 1e-2;

Minimum reverse_fit(const Mixture& p, Fit start, double rate) {
  const NormalNodes noise = normal_nodes(1.0 / 64);
  return natural_gradient(
      start, [&](const Normal& q) { return reverse_kl(q, p, noise); }, rate);
}

Minimum forward_fit(const Mixture& p, Fit start, double rate) {
  const Nodes line = nodes(0, 12, 1.0 / 32);
  return natural_gradient(
      start, [&](const Normal& q) { return forward_kl(q, p, line); }, rate);
}

const Fit left_start{-1, 0.5}, right_start{1, 0.5}, wide_start{0, 3};

TEST(Exercise02, FullStep) {
  const Minimum half = forward_fit(two_modes, {0, 1}, 0.5), full = forward_fit(two_modes, {0, 1}, 1);
  EXPECT_LT(full.steps, half.steps);
  if (is_double) {
    EXPECT_EQ(half.steps, 48);
    EXPECT_EQ(full.steps, 9);
  }
  for (const Minimum& m : {half, full}) {
    EXPECT_NEAR(m.fit.loc, mean(two_modes), near);
    EXPECT_NEAR(m.fit.scale, stddev(two_modes), near);
  }
  EXPECT_NEAR(reverse_fit(two_modes, left_start, 1).fit.loc, -1.973, near);
  EXPECT_NEAR(reverse_fit(two_modes, right_start, 1).fit.loc, 1.936, near);
  EXPECT_NEAR(reverse_fit(two_modes, wide_start, 0.5).fit.loc, -0.414, near);
  EXPECT_NEAR(reverse_fit(two_modes, wide_start, 1).fit.loc, -1.973, near);
}

// One step of rate 1 from anywhere has the mean of p: the gradient in μ is (μ - mean)/σ².
TEST(Exercise02, MeanAfterOneStep) {
  const Nodes line = nodes(0, 12, 1.0 / 32);
  for (const Fit at : {Fit{0, 1}, Fit{3, 2}, Fit{-4, 0.75}}) {
    Tape tape;
    const Var mu = tape.variable(Tensor(Shape{}, static_cast<Real>(at.loc)));
    const Var scale = tape.constant(static_cast<Real>(at.scale));
    tape.backward(forward_kl(Normal(mu, scale), two_modes, line));
    EXPECT_NEAR(at.loc - at.scale * at.scale * mu.adjoint()[0], mean(two_modes), 1e4 * u);
  }
}

// How many different fits the three starts lead to.
int minima(double apart) {
  const Mixture p = modes_at(apart);
  std::vector<double> found;
  for (const Fit start : {left_start, right_start, wide_start}) {
    const double loc = reverse_fit(p, start, 0.5).fit.loc;
    if (std::ranges::none_of(found, [&](double other) { return std::abs(loc - other) < near; }))
      found.push_back(loc);
  }
  return static_cast<int>(found.size());
}

TEST(Exercise02, NearerModes) {
  EXPECT_EQ(minima(2), 3);
  EXPECT_EQ(minima(1.75), 2);
  EXPECT_EQ(minima(1.5), 1);
  const Mixture nearer = modes_at(1.75), farther = modes_at(3);
  const Minimum on_mode = reverse_fit(nearer, left_start, 0.5), wide = reverse_fit(nearer, wide_start, 0.5);
  EXPECT_NEAR(on_mode.kl, 0.438, 1e-3);
  EXPECT_NEAR(wide.kl, 0.391, 1e-3);
  EXPECT_NEAR(reverse_fit(farther, wide_start, 0.5).fit.loc, 3, 0.01);
  EXPECT_NEAR(reverse_fit(farther, wide_start, 0.5).kl / reverse_fit(farther, left_start, 0.5).kl, 2.1, 0.1);
}

}  // namespace
}  // namespace doxa
