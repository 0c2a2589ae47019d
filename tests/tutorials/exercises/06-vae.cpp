// Solutions of chapter 06's exercises.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <variant>
#include <vector>

#include "doxa/models/vae.h"
#include "plane_data.h"
#include "scores.h"
#include "support/results_file.h"
#include "training.h"

namespace {

using namespace doxa;

constexpr double u = std::numeric_limits<Real>::epsilon() / 2;

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
  EXPECT_GT(log_likelihood - noise, 0);  // errors are smaller than s says
  EXPECT_LT(log_likelihood - noise, 0.05);
  // The mean squared error a coordinate, and how much larger s is than its root.
  const double squared = -(log_likelihood + std::log(2 * std::numbers::pi * s * s)) * s * s;
  EXPECT_GT(s / std::sqrt(squared), 1);
  EXPECT_LT(s / std::sqrt(squared), 1.02);
}

TEST(Exercise06, AnEncoderThatHearsOfNothing) {
  // (06.14) at its best s² = tr C / 2; the pinwheel's two eigenvalues are alike, so that is its best
  // Gaussian.
  const auto best = [](double trace) { return -std::log(std::numbers::pi * std::numbers::e * trace); };
  const PlaneNormal matched = moment_matched(plane_data("pinwheel").density);
  EXPECT_NEAR(matched.xx, matched.yy, 1e-12);
  EXPECT_NEAR(best(matched.xx + matched.yy), entry("expected_one_gaussian"), 1e-9);
  for (const double factor : {0.9, 1.1}) {
    const double trace = matched.xx + matched.yy, s2 = factor * trace / 2;
    EXPECT_LT(-std::log(2 * std::numbers::pi * s2) - trace / (2 * s2), best(trace));
  }
  // Nothing of the first term reaches the encoder.
  Philox random(1);
  Vae vae({.hidden = 4}, random);
  Tape tape;
  const Var x = tape.constant(normal_noise({8, 2}, random)),
            noise = tape.constant(normal_noise({8, 2}, random));
  const Var z = stop_gradient(rsample(posterior(vae, x), noise));
  tape.backward(mean(log_prob(likelihood(vae, z), x)));
  Parameters encoder;
  append_parameters(encoder, vae.encoder);
  for (const Parameter* p : encoder)
    for (const Real g : p->gradient.span()) EXPECT_EQ(g, 0);
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
    const Elbo e = elbo(vae, tape.constant(x), tape.constant(noise));
    return std::pair{double{mean(e.log_likelihood).item()}, double{mean(e.kl).item()}};
  };
  const auto [log_likelihood, kl] = terms(s2);
  const auto [wider, same] = terms(beta * s2);
  const double constant =
      beta * std::log(2 * std::numbers::pi * beta * s2) - std::log(2 * std::numbers::pi * s2);
  EXPECT_NEAR(log_likelihood - beta * kl, beta * (wider - same) + constant, 1e3 * u);
}

}  // namespace
