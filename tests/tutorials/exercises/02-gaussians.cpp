// The solutions of the exercises of chapter 02.

#include <gtest/gtest.h>

#include "doxa/distributions/multivariate_normal.h"
#include "sections.h"

namespace doxa {
using support::u;
namespace {

// ---- 1, in double precision whatever Real is ----

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

// ---- 2 and 3 ----

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
  const Mixture p{{0.625, 0.375}, {-apart, apart}, {0.75, 0.75}};
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
}

// ---- 4 ----

Divergences narrower(double t) { return Divergences((1 - t / 2) * (1 - t / 2), t); }

TEST(Exercise02, InfiniteVariance) {
  EXPECT_TRUE(std::isinf(narrower(1).chi2));
  for (double t = 0.5; t >= 1.0 / 64; t /= 2) EXPECT_TRUE(std::isfinite(narrower(t).chi2)) << t;

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

// ---- 5 ----

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

}  // namespace
}  // namespace doxa
