#include "doxa/models/vae/vae.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "doxa/models/vae/quadrature.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

void zero(Mlp& mlp) {
  for (Parameter* p : parameters(mlp))
    for (Real& w : p->value.span()) w = 0;
}

double normal_log_prob(double x, double variance) {
  return -x * x / (2 * variance) - 0.5 * std::log(2 * std::numbers::pi * variance);
}

// A decoder that ignores z, and an encoder that answers with the prior: q is the true posterior and the bound
// is tight.
TEST(Vae, WithoutALatentItsBoundIsTheLogDensity) {
  Philox random(1);
  Vae vae({.data = 2, .latent = 3, .hidden = 4}, random);
  zero(vae.encoder);
  zero(vae.decoder);
  vae.log_scale.value[0] = static_cast<Real>(std::log(0.5));
  Tape tape;
  const Var x = tape.constant({1, 2}, {1, -2});
  const BoundTerms<Var> one = elbo(vae, x, tape.constant(normal_noise({1, 3}, random)));
  EXPECT_EQ(one.kl.item(), 0);
  EXPECT_NEAR(one.value().value()[0], normal_log_prob(1, 0.25) + normal_log_prob(-2, 0.25),
              64 * unit_roundoff * 20);
}

// A linear decoder, x = w z + b + s ε, makes x normal with covariance w² + s²: the evidence in closed form.
TEST(Vae, QuadratureIsTheEvidenceOfALinearModel) {
  Philox random(1);
  Vae vae({.data = 2, .latent = 2, .hidden = 2}, random);
  zero(vae.decoder);
  const Real small = static_cast<Real>(std::cbrt(unit_roundoff)),
             w = Real(0.8);  // tanh(small z) = small z to rounding
  for (Index i = 0; i < 2; ++i) {
    vae.decoder.layers[0].weight.value(i, i) = small;
    vae.decoder.layers[1].weight.value(i, i) = 1;
    vae.decoder.layers[2].weight.value(i, i) = w / small;
  }
  vae.log_scale.value[0] = static_cast<Real>(std::log(0.5));
  const DecodedPrior model = decode_prior(vae, normal_quadrature(0.1));
  const double variance = double(w) * double(w) + 0.25;
  for (const PlanePoint& x : {PlanePoint{0, 0}, PlanePoint{1, -0.5}, PlanePoint{-2, 1.5}})
    EXPECT_NEAR(log_evidence(model, x), normal_log_prob(x[0], variance) + normal_log_prob(x[1], variance),
                1e3 * std::cbrt(unit_roundoff) * std::cbrt(unit_roundoff));  // the cubic term of tanh
}

// P(z_1 >= ½): a whole row of nodes lies on the edge, and all of it counts, half a row too much. Turned, the
// rule is as good for smooth functions and far better for this one.
TEST(Vae, ATurnedLatticeHasNoRowAlongTheEdge) {
  const auto mean = [](const NormalQuadrature& rule, auto f) {
    double sum = 0;
    for (std::size_t j = 0; j < rule.log_weights.size(); ++j)
      sum += std::exp(rule.log_weights[j]) * f(double{rule.nodes(static_cast<Index>(j), 0)});
    return sum;
  };
  const auto beyond = [](double z) { return z >= 0.5 ? 1.0 : 0.0; };
  const double exact = std::erfc(0.5 / std::sqrt(2.0)) / 2;
  const NormalQuadrature straight = normal_quadrature(0.1), turned = normal_quadrature(0.1, 8.5, 0.6);
  EXPECT_NEAR(mean(straight, beyond), exact + 0.05 * std::exp(-0.125) / std::sqrt(2 * std::numbers::pi),
              1e-3);
  EXPECT_NEAR(mean(turned, beyond), exact, 2e-3);
  for (const NormalQuadrature* rule : {&straight, &turned})
    EXPECT_NEAR(mean(*rule, [](double z) { return std::cos(z); }), std::exp(-0.5),
                1e-12 + 10 * unit_roundoff);
}

