#include "doxa/distributions/normal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>

#include "doxa/distributions/kernels/normal_kernels.h"
#include "tests/support/numbers.h"
#include "tests/support/page.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

Normal normal(Tape& tape, double loc, double scale) { return Normal(number(tape, loc), number(tape, scale)); }

struct Parameters {
  double loc, scale;
};

const Parameters parameters[] = {{0, 1}, {-1.5, 0.3}, {2, 4}, {0.25, 0.02}, {-30, 10}};

// ∫ f(x, log q(x), log p(x)) q(x) dx by the trapezoidal rule on loc ± 13 scale, which for a Gaussian
// converges faster than any power of the step: with 1301 points only rounding is left.
template <class F>
double expectation(const Normal& q, const Normal& p, F f) {
  constexpr Index n = 1301;
  const double loc = q.loc.item(), scale = q.scale.item(), step = 26 * scale / (n - 1);
  Tensor points(Shape{n});
  for (Index i = 0; i < n; ++i)
    points[i] = static_cast<Real>(loc - 13 * scale + step * static_cast<double>(i));
  const Var x = q.loc.tape().constant(points), log_q = log_prob(q, x), log_p = log_prob(p, x);
  double total = 0;
  for (std::size_t i = 0; i < n; ++i)
    total += std::exp(double{log_q.value()[i]}) *
             f(double{x.value()[i]}, double{log_q.value()[i]}, double{log_p.value()[i]});
  return total * step;
}

// A point is off by u |x|, which its log-density multiplies by |x - loc| / scale²; that itself is computed in
// a dozen operations on numbers whose mean size is at most 2 + |log scale|.
double tolerance_at(const Parameters& q) {
  return unit_roundoff * (64 * (2 + std::abs(std::log(q.scale))) + 4 * std::abs(q.loc) / q.scale);
}

TEST(Normal, ItsDensityHasItsIntegralMeanVarianceAndEntropy) {
  for (const Parameters& q : parameters) {
    Tape tape;
    const Normal d = normal(tape, q.loc, q.scale);
    const auto centred = [&](int power) {
      return expectation(d, d,
                         [&](double x, double, double) { return std::pow((x - q.loc) / q.scale, power); });
    };
    const double minus_log_density = expectation(d, d, [](double, double log_q, double) { return -log_q; });
    EXPECT_NEAR(centred(0), 1, tolerance_at(q)) << q.loc;
    EXPECT_NEAR(centred(1), 0, 4 * tolerance_at(q)) << q.loc;
    EXPECT_NEAR(centred(2), 1, 4 * tolerance_at(q)) << q.loc;
    EXPECT_NEAR(entropy(d).item(), minus_log_density, 8 * tolerance_at(q)) << q.loc;
  }
}

TEST(Normal, ItsDensityAtTheMeanAndOneScaleAway) {
  Tape tape;
  const Normal d = normal(tape, 3, 0.5);
  const double peak = -0.5 * std::log(2 * std::numbers::pi) - std::log(0.5);
  EXPECT_NEAR(log_prob(d, number(tape, 3)).item(), peak, 4 * unit_roundoff);
  EXPECT_NEAR(log_prob(d, number(tape, 3.5)).item(), peak - 0.5, 4 * unit_roundoff);
  EXPECT_NEAR(log_prob(d, number(tape, 2)).item(), peak - 2, 8 * unit_roundoff);
}

TEST(Normal, ByScaleOrLogScaleIsTheSame) {
  Tape tape;
  const Var loc = number(tape, 0.7), log_scale = number(tape, -1.3), x = number(tape, 0.2);
  const Normal a = Normal::from_log_scale(loc, log_scale), b(loc, exp(log_scale));
  EXPECT_NEAR(log_prob(a, x).item(), log_prob(b, x).item(), 16 * unit_roundoff);
  EXPECT_NEAR(entropy(a).item(), entropy(b).item(), 8 * unit_roundoff);
}

TEST(Normal, ParametersAndValuesBroadcast) {
  Tape tape;
  const Normal d(tape.constant({2, 1}, {0, 1}), tape.constant({3}, {1, 2, 4}));
  EXPECT_EQ(entropy(d).shape(), Shape({2, 3}));
  EXPECT_EQ(log_prob(d, number(tape, 1)).shape(), Shape({2, 3}));
  EXPECT_EQ(log_prob(d, tape.constant(Tensor(Shape{5, 2, 3}))).shape(), Shape({5, 2, 3}));
  Philox random(1);
  EXPECT_EQ(sample(d, random).shape(), Shape({2, 3}));
  const Var h = entropy(d);
  for (std::size_t j = 0; j < 3; ++j) EXPECT_EQ(h.value()[j], h.value()[3 + j]);  // it does not depend on loc
}

