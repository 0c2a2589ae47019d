#include "doxa/models/beliefs/filtering_posterior.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "doxa/models/numerics/mean_estimate.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

Trajectory trajectory(std::vector<std::size_t> actions, std::vector<std::size_t> observations) {
  return {.states = {}, .actions = std::move(actions), .observations = std::move(observations)};
}

// With one latent dimension and two steps every integral of the derivation is a sum over a grid. The
// trapezoidal rule is exact to rounding for smooth functions that vanish at the ends of the grid.
class TwoSteps : public ::testing::TestWithParam<Index> {
 protected:
  static constexpr int n = 241;
  static constexpr double reach = 12, h = 2 * reach / (n - 1);
  using Function = std::vector<double>;                // of s_1 or s_2 on the grid
  using Function2 = std::vector<std::vector<double>>;  // of (s_1, s_2)

  Philox random{11};
  FilteringPosterior model{{.actions = 2, .observations = 3, .latent = 1, .hidden = 4, .summary = GetParam()},
                           random};
  Trajectory seen = trajectory({1, 0}, {2, 1});
  Tape tape;
  Function log_q1, log_p1, log_e1;
  Function2 log_q2, log_p2, log_e2;  // with a summary the second emission depends on s_1 too

  static double s(int i) { return -reach + h * i; }

  Function log_density(const DiagonalNormal& d, Index row) {
    const auto at = [&](Var x) { return static_cast<double>(x.value()[static_cast<std::size_t>(row)]); };
    const double loc = at(d.element.loc), log_scale = at(d.element.log_scale);
    Function f(n);
    for (int i = 0; i < n; ++i) {
      const double z = (s(i) - loc) / std::exp(log_scale);
      f[static_cast<std::size_t>(i)] = -0.5 * z * z - log_scale - 0.5 * std::log(2 * std::numbers::pi);
    }
    return f;
  }

  Var grid() {
    Tensor t(Shape{n, 1});
    for (int i = 0; i < n; ++i) t[i] = static_cast<Real>(s(i));
    return tape.constant(t);
  }

  void SetUp() override {
    const auto row = [&](const std::vector<std::size_t>& indices, std::size_t k, Index rows, Index columns) {
      return one_hot(tape, std::vector<Index>(static_cast<std::size_t>(rows), static_cast<Index>(indices[k])),
                     columns);
    };
    // Step 1, from s_0 = 0.
    const Var a1 = row(seen.actions, 0, n, 2), o1 = row(seen.observations, 0, n, 3);
    LatentState first = advance_summary(model, initial_state(tape, model, n), a1);
    log_q1 = log_density(posterior(model, first, a1, o1), 0);
    log_p1 = log_density(transition(model, first, a1), 0);
    first.latent = grid();
    const Var e1 = emission(model, first, a1).log_probs();
    // Step 2, from every s_1 of the grid.
    const Var a2 = row(seen.actions, 1, n, 2), o2 = row(seen.observations, 1, n, 3);
    const LatentState second = advance_summary(model, first, a2);
    const DiagonalNormal q2 = posterior(model, second, a2, o2), p2 = transition(model, second, a2);
    for (int i = 0; i < n; ++i) {
      log_e1.push_back(static_cast<double>(e1.tensor()(i, 2)));
      log_q2.push_back(log_density(q2, i));
      log_p2.push_back(log_density(p2, i));
      const Var h_i = second.summary.shape()[1] == 0
                          ? tape.constant(Tensor(Shape{n, 0}))
                          : tape.constant(Tensor(Shape{n, 1})) + slice(second.summary, 0, i, i + 1);
      const Tensor e2 = emission(model, {grid(), h_i}, a2).log_probs().tensor();
      Function& f = log_e2.emplace_back();
      for (int j = 0; j < n; ++j) f.push_back(static_cast<double>(e2(j, 1)));
    }
  }

  template <class F>
  double integral(F f) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) sum += f(i, j) * h * h;
    return sum;
  }
  double log_joint(std::size_t i, std::size_t j) {
    return log_p1[i] + log_e1[i] + log_p2[i][j] + log_e2[i][j];
  }
  double log_q(std::size_t i, std::size_t j) { return log_q1[i] + log_q2[i][j]; }
  double log_evidence() {
    return std::log(integral([&](auto i, auto j) { return std::exp(log_joint(i, j)); }));
  }
  double exact_bound() {
    return integral([&](auto i, auto j) { return std::exp(log_q(i, j)) * (log_joint(i, j) - log_q(i, j)); });
  }
  // The networks run in Real; their rounding is all that differs.
  const double tolerance = 1e-9 + 1e3 * unit_roundoff;
};

// (10.3): log p(o ‖ a) = E_q[log p(o,s)/q(s)] + KL(q(s) ‖ p(s | o, a)).
TEST_P(TwoSteps, EvidenceIsBoundPlusDivergenceFromThePosterior) {
  const double evidence = log_evidence();
  const double kl = integral(
      [&](auto i, auto j) { return std::exp(log_q(i, j)) * (log_q(i, j) - (log_joint(i, j) - evidence)); });
  EXPECT_GT(kl, 0.01);  // the model is arbitrary: its posterior is not q
  EXPECT_NEAR(exact_bound() + kl, evidence, tolerance);
}