TEST(Vae, OneImportanceWeightIsLogJointMinusLogPosterior) {
  Philox random(2);
  Vae vae({.data = 3, .latent = 2, .hidden = 5}, random);
  Tape tape;
  const Var x = tape.constant(normal_noise({4, 3}, random)),
            noise = tape.constant(normal_noise({4, 1, 2}, random));
  const DiagonalNormal q = posterior(vae, x);
  const Var z = rsample(q, reshape(noise, {4, 2}));
  const Var expected = log_prob(likelihood(vae, z), x) + log_prob(prior(tape, vae), z) - log_prob(q, z);
  const Var bound = importance_weighted_bound(log_importance_weights(vae, x, noise));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(bound.value()[i], expected.value()[i], 1e3 * unit_roundoff);
}

// The expectations of (06.3), (06.4), (06.6) and (06.8) as sums over latents, for networks of random weights.
struct OneDatum {
  Philox random{5};
  Vae vae{{.data = 2, .latent = 2, .hidden = 6}, random};
  Tensor x{{1, 2}, {Real(0.7), Real(-1.2)}};
  PlanePoint point{double{x[0]}, double{x[1]}};
  NormalQuadrature rule = normal_quadrature(0.1);
  double rounding = 1e4 * unit_roundoff;  // of networks in Real, times numbers of order 10
};

TEST(Vae, EvidenceIsTheBoundPlusTheDivergenceToThePosterior) {
  OneDatum d;
  // The wide lattice is for q, which is wider than the prior before training.
  const DecodedPrior model = decode_prior(d.vae, normal_quadrature(0.1, 20));
  const double gap = kl_to_true_posterior(model, posteriors(d.vae, d.x)[0], d.point);
  EXPECT_GT(gap, 0.01);
  const double bound = exact_elbo(d.vae, d.x, d.rule)[0].value();
  EXPECT_NEAR(log_evidence(model, d.point), bound + gap, 1e-9 + d.rounding);
}

TEST(Vae, WeightsAverageToTheEvidenceAndTheirLogarithmsToTheBound) {
  OneDatum d;
  Tape tape;
  const Index n = d.rule.nodes.shape()[0];
  const Var noise = reshape(tape.constant(d.rule.nodes), {1, n, 2});
  const Var log_w = log_importance_weights(d.vae, tape.constant(d.x), noise);
  double mean_w = 0, mean_log_w = 0;
  for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j) {
    mean_w += std::exp(d.rule.log_weights[j] + double{log_w.value()[j]});
    mean_log_w += std::exp(d.rule.log_weights[j]) * double{log_w.value()[j]};
  }
  EXPECT_NEAR(std::log(mean_w), log_evidence(decode_prior(d.vae, d.rule), d.point), 1e-9 + d.rounding);
  EXPECT_NEAR(mean_log_w, exact_elbo(d.vae, d.x, d.rule)[0].value(), 1e-9 + d.rounding);
}

TEST(Vae, ClosedFormDivergenceIsItsIntegral) {
  OneDatum d;
  const PlanePosterior q = posteriors(d.vae, d.x)[0];
  double kl = 0;
  for (std::size_t j = 0; j < d.rule.log_weights.size(); ++j)
    for (std::size_t i = 0; i < 2; ++i) {
      const double e = double{d.rule.nodes(static_cast<Index>(j), static_cast<Index>(i))};
      const double z = q.loc[i] + q.scale[i] * e;
      kl += std::exp(d.rule.log_weights[j]) * (-std::log(q.scale[i]) - e * e / 2 + z * z / 2);
    }
  EXPECT_NEAR(kl, exact_elbo(d.vae, d.x, d.rule)[0].kl, 1e-9 + d.rounding);
}

