#include "doxa/distributions/multivariate_normal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "doxa/distributions/normal.h"
#include "tests/support/random_gaussians.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// The matrix with this diagonal, for each vector of a stack.
Var diagonal(Var scale) {
  const Index n = scale.shape()[scale.rank() - 1];
  const Var identity = scale.tape().constant({n, n}, [n](std::span<Real> all) {
    for (Index i = 0; i < n * n; ++i) all[static_cast<std::size_t>(i)] = i % (n + 1) == 0;
  });
  const Shape s = scale.shape();
  return identity * reshape(scale, s.rank() == 1 ? Shape{n, 1} : Shape{s[0], n, 1});
}

void expect_near(Var a, Var b, double tolerance) {
  ASSERT_EQ(a.shape(), b.shape());
  for (std::size_t i = 0; i < a.value().size(); ++i)
    EXPECT_NEAR(a.value()[i], b.value()[i], tolerance * (1 + std::abs(double{b.value()[i]}))) << i;
}

// The trapezoidal rule on loc ± 9 standard deviations of either coordinate; for a Gaussian it converges
// faster than any power of the step.
template <class F>
double expectation(const MultivariateNormal& q, F f) {
  constexpr Index n = 181;
  const Var deviation = sqrt(variance(q));
  const double s0 = deviation.value()[0], s1 = deviation.value()[1], h = 18.0 / (n - 1);
  Tensor points(Shape{n * n, 2});
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      points(i * n + j, 0) = static_cast<Real>(q.loc.value()[0] + s0 * (-9 + h * static_cast<double>(i)));
      points(i * n + j, 1) = static_cast<Real>(q.loc.value()[1] + s1 * (-9 + h * static_cast<double>(j)));
    }
  const Var x = q.loc.tape().constant(points), log_q = log_prob(q, x);
  double total = 0;
  for (std::size_t i = 0; i < n * n; ++i)
    total += std::exp(double{log_q.value()[i]}) *
             f(double{x.value()[2 * i]}, double{x.value()[2 * i + 1]}, double{log_q.value()[i]});
  return total * h * h * s0 * s1;
}

TEST(MultivariateNormal, ItsDensityIntegratesToOneWithItsMeanAndCovariance) {
  Tape tape;
  const MultivariateNormal q(vector(tape, {Real(0.5), -1}),
                             matrix(tape, 2, {Real(1.5), 0, Real(-0.75), Real(0.8)}));
  const Var c = covariance(q), v = variance(q);
  const double m0 = q.loc.value()[0], m1 = q.loc.value()[1], tolerance = 4 * rounding;
  EXPECT_NEAR(expectation(q, [](double, double, double) { return 1; }), 1, tolerance);
  EXPECT_NEAR(expectation(q, [](double x, double, double) { return x; }), m0, tolerance);
  EXPECT_NEAR(expectation(q, [=](double x, double, double) { return (x - m0) * (x - m0); }), c.value()[0],
              tolerance);
  EXPECT_NEAR(expectation(q, [=](double x, double y, double) { return (x - m0) * (y - m1); }), c.value()[1],
              tolerance);
  EXPECT_NEAR(expectation(q, [=](double, double y, double) { return (y - m1) * (y - m1); }), c.value()[3],
              tolerance);
  EXPECT_NEAR(entropy(q).item(), expectation(q, [](double, double, double log_q) { return -log_q; }),
              4 * tolerance);
  EXPECT_NEAR(c.value()[1], -1.125, rounding);  // 1.5 · -0.75
  EXPECT_NEAR(c.value()[1], c.value()[2], rounding);
  EXPECT_NEAR(v.value()[0], c.value()[0], rounding);
  EXPECT_NEAR(v.value()[1], c.value()[3], rounding);
}

TEST(MultivariateNormal, WithADiagonalFactorIsTheDiagonalNormal) {
  Tape tape;
  const Var loc = normal_variable(tape, {4, 3}, 1), scale = exp(normal_variable(tape, {4, 3}, 2)),
            loc_p = normal_variable(tape, {4, 3}, 3), scale_p = exp(normal_variable(tape, {3}, 4)),
            x = normal_variable(tape, {4, 3}, 5);
  const MultivariateNormal q(loc, diagonal(scale)), p(loc_p, diagonal(scale_p));
  const DiagonalNormal d(loc, scale), e(loc_p, scale_p);
  expect_near(log_prob(q, x), log_prob(d, x), rounding);
  expect_near(entropy(q), entropy(d), rounding);
  expect_near(entropy(p), entropy(e), rounding);
  expect_near(rsample(q, x), rsample(d, x), rounding);
  expect_near(kl_divergence(q, p), kl_divergence(d, e), rounding);
  expect_near(kl_divergence(p, q), kl_divergence(e, d), rounding);
  expect_near(variance(q), square(scale), rounding);
  Philox a(6), b(6);
  expect_near(sample(q, a), sample(d, b), rounding);
}

