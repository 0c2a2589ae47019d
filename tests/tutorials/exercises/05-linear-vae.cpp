// Solutions of chapter 05's exercises.

#include <gtest/gtest.h>

#include <numeric>

#include "doxa/distributions/normal.h"
#include "experiment.h"

namespace {

using namespace doxa;

using support::u;

double mean_of(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

Matrix turn(double theta) {
  return {2, 2, {std::cos(theta), -std::sin(theta), std::sin(theta), std::cos(theta)}};
}

TEST(Exercise05, TwoLatents) {
  const Problem p = draw_problem({.latent = 2}, 1);
  double discarded = 0;
  for (Index j = 2; j < 8; ++j) discarded += p.eigenvalue(j) / 6;
  EXPECT_NEAR(p.best.noise_variance, discarded, 1e-14);
  EXPECT_NEAR(discarded, 0.574313, 5e-7 + 100 * u);
  EXPECT_NEAR(p.maximum, -11.146936, 5e-7 + 1000 * u);
}

TEST(Exercise05, DataOfAnotherShape) {
  Philox random(1);
  Tensor x(Shape{500, 4});
  for (Index r = 0; r < 500; ++r)
    for (Index i = 0; i < 4; ++i)
      x(r, i) = static_cast<Real>(static_cast<double>(4 - i) * (random.uniform() - 0.5));
  const SampleMoments moments = sample_moments(x);
  const ProbabilisticPca best = maximum_likelihood(moments, 2);
  EXPECT_NEAR(mean_of(log_prob(best, x)), mean_log_prob(best, moments), 1e-12);
  EXPECT_NEAR(mean_log_prob(best, moments),
              maximum_log_likelihood(symmetric_eigen(moments.covariance).values, 2), 1e-12);
}

TEST(Exercise05, TurningTwoLatents) {
  const Problem p = draw_problem({.latent = 2}, 1);
  // The last three are above λ_2, and above λ_1: then σ² takes the eigenvalue's place.
  for (const double noise_variance : {0.5, 0.1, 0.01, 3.5, 5.0, 7.0})
    for (const double theta : {0.01, 0.3, std::numbers::pi / 4}) {
      const double a = std::max(p.eigenvalue(0), noise_variance),
                   b = std::max(p.eigenvalue(1), noise_variance), s = std::sin(2 * theta);
      ProbabilisticPca model = maximum_likelihood(p.moments, 2, noise_variance);
      model.weight = model.weight * turn(theta);
      EXPECT_NEAR(least_gap(model), 0.5 * std::log1p((a - b) * (a - b) * s * s / (4 * a * b)), 1e-12);
    }
}

TEST(Exercise05, HalfTheUnit) {
  Problem p = draw_problem({}, 1);
  for (Real& x : p.x.span()) x /= 2;
  const SampleMoments moments = sample_moments(p.x);
  const ProbabilisticPca held = maximum_likelihood(moments, 3, 1.0);
  const Matrix gram = transpose(held.weight) * held.weight;
  EXPECT_NEAR(gram(0, 0) + 1, 1.530, 5e-4);
  EXPECT_EQ(gram(1, 1), 0);
  EXPECT_EQ(gram(2, 2), 0);
  EXPECT_NEAR(0.5 * std::log(gram(0, 0) + 1), 0.213, 5e-4);  // (05.16)
}

// Σ_j (1 - s_j⁴) / 2 at the maximum.
double variance_of_one_draw(const Problem& p) {
  double sum = 0;
  for (Index j = 0; j < p.best.weight.columns; ++j)
    sum += (1 - std::pow(p.best.noise_variance / p.eigenvalue(j), 2)) / 2;
  return sum;
}

TEST(Exercise05, EveryDrawIsTheLikelihood) {
  const Problem p = draw_problem({.data = 200}, 1);
  LinearVae vae(p.best);
  Tape tape;
  const Evaluation evaluation(tape);
  const Var x = tape.constant(p.x);
  Philox random(2);
  const std::vector<double> exact = log_prob(p.best, p.x);
  double worst = 0, squares = 0, fourths = 0, n = 0;
  for (int draw = 0; draw < 20; ++draw) {
    const DiagonalNormal q = posterior(vae, x);
    const Tensor noise = normal_noise({200, 3}, random);
    const Var z = rsample(q, tape.constant(noise));
    const Var of_x = log_prob(likelihood(vae, z), x), of_z = log_prob(prior(tape, vae), z),
              of_q = log_prob(q, z);
    const Var log_ratio = of_x + of_z - of_q;
    const Var bound = elbo(vae, x, tape.constant(noise)).value();
    for (std::size_t r = 0; r < exact.size(); ++r) {
      worst = std::max(worst, std::abs(double{log_ratio.value()[r]} - exact[r]));
      const double off = double{bound.value()[r]} - exact[r];
      squares += off * off;
      fourths += std::pow(off, 4);
      ++n;
    }
  }
  EXPECT_LT(worst, 2e4 * u);
  const double square = squares / n, se = std::sqrt((fourths / n - square * square) / n);
  EXPECT_NEAR(square, variance_of_one_draw(p), 4 * se);
  EXPECT_NEAR(std::sqrt(variance_of_one_draw(draw_problem({}, 1))), 1.21, 5e-3);
}

// What (05.5) and (05.14) ask of the eigenvalues: where two are equal, the maximum is not at one place.
TEST(Conditions05, EqualEigenvaluesLeaveTheAxesOpen) {
  const SampleMoments moments{{0, 0, 0}, diagonal({4, 4, 1})};
  for (const double theta : {0.2, 1.0}) {
    ProbabilisticPca one = maximum_likelihood(moments, 1);  // λ_1 = λ_2: any direction of their plane
    const double best = mean_log_prob(one, moments), length = std::sqrt(sum_of_squares(one.weight));
    one.weight = {3, 1, {length * std::cos(theta), length * std::sin(theta), 0}};
    EXPECT_NEAR(mean_log_prob(one, moments), best, 1e-12);
    ProbabilisticPca two = maximum_likelihood(moments, 2);  // orthogonal columns off the axes: no gap either
    two.weight = two.weight * turn(theta);
    EXPECT_NEAR(least_gap(two), 0, 1e-12);
  }
}

// Equal eigenvalues from k on that leave nothing to add: the k-th column is 0, and the maximum is in one place.
TEST(Conditions05, EqualEigenvaluesAtTheMeanLeaveNothingOpen) {
  const ProbabilisticPca best = maximum_likelihood({{0, 0, 0}, diagonal({4, 1, 1})}, 2);
  EXPECT_NEAR(best.noise_variance, 1, 1e-12);
  EXPECT_NEAR(sum_of_squares(block(best.weight, 0, 1, 3, 1)), 0, 1e-12);
}

TEST(Figures05, EachOfThreeAxesIsSeen) {
  const Matrix axes = identity(3);
  for (Index j = 0; j < 3; ++j) {
    const Drawn a = drawn_at(axes, j), b = drawn_at(axes, (j + 1) % 3);
    EXPECT_GT(std::hypot(a.x, a.y), 0.5);
    EXPECT_GT(std::abs(a.x * b.y - a.y * b.x), 0.4) << "axes on top of each other";
  }
}

// A discarded mean of 0 leaves the likelihood without a maximum.
TEST(Conditions05, DataWithinTheSubspaceHaveNoMaximum) {
  const SampleMoments flat{{0, 0}, diagonal({4, 0})};
  EXPECT_THROW(maximum_likelihood(flat, 1), std::invalid_argument);
  double last = -100;
  for (const double noise_variance : {1e-2, 1e-4, 1e-8}) {
    const double now = mean_log_prob(maximum_likelihood(flat, 1, noise_variance), flat);
    EXPECT_GT(now, last + 1);
    last = now;
  }
}

}  // namespace
