// The bound of the recurrent state-space model against the sum over all paths of a discrete latent, and
// against quadrature for a Gaussian one.

#include "doxa/models/beliefs/rssm_bound.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <numbers>

#include "doxa/models/numerics/mean_estimate.h"
#include "rssm_paths.h"
#include "rssm_variants.h"
#include "tests/support/rounding.h"

namespace doxa::testing {
namespace {

Episodes copies_of(const Trajectory& t, Index copies) { return episodes({&t, 1}, copies); }

// Σ_k of each column of a [T, B] term.
std::vector<double> totals(Var per_step) {
  const Var sum_over_steps = sum(per_step, {0});
  return {sum_over_steps.value().begin(), sum_over_steps.value().end()};
}

class RssmBound : public ::testing::TestWithParam<RssmSettings> {
 protected:
  Rssm model = random_rssm(GetParam(), 3);
  const Trajectory seen = trajectory({1, 0, 1}, {2, 0, 1});
};

// log p(o_{1:T} ‖ a) = E_q Σ_k (log-likelihood - KL) + Σ_k E_q KL(q(s_k | …) ‖ p(s_k | s_{<k}, o_{1:T}, a)).
// Only the networks round, in Real; their logarithms are a few units large.
TEST_P(RssmBound, AndTheDivergenceFromThePosteriorAreTheEvidence) {
  const RssmPaths paths(model, seen);
  EXPECT_GT(paths.gap(), 0.01);  // the model is arbitrary: its posterior is not q
  EXPECT_NEAR(paths.bound() + paths.gap(), paths.log_evidence(), 500 * unit_roundoff);
}

TEST_P(RssmBound, IsTheMeanOfItsSamples) {
  Philox random(5);
  Tape tape;
  const RssmTerms terms = rssm_terms(tape, model, copies_of(seen, 10'000), random);
  const MeanEstimate e = estimate_mean(totals(terms.bound.value()));
  EXPECT_NEAR(e.mean, RssmPaths(model, seen).bound(), 4 * e.standard_error);
}

INSTANTIATE_TEST_SUITE_P(OfCategoricalLatents, RssmBound, ::testing::ValuesIn(rssm_variants(false)),
                         [](const auto& p) { return std::to_string(p.index); });

// An episode's terms do not depend on the other episodes of the batch, and stand where the header says.
// Products of matrices may round differently for another number of rows.
TEST(RssmTerms, AreThoseOfEachEpisodeByItself) {
  for (const RssmSettings& settings : rssm_variants(true)) {
    Rssm model = random_rssm(settings, 4);
    const std::vector<Trajectory> t{trajectory({1, 0, 1}, {2, 0, 1}), trajectory({0, 0, 1}, {1, 1, 2})};
    const std::array<Index, 2> back{1, 0};
    Tape tape;
    Philox random(6), again(6);
    // In the first step no sample comes before the KL: it is a function of the episode.
    const Tensor a = rssm_terms(tape, model, episodes(t), random).bound.kl.tensor();
    const Tensor b = rssm_terms(tape, model, episodes(t, back), again).bound.kl.tensor();
    EXPECT_NE(a(0, 0), a(0, 1)) << name(settings);
    EXPECT_NEAR(a(0, 0), b(0, 1), 500 * unit_roundoff) << name(settings);
    EXPECT_NEAR(a(0, 1), b(0, 0), 500 * unit_roundoff) << name(settings);
    if (!model.deterministic()) continue;
    for (Index k = 1; k < 3; ++k) EXPECT_NEAR(a(k, 0), b(k, 1), 500 * unit_roundoff) << name(settings);
  }
}

// One step, one latent dimension: the evidence and the bound are integrals over the line, by the trapezoidal
// rule exact to rounding.
class OneGaussianStep : public ::testing::TestWithParam<RssmSettings::Inference> {
 protected:
  static constexpr int n = 601;
  static constexpr double reach = 30, width = 2 * reach / (n - 1);
  Rssm model = random_rssm(
      {.actions = 2, .observations = 3, .hidden = 5, .latent = GaussianLatent{1}, .inference = GetParam()}, 8,
      Real(0.25));
  const Trajectory seen = trajectory({1}, {2});
  double evidence = 0, bound = 0;

  void SetUp() override {
    // A posterior wider than the prior, with which the weights have a finite variance.
    model.prior.layers.back().bias.value[1] = -1;
    model.posterior.layers.back().bias.value[1] = 0;
    Tape tape;
    Philox unused;
    const RssmTerms t = rssm_terms(tape, model, copies_of(seen, 1), unused);
    const auto log_density = [](Var parameters, double s) {
      const double loc = parameters.tensor()(0, 0), log_scale = parameters.tensor()(0, 1),
                   z = (s - loc) / std::exp(log_scale);
      return -0.5 * z * z - log_scale - 0.5 * std::log(2 * std::numbers::pi);
    };
    Tensor grid(Shape{n, 1});
    for (int i = 0; i < n; ++i) grid[i] = static_cast<Real>(-reach + width * i);
    const Var h = tape.constant({n, 5}, Real{0}), a = one_hot(tape, std::vector<Index>(n, 1), 2);
    const Tensor emission = log_softmax(emission_logits(model, h, a, tape.constant(grid)), {1}).tensor();
    for (int i = 0; i < n; ++i) {
      const double s = -reach + width * i, log_p = log_density(t.prior, s) + double(emission(i, 2)),
                   log_q = log_density(t.posterior, s);
      evidence += width * std::exp(log_p);
      bound += width * std::exp(log_q) * (log_p - log_q);
    }
    evidence = std::log(evidence);
  }

  // Independent samples of the K-sample bound.
  std::vector<double> samples(Index k, int runs, Index batch) {
    std::vector<double> all;
    for (int run = 0; run < runs; ++run) {
      Tape tape;
      Philox random(static_cast<std::uint64_t>(run), 3);
      all.push_back(-static_cast<double>(
          rssm_loss(tape, model, copies_of(seen, batch), {.samples = k}, random).loss.item()));
    }
    return all;
  }
};

TEST_P(OneGaussianStep, TheBoundOfOneSampleIsItsIntegral) {
  const MeanEstimate one = estimate_mean(samples(1, 50, 400));
  EXPECT_NEAR(one.mean, bound, 4 * one.standard_error);
  EXPECT_GT(evidence, bound + 0.01);
}

// The mean of K weights p(o, s)/q(s) has the expectation p(o) for every K.
TEST_P(OneGaussianStep, TheMeanWeightIsUnbiased) {
  std::vector<double> weights = samples(400, 100, 400);
  for (double& w : weights) w = std::exp(w);
  const MeanEstimate mean = estimate_mean(weights);
  EXPECT_NEAR(mean.mean, std::exp(evidence), 4 * mean.standard_error);
}

// Jensen: with the same draws, the mean of the logarithms of means of K is at most that of means of 2K (Burda
// et al., theorem 1); the expectation is between the bound of one and the evidence.
TEST_P(OneGaussianStep, TheBoundGrowsWithTheNumberOfSamplesAndStaysBelowTheEvidence) {
  double last = -std::numeric_limits<double>::infinity();
  for (const Index k : {2, 4, 8, 16, 32, 64}) {
    const MeanEstimate of_k = estimate_mean(samples(k, 20, 1024));
    EXPECT_GE(of_k.mean, last - 100 * unit_roundoff) << k;
    EXPECT_LE(of_k.mean, evidence + 4 * of_k.standard_error) << k;
    EXPECT_GE(of_k.mean, bound - 4 * of_k.standard_error) << k;
    last = of_k.mean;
  }
}

INSTANTIATE_TEST_SUITE_P(FilteringAndSmoothing, OneGaussianStep,
                         ::testing::Values(RssmSettings::Inference::filtering,
                                           RssmSettings::Inference::smoothing));

}  // namespace
}  // namespace doxa::testing
