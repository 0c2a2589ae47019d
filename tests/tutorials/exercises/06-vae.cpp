// Solutions of chapter 06's exercises.

#include <gtest/gtest.h>

#include "doxa/models/nn/adam.h"
#include "sections.h"

namespace {

using namespace doxa;

using support::u;

double entry(const char* name) {
  static const support::ResultsFile results = support::read_results(DOXA_RESULTS);
  return std::get<double>(results.at(name));
}

TEST(Exercise06, APoorModel) {
  const PlaneData data = plane_data("pinwheel");
  Philox random(1), weights(2);
  const Sample some = draw(data, 2, random);
  Vae vae({.hidden = 4}, weights);
  train(vae, data, {.steps = 300, .batch = 64}, random, weights, [](int, double) {});
  const Identity identity = check_identity(vae, some, 2);
  EXPECT_LT(identity.worst, 1e-9 + 1e3 * u);
  EXPECT_GT(identity.least_gap, 0);
}

TEST(Exercise06, TheScaleAtItsBest) {
  const double s = entry("noise_scale"), log_likelihood = entry("expected_elbo") + entry("mean_kl");
  const double noise = -std::log(2 * std::numbers::pi * std::numbers::e * s * s);
  EXPECT_NEAR(log_likelihood - noise, 0.0125, 5e-5);  // errors are smaller than s says
  // The mean squared error a coordinate.
  const double r = -(log_likelihood + std::log(2 * std::numbers::pi * s * s)) * s * s;
  EXPECT_NEAR(1 - r / (s * s), 1.0 / 80, 5e-5);
  // The first term as a function of s is highest at s² = r, where it is minus the entropy of that noise.
  const auto first_term = [r](double s2) { return -std::log(2 * std::numbers::pi * s2) - r / s2; };
  EXPECT_NEAR(first_term(s * s), log_likelihood, 1e-12);
  EXPECT_NEAR(first_term(r), -std::log(2 * std::numbers::pi * std::numbers::e * r), 1e-12);
  for (const double factor : {0.9, 1.1}) EXPECT_LT(first_term(factor * r), first_term(r));
}

TEST(Exercise06, AnEncoderThatHearsOfNothing) {
  // (06.17) at its best s² = tr C / 2; the pinwheel's two eigenvalues are alike, so that is its best
  // Gaussian.
  const auto best = [](double trace) { return -std::log(std::numbers::pi * std::numbers::e * trace); };
  const PlaneNormal matched = moment_matched(plane_data("pinwheel").density);
  EXPECT_NEAR(matched.xx, matched.yy, 1e-12);
  EXPECT_NEAR(best(matched.xx + matched.yy), entry("expected_one_gaussian"), 1e-9);
  for (const double factor : {0.9, 1.1}) {
    const double trace = matched.xx + matched.yy, s2 = factor * trace / 2;
    EXPECT_LT(-std::log(2 * std::numbers::pi * s2) - trace / (2 * s2), best(trace));
  }
  // A small model, trained so, ends there.
  const PlaneData data = plane_data("pinwheel");
  Philox random(1);
  Vae vae({.hidden = 4}, random);
  Parameters all = parameters(vae), encoder;
  append_parameters(encoder, vae.encoder);
  Adam adam;
  Tape tape;
  const auto first_term = [&](Var x) {
    const Var noise = tape.constant(normal_noise({64, 2}, random));
    const Var z = stop_gradient(rsample(posterior(vae, x), noise));
    return mean(log_prob(likelihood(vae, z), x));
  };
  tape.backward(first_term(tape.constant(draw(data, 64, random).x)));  // reaches nothing of the encoder
  for (const Parameter* p : encoder)
    for (const Real g : p->gradient.span()) EXPECT_EQ(g, 0);
  for (int t = 0; t < 1000; ++t) {
    tape.clear();
    const Var x = tape.constant(draw(data, 64, random).x);
    const DiagonalNormal q = posterior(vae, x), p = prior(tape, vae);
    const Var second_term = mean(kl_divergence(q, p));
    tape.backward(second_term - first_term(x));
    adam.rate = 0.02 * (1 - t / 1000.0);
    adam.step(all);
  }
  const DataNodes nodes(DataLattice(data), 4);
  const std::vector<double> kl = average_kl(vae, nodes.x, nodes.weights);
  EXPECT_LT(kl[0] + kl[1], 0.01);
  const double scale = std::exp(double{vae.log_scale.value.item()});
  EXPECT_NEAR(scale * scale, (matched.xx + matched.yy) / 2, 0.2);
  EXPECT_NEAR(expected_bound(vae, nodes, normal_quadrature(1, 5.5)), best(matched.xx + matched.yy), 0.02);
}

TEST(Exercise06, TwiceTheDivergence) {
  Philox random(1);
  Vae vae({.hidden = 8}, random);
  const Tensor x = normal_noise({16, 2}, random), noise = normal_noise({16, 2}, random);
  const double beta = 2, s2 = 0.3;
  const auto terms = [&](double variance) {
    vae.log_scale.value[0] = static_cast<Real>(std::log(variance) / 2);
    Tape tape;
    const Evaluation evaluation(tape);
    const BoundTerms<Var> e = elbo(vae, tape.constant(x), tape.constant(noise));
    return std::pair{double{mean(e.log_likelihood).item()}, double{mean(e.kl).item()}};
  };
  const auto [log_likelihood, kl] = terms(s2);
  const auto [wider, same] = terms(beta * s2);
  const double constant =
      beta * std::log(2 * std::numbers::pi * beta * s2) - std::log(2 * std::numbers::pi * s2);
  EXPECT_NEAR(log_likelihood - beta * kl, beta * (wider - same) + constant, 1e3 * u);
}

}  // namespace