// (06.7): differentiating through z = μ + σ ε (06.5) gives the derivative of E_q[f] that integrating against
// a moving q gives.
TEST(Vae, GradientThroughTheDrawIsTheGradientOfTheExpectation) {
  const NormalQuadrature rule = normal_quadrature(0.1);
  const double mu = 0.3, sigma = 0.7;
  Tape tape;
  const Var loc = tape.variable(Tensor({2}, {Real(mu), Real(-mu)}));
  const Var scale = tape.variable(Tensor({2}, Real(sigma)));
  Tensor weights(Shape{rule.nodes.shape()[0]});
  for (Index j = 0; j < weights.size(); ++j)
    weights[j] = static_cast<Real>(std::exp(rule.log_weights[static_cast<std::size_t>(j)]));
  const Var z = rsample(DiagonalNormal(loc, scale), tape.constant(rule.nodes));
  tape.backward(sum(tape.constant(weights) * sum(tanh(z), 1)));
  double by_loc = 0, by_scale = 0;  // ∫ f(z) ∂q(z)/∂μ_1 dz and ∫ f(z) ∂q(z)/∂σ_1 dz for f = Σ tanh z_i
  const double h = 0.01;
  for (double e = -8; e <= 8; e += h) {
    const double q = h * std::exp(-e * e / 2) / std::sqrt(2 * std::numbers::pi);
    const double f = std::tanh(mu + sigma * e);
    by_loc += q * f * e / sigma;
    by_scale += q * f * (e * e - 1) / sigma;
  }
  EXPECT_NEAR(loc.adjoint()[0], by_loc, 1e-9 + 1e3 * unit_roundoff);
  EXPECT_NEAR(scale.adjoint()[0], by_scale, 1e-9 + 1e3 * unit_roundoff);
}

TEST(ImportanceWeightedBound, OfEqualWeightsIsTheirLogarithm) {
  Tape tape;
  const Var b = importance_weighted_bound(tape.constant({2, 7}, Real(-800)));
  EXPECT_NEAR(b.value()[0], -800, 4 * unit_roundoff * 800);
  // Without regard to the order of the samples, and never above the largest weight.
  const Var c = importance_weighted_bound(tape.constant({2, 3}, {-1, -5, 2, 2, -1, -5}));
  EXPECT_NEAR(c.value()[0], c.value()[1], 8 * unit_roundoff);
  EXPECT_LT(c.value()[0], 2);
}

TEST(Vae, SampledWeightsLeaveNothingBehindAndRepeatWithTheSeed) {
  Philox random(3), a(9), b(9);
  Vae vae({}, random);
  const Tensor x = normal_noise({300, 2}, random);
  const Tensor first = sample_log_importance_weights(vae, x, 20, a),
               second = sample_log_importance_weights(vae, x, 20, b);
  for (Index i = 0; i < first.size(); ++i) EXPECT_EQ(first[i], second[i]);
}

TEST(Vae, DivergencesOfTheDimensionsAddUpToTheSecondTermOfTheBound) {
  Philox random(7);
  Vae vae({.data = 3, .latent = 4, .hidden = 5}, random);
  const Tensor x = normal_noise({6, 3}, random);
  Tape tape;
  const Var kl = elbo(vae, tape.constant(x), tape.constant(normal_noise({6, 4}, random))).kl;
  const Tensor of_dimensions = kl_per_dimension(vae, x);
  for (Index i = 0; i < 6; ++i) {
    double sum = 0;
    for (Index j = 0; j < 4; ++j) sum += double{of_dimensions(i, j)};
    const double whole = double{kl.value()[static_cast<std::size_t>(i)]};
    EXPECT_NEAR(sum, whole, 100 * unit_roundoff * whole);
  }
}

TEST(Vae, RefusesSizesThatAreNotPositive) {
  Philox random(1);
  EXPECT_THROW(Vae({.data = 0}, random), Refused);
  EXPECT_THROW(Vae({.latent = -1}, random), Refused);
}

}  // namespace
}  // namespace doxa