// p(x) = p(x_0) p(x_1 | x_0): x_1 given x_0 has the mean loc_1 + L_10 (x_0 - loc_0) / L_00 and the deviation
// L_11.
TEST(MultivariateNormal, IsItsFirstCoordinateAndTheSecondGivenTheFirst) {
  Tape tape;
  const Var x = vector(tape, {2, Real(-0.5)});
  const MultivariateNormal q(vector(tape, {1, 3}), matrix(tape, 2, {Real(0.5), 0, Real(-1.5), Real(0.25)}));
  const auto number = [&](double v) { return tape.constant(static_cast<Real>(v)); };
  const Var first = log_prob(Normal(number(1), number(0.5)), number(2));
  const Var second = log_prob(Normal(number(3 - 1.5 * 2), number(0.25)), number(-0.5));
  EXPECT_NEAR(log_prob(q, x).item(), first.item() + second.item(), rounding);
}

TEST(MultivariateNormal, AtItsMeanItsDensityIsThatOfTheDeterminant) {
  Tape tape;
  const MultivariateNormal q(vector(tape, {1, 2}), matrix(tape, 2, {2, 0, 7, 4}));
  EXPECT_NEAR(log_prob(q, q.loc).item(), -std::log(2 * std::numbers::pi * 8), rounding);
  EXPECT_NEAR(entropy(q).item(), 1 + std::log(2 * std::numbers::pi * 8), rounding);
}

TEST(MultivariateNormal, OfACovarianceHasThatCovariance) {
  Tape tape;
  const Var l = random_factor(tape, {4, 4}, 7), c = matmul(l, transpose(l));
  const MultivariateNormal q = MultivariateNormal::from_covariance(normal_variable(tape, {4}, 8), c);
  expect_near(covariance(q), c, rounding);
  EXPECT_THROW(MultivariateNormal::from_covariance(vector(tape, {0, 0}), matrix(tape, 2, {1, 2, 2, 1})),
               std::domain_error);
}

TEST(MultivariateNormal, LeadingAxesBroadcast) {
  Tape tape;
  Philox random(9);
  const Var loc = normal_variable(tape, {2, 1, 3}, 10), l = random_factor(tape, {4, 3, 3}, 11);
  const MultivariateNormal q(loc, l);
  EXPECT_EQ(sample(q, random).shape(), Shape({2, 4, 3}));
  EXPECT_EQ(mean(q).shape(), Shape({2, 4, 3}));
  EXPECT_EQ(variance(q).shape(), Shape({2, 4, 3}));
  EXPECT_EQ(covariance(q).shape(), Shape({4, 3, 3}));
  EXPECT_EQ(entropy(q).shape(), Shape({2, 4}));
  const Var x = normal_variable(tape, {3}, 12), y = log_prob(q, x),
            kl = kl_divergence(q, random_normal(tape, 3, 13));
  ASSERT_EQ(y.shape(), Shape({2, 4}));
  ASSERT_EQ(kl.shape(), Shape({2, 4}));
  for (Index i = 0; i < 2; ++i)  // each as if it were alone
    for (Index j = 0; j < 4; ++j) {
      const MultivariateNormal one(reshape(slice(loc, 0, i, i + 1), {3}),
                                   reshape(slice(l, 0, j, j + 1), {3, 3}));
      const auto at = static_cast<std::size_t>(4 * i + j);
      EXPECT_NEAR(y.value()[at], log_prob(one, x).item(), rounding * std::abs(y.value()[at]));
      EXPECT_NEAR(kl.value()[at], kl_divergence(one, random_normal(tape, 3, 13)).item(),
                  rounding * kl.value()[at]);
    }
}

TEST(MultivariateNormal, OneFactorForValuesOfFourAxes) {
  Tape tape;
  const MultivariateNormal q = random_normal(tape, 3, 14);
  const Var x = normal_variable(tape, {2, 2, 2, 3}, 15), y = log_prob(q, x);
  expect_near(reshape(y, {8}), log_prob(q, reshape(x, {8, 3})), rounding);
  expect_near(reshape(rsample(q, x), {8, 3}), rsample(q, reshape(x, {8, 3})), rounding);
}

// Of a factor itself; the gradient has no part above the diagonal, where a factor stays 0.
TEST(MultivariateNormal, GivesNoGradientAboveTheDiagonal) {
  Tape tape;
  const Var l = random_factor(tape, {3, 3}, 16);
  const MultivariateNormal q(vector(tape, {1, 2, 3}), l);
  tape.backward(sum(square(rsample(q, vector(tape, {1, -1, 2})))) + log_prob(q, vector(tape, {0, 0, 0})));
  const Tensor g = l.gradient();
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 3; ++j) EXPECT_EQ(g(i, j) == 0, i < j) << i << ' ' << j;
}

// ---- draws --------------------------------------------------------------------------------------