// ---- KL -----------------------------------------------------------------------------------------

TEST(NormalKL, IsZeroToItselfAndPositiveBetweenDifferentOnes) {
  for (std::size_t i = 0; i < std::size(parameters); ++i)
    for (std::size_t j = 0; j < std::size(parameters); ++j) {
      Tape tape;
      const Var kl = kl_divergence(normal(tape, parameters[i].loc, parameters[i].scale),
                                   normal(tape, parameters[j].loc, parameters[j].scale));
      EXPECT_TRUE(i == j ? kl.item() == 0 : kl.item() > 0) << i << ' ' << j;
    }
}

// KL is second order in a small change: 0.5 δ² for the mean in units of the scale, δ² for the logarithm of
// the scale.
TEST(NormalKL, IsQuadraticNearZero) {
  const double step = std::cbrt(unit_roundoff), rounding = 8 * unit_roundoff;
  Tape tape;
  const Normal p = normal(tape, 0, 1);
  EXPECT_NEAR(kl_divergence(normal(tape, step, 1), p).item(), step * step / 2, rounding);
  EXPECT_NEAR(kl_divergence(normal(tape, 0, std::exp(step)), p).item(), step * step,
              rounding + 2 * std::pow(step, 3));
}

TEST(NormalKL, IsTheExpectedLogRatio) {
  const Parameters near_one[] = {{0, 1}, {0.5, 0.8}, {-1, 2}, {0.3, 0.4}};
  for (const Parameters& q : near_one)
    for (const Parameters& p : near_one) {
      Tape tape;
      const Normal a = normal(tape, q.loc, q.scale), b = normal(tape, p.loc, p.scale);
      const auto size = [](double, double log_q, double log_p) { return std::abs(log_q) + std::abs(log_p); };
      const auto ratio = [](double, double log_q, double log_p) { return log_q - log_p; };
      EXPECT_NEAR(kl_divergence(a, b).item(), expectation(a, b, ratio),
                  64 * unit_roundoff * (1 + expectation(a, b, size)));
    }
}

// Only the common coordinate counts: KL is the same after x -> a x + b for both (a power of two, so scaling
// is exact).
TEST(NormalKL, DoesNotDependOnTheUnit) {
  Tape tape;
  const Var one = kl_divergence(normal(tape, 1, 0.5), normal(tape, -0.5, 2));
  const Var scaled = kl_divergence(normal(tape, 8, 4), normal(tape, -4, 16));
  EXPECT_NEAR(one.item(), scaled.item(), 8 * unit_roundoff * (1 + 2 * std::log(16)));
}

// ---- draws --------------------------------------------------------------------------------------

TEST(NormalDraw, IsLocPlusScaleTimesNoiseWithGradientsOneAndNoise) {
  Tape tape;
  const Var loc = vector(tape, {1, 2, 3}), scale = vector(tape, {0.5, 2, 4});
  const Tensor noise(Shape{3}, {-1, 0.25, 2});
  const Var z = rsample(Normal(loc, scale), tape.constant(noise));
  tape.backward(sum(z));
  for (std::size_t i = 0; i < 3; ++i) {
    const Real e = noise[static_cast<Index>(i)];
    EXPECT_EQ(z.value()[i], loc.value()[i] + scale.value()[i] * e);
    EXPECT_EQ(loc.adjoint()[i], 1);
    EXPECT_EQ(scale.adjoint()[i], e);
  }
}

// E_q[z²] = loc² + scale²: the derivative of the expectation is the expectation of the derivative, here by an
// exact quadrature of the noise (two points ±1 integrate polynomials up to degree 3 against the standard
// normal).
TEST(NormalDraw, ItsGradientIsTheGradientOfTheExpectation) {
  Tape tape;
  const Var loc = number(tape, 1.5), scale = number(tape, 0.5);
  tape.backward(mean(square(rsample(Normal(loc, scale), tape.constant({2}, {-1, 1})))));
  EXPECT_EQ(loc.adjoint()[0], 3);
  EXPECT_EQ(scale.adjoint()[0], 1);
}

TEST(NormalDraw, WithoutReparametrisationHasNoGradient) {
  Tape tape;
  Philox random(1);
  const Normal q(number(tape, 1), number(tape, 2));
  EXPECT_FALSE(sample(q, random).needs_gradient());
  EXPECT_FALSE(
      sample(DiagonalNormal(tape.variable(Tensor(Shape{3})), number(tape, 2)), random).needs_gradient());
}