// (10.8): the gap is Σ_k E_q KL(q(s_k | s_{k-1}, …) ‖ p(s_k | s_{k-1}, o_{k:T}, a_{k-1:T-1})).
TEST_P(TwoSteps, TheGapIsASumOfOneStepDivergences) {
  // p(o_2 | s_1, a_1), and with it the posteriors of s_1 given all and of s_2 given s_1 and all.
  Function log_future(n);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) sum += std::exp(log_p2[i][j] + log_e2[i][j]) * h;
    log_future[i] = std::log(sum);
  }
  const double evidence = log_evidence();
  const double gap = integral([&](auto i, auto j) {
    const double log_posterior1 = log_p1[i] + log_e1[i] + log_future[i] - evidence;
    const double log_posterior2 = log_p2[i][j] + log_e2[i][j] - log_future[i];
    return std::exp(log_q(i, j)) * ((log_q1[i] - log_posterior1) + (log_q2[i][j] - log_posterior2));
  });
  EXPECT_NEAR(evidence - exact_bound(), gap, tolerance);
}

// (10.6): the samples of filtering_bound have the exact bound as their mean.
TEST_P(TwoSteps, SamplesOfTheBoundAverageToIt) {
  const Index copies = 20000;
  const Var samples = bound(tape, model, episodes({&seen, 1}, copies), random).value();
  const MeanEstimate e = estimate_mean(std::vector<double>(samples.value().begin(), samples.value().end()));
  EXPECT_NEAR(e.mean, exact_bound(), 5 * e.standard_error);
}

// (10.9): exp of log_evidence is unbiased, and one sample of it is the bound.
TEST_P(TwoSteps, TheEvidenceOfSamplesIsUnbiasedAndOfOneTheBound) {
  const double evidence = log_evidence();
  const std::vector<Trajectory> copies(20000, seen);
  for (const Index samples : {1, 3}) {
    std::vector<double> logs = doxa::log_evidence(model, copies, samples, random), ratios;
    for (const double l : logs) ratios.push_back(std::exp(l - evidence));
    const MeanEstimate ratio = estimate_mean(ratios), log = estimate_mean(logs);
    EXPECT_NEAR(ratio.mean, 1, 5 * ratio.standard_error) << samples;
    if (samples == 1) {
      EXPECT_NEAR(log.mean, exact_bound(), 5 * log.standard_error);
    }
    EXPECT_LT(log.mean, evidence - 5 * log.standard_error) << samples;
  }
}

// (10.11): the weighted predictions are p(o_2 | o_1) of the model, those of q are the same integral over q.
TEST_P(TwoSteps, PredictionsAreThoseOfTheModelOrOfQ) {
  double of_model = 0, of_q = 0, evidence = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double next = 0;
    for (std::size_t j = 0; j < n; ++j) next += std::exp(log_p2[i][j] + log_e2[i][j]) * h;
    of_model += std::exp(log_p1[i] + log_e1[i]) * h * next;
    evidence += std::exp(log_p1[i] + log_e1[i]) * h;
    of_q += std::exp(log_q1[i]) * h * next;
  }
  of_model /= evidence;
  EXPECT_GT(std::abs(of_model - of_q), 0.002);  // so that one can be told from the other
  constexpr Index samples = 100000;
  const double error = 5 * 0.5 / std::sqrt(double(samples)) / 4;  // of probabilities that differ by ¼ at most
  EXPECT_NEAR(predictive(model, {&seen, 1}, samples, random).row(0, 2)[1], of_model, error);
  EXPECT_NEAR(predictive(model, {&seen, 1}, samples, random, SampleWeighting::none).row(0, 2)[1], of_q,
              error);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutSummary, TwoSteps, ::testing::Values(0, 3));

TEST(Predictive, SumsToOneAndNeverSeesTheFuture) {
  Philox random(3);
  FilteringPosterior model({.actions = 2, .observations = 3, .latent = 2, .hidden = 5, .summary = 4}, random);
  const std::vector<Trajectory> before{trajectory({0, 1, 1, 0}, {0, 2, 1, 1})},
      after{trajectory({0, 1, 1, 0}, {0, 2, 0, 2})};
  Philox a(5), b(5);
  const auto p = predictive(model, before, 8, a).values, q = predictive(model, after, 8, b).values;
  ASSERT_EQ(p.size(), 12u);
  for (std::size_t k = 0; k < 4; ++k)
    EXPECT_NEAR(p[3 * k] + p[3 * k + 1] + p[3 * k + 2], 1, 64 * unit_roundoff);
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_EQ(p[i], q[i]) << "step " << i / 3 + 1 << " knew an observation to come";
  EXPECT_NE(p[9], q[9]);  // step 4 may depend on o_3, and does
}

TEST(OneHot, RefusesAnIndexOutOfRange) {
  Tape tape;
  const std::array<Index, 2> good{1, 0}, bad{0, 3};
  EXPECT_EQ(one_hot(tape, good, 2).tensor()(0, 1), 1);
  EXPECT_THROW(one_hot(tape, bad, 3), Refused);
}

TEST(FilteringPosterior, RefusesSizesThatAreNotPositive) {
  Philox random(1);
  EXPECT_THROW(FilteringPosterior({.actions = 0, .observations = 2}, random), Refused);
  EXPECT_THROW(FilteringPosterior({.actions = 1, .observations = 2, .latent = -1}, random), Refused);
}

}  // namespace
}  // namespace doxa
