#include "doxa/models/beliefs/linear_probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "step_tables.h"
#include "tests/support/log_linear.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// Summaries h of independent normals, and beliefs softmax(W h + c).
struct Example {
  StepTable summaries, beliefs;
};
Example log_linear(const std::vector<double>& weight, const std::vector<double>& offset, std::size_t width,
                   std::size_t trajectories, std::size_t steps, Philox& random) {
  Example e{StepTable(width, trajectories, steps), StepTable(offset.size(), trajectories, steps)};
  LogLinear rows = testing::log_linear(weight, offset, width, trajectories * steps, random);
  e.summaries.values = std::move(rows.rows);
  e.beliefs.values = std::move(rows.labels);
  return e;
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
        fit_linear_probe(train.summaries, train.beliefs, {.ridge = ridge, .gradient_norm = 1e-8});
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
  std::vector<double>& b = e.beliefs.values;
  for (std::size_t at = 0; at < b.size(); at += states)  // no longer log-linear
    std::swap(b[at], b[at + (at / states) % 2]);
  const std::vector<double> map = normals(width * width, 1, random);
  StepTable image = e.summaries;
  for (std::size_t at = 0; at < image.values.size(); at += width)
    for (std::size_t i = 0; i < width; ++i) {
      image.values[at + i] = 7;
      for (std::size_t j = 0; j < width; ++j)
        image.values[at + i] += map[i * width + j] * e.summaries.values[at + j];
    }
  const LinearProbeOptions options{.ridge = 1e-2, .gradient_norm = 1e-10};
  const ProbeScore of_h = score(fit_linear_probe(e.summaries, e.beliefs, options), e.summaries, e.beliefs),
                   of_image = score(fit_linear_probe(image, e.beliefs, options), image, e.beliefs);
  EXPECT_GT(of_h.kl.mean, 0.05);
  EXPECT_NEAR(of_h.kl.mean, of_image.kl.mean, 1e-9);
  EXPECT_NEAR(of_h.cross_entropy.mean, of_image.cross_entropy.mean, 1e-9);
  EXPECT_NEAR(of_h.total_variation.mean, of_image.total_variation.mean, 1e-9);
}

// From a constant summary the best prediction is the mean belief. Its cross-entropy is its entropy; the
// excess over the mean entropy of the beliefs is the Jensen-Shannon divergence of the rows.
TEST(LinearProbe, OfConstantFeaturesIsTheMeanBelief) {
  Philox random(7);
  const std::size_t states = 4;
  const Example e = log_linear(normals(states * 2, 1, random), {0, 1, -1, 0}, 2, 30, 10, random);
  StepTable constant = e.summaries;
  std::ranges::fill(constant.values, 0.3);
  std::vector<double> mean(states), b(states);
  double entropies = 0, entropy = 0;
  const std::vector<double>& all = e.beliefs.values;
  for (std::size_t at = 0; at < all.size(); ++at) {
    mean[at % states] += all[at] / 300;
    entropies -= all[at] * std::log(all[at]) / 300;
  }
  for (const double p : mean) entropy -= p * std::log(p);
  const LinearProbe probe = fit_linear_probe(constant, e.beliefs, {.ridge = 1e-9, .gradient_norm = 1e-11});
  probe.predict(std::vector{0.3, 0.3}, b);
  for (std::size_t s = 0; s < states; ++s) EXPECT_NEAR(b[s], mean[s], 1e-9);
  const ProbeScore s = score(probe, constant, e.beliefs);
  EXPECT_NEAR(s.cross_entropy.mean, entropy, 1e-12);
  EXPECT_NEAR(s.kl.mean, entropy - entropies, 1e-12);
}

// Beliefs that are certain are separable: without a ridge the weights would grow for ever. With a ridge, a
// belief that jumps from 0 to 1 at x = 0, x being normal, costs 2φ(0) ∫ log(1 + e^-wx) dx = a/w with a =
// (2π)^-½ π²/6, and the penalty λ w²/4; the sum is least at w = (2a/λ)^⅓. The factor 2 leaves room for the
// sample and the third state.
TEST(LinearProbe, StaysFiniteOnCertainBeliefsAndStatesNeverBelieved) {
  Philox random(8);
  StepTable h(1, 20, 30), b(3, 20, 30);
  for (std::size_t row = 0; row < h.rows(); ++row) {
    h.values[row] = random.normal();
    b.values[row * 3 + (h.values[row] > 0 ? 0 : 1)] = 1;
  }
  const LinearProbe probe = fit_linear_probe(h, b);
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
  const StepTable h = step_table(2, {{1, 2, 3, 4}}), b = step_table(2, {{0.5, 0.5, 1, 0}});
  EXPECT_THROW(fit_linear_probe(h, StepTable(2)), Refused);
  EXPECT_THROW(fit_linear_probe(StepTable(2), StepTable(2)), Refused);
  EXPECT_THROW(fit_linear_probe(step_table(1, {{1, 2, 3}}), b), Refused);
  EXPECT_THROW(fit_linear_probe(h, step_table(2, {{0.5, 0.4, 1, 0}})), Refused);
  EXPECT_THROW(fit_linear_probe(h, b, {.ridge = 0}), Refused);
  EXPECT_THROW(score(fit_linear_probe(h, b), step_table(1, {{1, 2}}), b), Refused);
  EXPECT_THROW(step_table(2, {{1, 2, 3}}), Refused);
}

}  // namespace
}  // namespace doxa::testing