TEST(MultivariateNormalDraw, OfTheSameNoiseIsReparametrised) {
  Tape tape;
  Philox a(32), b(32);
  const MultivariateNormal q = random_normal(tape, 3, 33);
  const Var z = sample(q, a), r = rsample(q, tape.constant(normal_noise(Shape{3}, b)));
  EXPECT_EQ(value(z), value(r));
  EXPECT_FALSE(z.needs_gradient());
  EXPECT_TRUE(r.needs_gradient());
}

// L⁻¹(z - loc) is the noise again.
TEST(MultivariateNormalDraw, IsUndoneByItsLogDensity) {
  Tape tape;
  const MultivariateNormal q = random_normal(tape, 4, 34);
  const Var noise = normal_variable(tape, {10, 4}, 35), zero = tape.constant(Tensor(Shape{4})),
            one = tape.constant({4}, Real{1});
  const Var log_q = log_prob(q, rsample(q, noise)), standard = log_prob(DiagonalNormal(zero, one), noise);
  expect_near(log_q, standard - Real(0.5) * log_det_from_cholesky(q.scale_tril), 16 * rounding);
}

// ---- wrong parameters ---------------------------------------------------------------------------

TEST(MultivariateNormal, RefusesAFactorThatIsNoneNamingTheIndex) {
  Tape tape;
  const Var loc = vector(tape, {0, 0});
  const auto with = [&](std::initializer_list<Real> l) {
    return thrown<Refused>([&] { MultivariateNormal(loc, matrix(tape, 2, l)); });
  };
  EXPECT_EQ(with({1, 0, 2, 0}),
            "MultivariateNormal: scale_tril[1,1] is 0, expected a positive finite number");
  EXPECT_EQ(with({-1, 0, 2, 3}),
            "MultivariateNormal: scale_tril[0,0] is -1, expected a positive finite number");
  EXPECT_EQ(with({2, 1, 1, 2}), "MultivariateNormal: scale_tril[0,1] is 1, expected 0 above the diagonal");
  EXPECT_EQ(with({2, 0, infinity, 2}),
            "MultivariateNormal: scale_tril[1,0] is inf, expected a finite number");
  EXPECT_EQ(with({1, 0, 0, nan}).substr(0, 38), "MultivariateNormal: scale_tril[1,1] is");
  EXPECT_EQ(with({1, nan, 0, 1}).substr(0, 38), "MultivariateNormal: scale_tril[0,1] is");
  const Tensor stack(Shape{2, 2, 2}, {1, 0, 0, 1, 1, 0, 0, -2});
  EXPECT_SAYS(Refused, "MultivariateNormal: scale_tril[1,1,1] is -2, expected a positive finite number",
              MultivariateNormal(loc, tape.constant(stack)));
}

TEST(MultivariateNormal, RefusesShapesThatDoNotFit) {
  Tape tape;
  const Var l = random_factor(tape, {2, 2}, 40), stack = random_factor(tape, {3, 2, 2}, 41);
  const auto zeros = [&](const Shape& s) { return tape.constant(Tensor(s)); };
  EXPECT_SAYS(Refused,
              "MultivariateNormal: scale_tril has shape [2,2], expected [..., 3, 3] for loc of shape [3]",
              MultivariateNormal(zeros({3}), l));
  EXPECT_SAYS(Refused,
              "MultivariateNormal: loc has shape [], expected a last axis of at least one coordinate",
              MultivariateNormal(zeros({}), l));
  EXPECT_THROW(MultivariateNormal(zeros({2}), zeros({2})), Refused);
  EXPECT_THROW(MultivariateNormal(zeros({2}), zeros({3, 2})), Refused);
  EXPECT_THROW(MultivariateNormal(zeros({0}), zeros({0, 0})), Refused);
  EXPECT_SAYS(Refused,
              "MultivariateNormal, leading axes of loc and scale_tril: shapes do not broadcast: [4] and [3]",
              MultivariateNormal(zeros({4, 2}), stack));
  const MultivariateNormal q(zeros({2}), l), many(zeros({2}), stack);
  EXPECT_SAYS(Refused,
              "log_prob: x has shape [3], which does not fit a MultivariateNormal of scale_tril [2,2]",
              log_prob(q, zeros({3})));
  EXPECT_THROW(log_prob(q, zeros({1})), Refused);
  EXPECT_THROW(log_prob(many, zeros({4, 2})), Refused);
  EXPECT_THROW(log_prob(many, zeros({1, 1, 3, 2})), Refused);
  EXPECT_THROW(rsample(q, zeros({1})), Refused);
  EXPECT_THROW(rsample(q, zeros({})), Refused);
  EXPECT_THROW(kl_divergence(q, MultivariateNormal(zeros({1}), random_factor(tape, {1, 1}, 42))), Refused);
}

static_assert(Reparametrised<MultivariateNormal>);

}  // namespace
}  // namespace doxa