TEST(NormalDraw, IsTheSameAsTheReparametrisedOneForTheSameSeed) {
  Tape tape;
  Philox a(3), b(3);
  const Normal q(tape.variable(Tensor(Shape{5}, Real(0.3))), number(tape, 2));
  const Var z = sample(q, a), r = rsample(q, tape.constant(normal_noise(Shape{5}, b)));
  EXPECT_EQ(value(z), value(r));
  EXPECT_EQ(a(), b());
}

// ---- independent coordinates --------------------------------------------------------------------

TEST(DiagonalNormal, IsAdditiveOverItsCoordinates) {
  Tape tape;
  Philox random(5);
  const auto noise = [&] { return tape.constant(normal_noise(Shape{4, 3}, random)); };
  const Var loc_q = noise(), scale_q = softplus(noise()), loc_p = noise(), scale_p = softplus(noise()),
            x = noise();
  const Normal q(loc_q, scale_q), p(loc_p, scale_p);
  const DiagonalNormal joint_q(loc_q, scale_q), joint_p(p);
  const auto expect_sum = [](Var joint, Var each) {
    ASSERT_EQ(joint.shape(), Shape({4}));
    for (std::size_t i = 0; i < 4; ++i) {
      double total = 0, size = 0;
      for (std::size_t j = 0; j < 3; ++j) {
        total += each.value()[3 * i + j];
        size += std::abs(each.value()[3 * i + j]);
      }
      EXPECT_NEAR(joint.value()[i], total, 4 * unit_roundoff * size);
    }
  };
  expect_sum(log_prob(joint_q, x), log_prob(q, x));
  expect_sum(entropy(joint_q), entropy(q));
  expect_sum(kl_divergence(joint_q, joint_p), kl_divergence(q, p));
}

TEST(DiagonalNormal, WithOneScaleForAllCoordinatesCountsItForEach) {
  Tape tape;
  const Var loc = tape.constant(Tensor(Shape{2, 3})), scale = number(tape, 2);
  const Var h = entropy(DiagonalNormal(loc, scale)), one = entropy(Normal(number(tape, 0), scale));
  ASSERT_EQ(h.shape(), Shape({2}));
  EXPECT_NEAR(h.value()[0], 3 * double{one.item()}, 8 * unit_roundoff * 3 * one.item());
}

// ---- wrong parameters ---------------------------------------------------------------------------

TEST(Normal, RefusesAScaleThatIsNotPositiveAndFiniteNamingItsIndex) {
  Tape tape;
  const Var loc = tape.constant(Tensor(Shape{3}));
  const auto with = [&](Real s) { return [&, s] { Normal(loc, tape.constant({3}, {1, 2, s})); }; };
  for (const Real wrong : {Real(-1.5), Real{0}}) {
    const std::string text = thrown<Refused>(with(wrong));
    EXPECT_EQ(text.substr(0, 19), "Normal: scale[2] is");
    EXPECT_NE(text.find(", expected a positive finite number"), std::string::npos) << text;
  }
  EXPECT_EQ(thrown<Refused>(with(infinity)), "Normal: scale[2] is inf, expected a positive finite number");
  EXPECT_THROW(with(nan)(), Refused);
  EXPECT_THROW(DiagonalNormal(loc, tape.constant({1}, {0})), Refused);
}

// "-0.000000, expected a positive number" would leave the reader wondering.
TEST(Normal, ShowsASmallWrongScaleAsItIs) {
  Tape tape;
  const std::string text = thrown<Refused>([&] { normal(tape, 0, -1e-9); });
  EXPECT_NE(text.find("-1e-09"), std::string::npos) << text;
}

TEST(Normal, RefusesShapesThatDoNotBroadcast) {
  Tape tape;
  const Normal q(tape.constant(Tensor(Shape{2})), tape.constant({2}, Real{1}));
  EXPECT_THROW(log_prob(q, tape.constant(Tensor(Shape{3}))), Refused);
  EXPECT_THROW(rsample(q, tape.constant(Tensor(Shape{3}))), Refused);
}

// ---- kernels, whose formulas are checked in tests/models/nn/fused_test.cpp

#ifdef DOXA_HAS_PAGES
TEST(NormalKernels, TouchNothingOutsideTheirArrays) {
  for (const Kernels* set : available_kernels()) {
    const NormalKernels& k = normal_kernels(set->set);
    const bool done = for_arrays_at_page_boundaries([&k](Index n, Real* x, Real* y, Real* g, Real* d) {
      k.log_prob(n, x, x, g, x, d);
      k.log_prob_adjoint(n, x, x, g, x, y, d, d, d);
      k.kl(n, {x, x, x, x, g, x}, d);
      k.kl_adjoint(n, {x, x, x, x, g, x}, g, {y, d, d, d});
    });
    if (!done) GTEST_SKIP() << "no memory protection";
  }
}
#endif

}  // namespace
}  // namespace doxa
