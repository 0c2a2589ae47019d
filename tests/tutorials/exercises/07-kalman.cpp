// Solutions of chapter 07's exercises.

#include <gtest/gtest.h>

#include "model_ascent.h"

namespace {

using namespace doxa;

Matrix scalar(double x) { return Matrix(1, 1, {x}); }

TEST(Exercise07, AConstantReadAgainAndAgain) {
  for (const double r : {0.5, 2.0}) {
    const double p = 2;
    for (const Index steps : {2, 8, 24}) {
      const std::vector<double> gap = causal_gap(constant(p, r), steps);
      EXPECT_NEAR(gap[0], 0.5 * static_cast<double>(steps - 1) * p / (p + r), 1e-12);
      for (std::size_t k = 1; k < gap.size(); ++k) EXPECT_EQ(gap[k], 0);
    }
  }
  const auto left = [](double p, double r, Index steps) {
    return best_causal(constant(p, r), steps).bound - memoryless_score(constant(p, r), steps);
  };
  for (Index steps = 2; steps <= 40; ++steps) EXPECT_EQ(left(1, 1, steps) > 0, steps >= 10) << steps;
  for (const double p : {0.5, 1.0, 4.0}) EXPECT_GT(left(p, 1, 200), 0) << p;
}

// A step is tight if and only if nothing that its noise moves is seen later, Q_k Γ_k = 0.
TEST(Chapter07, TightWhereNothingThatTheNoiseMovesIsSeenLater) {
  LinearGaussianModel m = autoregression({0, 1, 1});
  m.start_mean = Matrix(2, 1);
  m.start_covariance = Matrix(2, 2);  // the first coordinate is known,
  m.transition = diagonal({1, 0});    // and kept for ever; the second is drawn anew at each step
  m.transition_input = Matrix(2, 0);
  m.transition_covariance = diagonal({0, 1});
  m.emission = Matrix(1, 2, {1, 1});
  EXPECT_LT(total(causal_gap(m, 8)), 1e-14);
  EXPECT_NEAR(best_causal(m, 8).bound, expected_log_evidence(m, 8), 1e-12);
  m.transition = Matrix(2, 2, {1, 0, 0, 0.1});  // a little of the second is kept
  EXPECT_GT(total(causal_gap(m, 8)), 1e-3);
}

// Far from both ends: memory's worth and the gap of step 100 of 200, nats.
struct OfAStep {
  double memory, gap;
};
OfAStep middle(double a, double q, double r) {
  const LinearGaussianModel m = autoregression({a, q, r});
  const auto memory = [&](Index steps) {
    return expected_log_evidence(m, steps) - memoryless_score(m, steps);
  };
  return {memory(101) - memory(100), causal_gap(m, 200)[99]};
}

TEST(Exercise07, LittleMemory) {
  const double a = 0.1, q = 1;
  for (const double r : {0.25, 1.0, 4.0}) {
    const OfAStep step = middle(a, q, r);
    const double unit = a * a / 2 / ((q + r) * (q + r));
    EXPECT_NEAR(step.memory / (unit * q * q), 1, 3 * a * a) << r;
    EXPECT_NEAR(step.gap / (unit * q * r), 1, 3 * a * a) << r;
  }
  const OfAStep less = middle(a, q, 0.95), more = middle(a, q, 1.05);
  EXPECT_GT(less.memory, less.gap);
  EXPECT_LT(more.memory, more.gap);
}

TEST(Exercise07, NoFuture) {
  const double a = 0.9, q = 1, r = 1;
  const Index steps = 24;
  const LinearGaussianModel m = autoregression({a, q, r});
  std::vector<CausalKernel> chain;
  for (Index k = 1; k <= steps; ++k) {
    const double prior = k > 1 ? q : a * a * m.start_covariance[0] + q, w = 1 / (1 / prior + 1 / r);
    chain.push_back({scalar(k > 1 ? w / prior * a : 0), scalar(w / r), scalar(0), scalar(std::sqrt(w))});
  }
  const double best = best_causal(m, steps).bound, n = static_cast<double>(steps);
  EXPECT_NEAR((best - expected_bound(m, chain)) / n, 0.0196, 5e-5);
  EXPECT_NEAR((expected_log_evidence(m, steps) - best) / n, 0.1226, 5e-5);
}

TEST(Exercise07, TheVelocityReadToo) {
  const Index steps = 24;
  LinearGaussianModel m = vehicle();
  const std::vector<double> hidden = causal_gap(m, steps);
  m.emission = identity(2);
  m.emission_input = Matrix(2, 1);
  m.emission_covariance = diagonal({4, 4});
  const std::vector<double> read = causal_gap(m, steps);
  EXPECT_NEAR(total(hidden) / 24, 1.498, 5e-4);
  EXPECT_NEAR(total(read) / 24, 1.273, 5e-4);
  EXPECT_NEAR(hidden[0], 11.83, 5e-3);
  EXPECT_NEAR(read[0], 10.03, 5e-3);
  EXPECT_EQ(std::max_element(read.begin(), read.end()), read.begin());
  // What a reading leaves open is less; but near the end what the next one says of it is more.
  for (std::size_t k = 1; k <= 24; ++k) EXPECT_EQ(read[k - 1] > hidden[k - 1], k >= 20 && k <= 23) << k;
}

TEST(Exercise07, TheNoiseIsKnown) {
  LearnableScalar m(true_model, start_variance(true_model));
  const Parameters all{&m.transition, &m.log_q};
  const Tensor factor = tensor(cholesky_factor(covariance_of_readings(true_model, model_horizon)));
  const auto rate = [](double part) { return 0.05 * std::pow(0.02, part); };
  ascend(all, {.beta2 = 0.95}, 200, rate, [&](Tape& tape, int) {
    const Var factor_on_tape = tape.constant(factor);
    const Profile p = profile(m.on(tape), factor_on_tape);
    return p.evidence - p.gap;
  });
  const Scalar found = m.now();
  const double lost = value(true_model, true_model).evidence - value(found, true_model).evidence;
  EXPECT_NEAR(found.a, 0.810, 2e-3);
  EXPECT_NEAR(found.q, 1.841, 5e-3);
  EXPECT_NEAR(lost, 0.0245, 1e-4);
  // By the bound better than the truth, worse than where the readings may be learned to be exact.
  const double bound = value(found, true_model).bound();
  EXPECT_NEAR(bound, -1.979, 5e-4);
  EXPECT_NEAR(value(true_model, true_model).bound(), -2.018, 5e-4);
  EXPECT_NEAR(value({0.7576, 2.686, 1e-5}, true_model).bound(), -1.930, 5e-4);
}

}  // namespace
