// What a recurrent state-space model predicts from samples of its belief, against sums over all paths.

#include "doxa/models/beliefs/rssm_belief.h"

#include <gtest/gtest.h>

#include <array>

#include "doxa/models/numerics/mean_estimate.h"
#include "rssm_paths.h"
#include "rssm_variants.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

using Weighting = SampleWeighting;
constexpr std::array<Weighting, 2> weightings{Weighting::none, Weighting::importance};

const Trajectory seen = trajectory({1, 0, 1, 0}, {2, 0, 1, 1});

/// What the samples converge to: the model's own belief if they are weighted or h_k does not depend on them,
/// else q's.
std::vector<double> exact_predictive(Rssm& model, std::size_t k, Weighting weighting) {
  const RssmPaths paths(model, seen);
  const bool weighted = weighting == Weighting::importance || model.future;
  return paths.predictive(k, weighted ? paths.log_joint(k) : paths.log_q(k));
}

/// Means and standard errors of repeated runs, each a vector.
template <class Run>
std::vector<MeanEstimate> repeated(int runs, Run run) {
  std::vector<std::vector<double>> all;
  for (int i = 0; i < runs; ++i) {
    const std::vector<double> x = run(static_cast<std::uint64_t>(i));
    all.resize(x.size());
    for (std::size_t j = 0; j < x.size(); ++j) all[j].push_back(x[j]);
  }
  std::vector<MeanEstimate> estimates;
  for (const std::vector<double>& x : all) estimates.push_back(estimate_mean(x));
  return estimates;
}

/// Within 4 standard errors and the bias of self-normalised weights, which is O(1/N), of N samples.
void expect_exact(std::span<const MeanEstimate> found, std::span<const double> exact, double samples,
                  const std::string& where) {
  ASSERT_EQ(found.size(), exact.size()) << where;
  for (std::size_t i = 0; i < exact.size(); ++i)
    EXPECT_NEAR(found[i].mean, exact[i], 4 * found[i].standard_error + 1 / samples) << where << ", " << i;
}

class RssmBeliefs : public ::testing::TestWithParam<RssmSettings> {
 protected:
  Rssm model = random_rssm(GetParam(), 21, Real(1.5));
};

TEST_P(RssmBeliefs, PredictionsAreDistributions) {
  const std::vector<Trajectory> t(5, seen);
  for (const Weighting weighting : weightings)
    for (const Index samples : {1, 7}) {
      Philox random(1);
      const StepTable all = predictive(model, t, samples, random, weighting);
      EXPECT_EQ(all.begin, (std::vector<std::size_t>{0, 4, 8, 12, 16, 20}));
      for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t k = 1; k <= 4; ++k) {
          const auto p = all.row(i, k);
          EXPECT_NEAR(p[0] + p[1] + p[2], 1, 20 * unit_roundoff);
          for (std::size_t o = 0; o < 3; ++o) EXPECT_GT(p[o], 0);
        }
    }
}

// The leak test: whatever is changed from o_k on, p̂(o_k | o_{<k}, a_{<k}) keeps its bits. It does depend on
// the action a_{k-1}, and p̂(o_{k+1} | …) on o_k.
TEST_P(RssmBeliefs, PredictionsNeverSeeWhatIsToCome) {
  const auto run = [&](const Trajectory& t, Weighting weighting) {
    Philox random(2);
    return predictive(model, {&t, 1}, 16, random, weighting).values;
  };
  for (const Weighting weighting : weightings) {
    const std::vector<double> p = run(seen, weighting);
    for (std::size_t k = 1; k <= 4; ++k) {
      Trajectory other = seen;
      for (std::size_t j = k; j <= 4; ++j) {
        other.observations[j - 1] = (seen.observations[j - 1] + 1) % 3;
        if (j > k) other.actions[j - 1] = 1 - seen.actions[j - 1];
      }
      const std::vector<double> q = run(other, weighting);
      for (std::size_t i = 0; i < 3 * k; ++i)
        EXPECT_EQ(p[i], q[i]) << "changed from o_" << k << " on, seen in step " << i / 3 + 1;
      if (k < 4) {
        EXPECT_NE(p[3 * k], q[3 * k]);
      }
      other = seen;
      other.actions[k - 1] = 1 - seen.actions[k - 1];
      EXPECT_NE(p[3 * k - 1], run(other, weighting)[3 * k - 1]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfAllModels, RssmBeliefs, ::testing::ValuesIn(rssm_variants(true)),
                         [](const auto& p) { return std::to_string(p.index); });

class EnumeratedBeliefs : public RssmBeliefs {};

// The samples' mean over many runs is the exact sum over all paths.
TEST_P(EnumeratedBeliefs, PredictionsConvergeToTheSumOverAllPaths) {
  constexpr Index samples = 1000;
  for (const Weighting weighting : weightings) {
    const std::vector<MeanEstimate> found = repeated(20, [&](std::uint64_t run) {
      Philox random(run, 31);
      return predictive(model, {&seen, 1}, samples, random, weighting).values;
    });
    for (std::size_t k = 0; k < 4; ++k)
      expect_exact(std::span(found).subspan(3 * k, 3), exact_predictive(model, k, weighting), samples,
                   "step " + std::to_string(k + 1) + (weighting == Weighting::none ? "" : ", weighted"));
  }
}

// Where the samples of q and of the model's posterior differ, their exact predictions differ by more than the
// test above tolerates, so that it can tell one from the other.
TEST_P(EnumeratedBeliefs, TheTwoWeightingsDifferWhereTheyShould) {
  double difference = 0;
  for (std::size_t k = 1; k < 4; ++k) {
    const std::vector<double> of_q = exact_predictive(model, k, Weighting::none),
                              of_model = exact_predictive(model, k, Weighting::importance);
    for (std::size_t o = 0; o < 3; ++o) difference = std::max(difference, std::abs(of_q[o] - of_model[o]));
  }
  if (model.deterministic() || model.future)
    EXPECT_LT(difference, 100 * unit_roundoff);
  else
    EXPECT_GT(difference, 0.01);
}

// exp of log_evidence is unbiased for any N: its mean is the sum over all paths. One sample is the bound: its
// logarithm is on average below the exact one by the gap. (A smoothing q proposes nothing here.)
TEST_P(EnumeratedBeliefs, TheEvidenceOfFewSamplesIsUnbiasedAndOfOneTheBound) {
  Rssm mild =
      random_rssm(GetParam(), 21, Real(0.7));  // so that no weight is very much larger than the others
  const RssmPaths paths(mild, seen);
  const std::vector<Trajectory> copies(4000, seen);
  for (const Index samples : {1, 2, 5}) {
    Philox random(71);
    const std::vector<double> logs = log_evidence(mild, copies, samples, random);
    std::vector<double> ratios;
    for (const double l : logs) ratios.push_back(std::exp(l - paths.log_evidence()));
    const MeanEstimate ratio = estimate_mean(ratios), log = estimate_mean(logs);
    EXPECT_NEAR(ratio.mean, 1, 5 * ratio.standard_error) << samples;
    if (samples == 1 && !mild.future) {
      EXPECT_NEAR(log.mean, paths.log_evidence() - paths.gap(), 5 * log.standard_error);
    }
  }
}

// p̂(o_4 | o_1, o_3, a), without o_2: the sum over all paths and over o_2.
TEST_P(EnumeratedBeliefs, WhatIsSeenAfterAnUnseenStepWeighsWhatWasImagined) {
  constexpr Index samples = 1000;
  std::vector<double> exact(3, 0.0);
  double evidence = 0;
  for (std::size_t o = 0; o < 3; ++o) {
    Trajectory t = seen;
    t.observations[1] = o;
    const RssmPaths paths(model, t);
    const std::vector<double> joint = paths.log_joint(3), p = paths.predictive(3, joint);
    evidence += std::exp(log_sum_exp(joint));
    for (std::size_t i = 0; i < 3; ++i) exact[i] += std::exp(log_sum_exp(joint)) * p[i];
  }
  const std::vector<MeanEstimate> found = repeated(20, [&](std::uint64_t run) {
    RssmBelief belief(model, 1, samples, Philox(run, 61), Weighting::importance);
    const auto at = [](std::size_t i) { return std::array<Index, 1>{static_cast<Index>(i)}; };
    belief.update(at(seen.actions[0]), at(seen.observations[0]));
    belief.imagine(at(seen.actions[1]));
    belief.update(at(seen.actions[2]), at(seen.observations[2]));
    return belief.predict(at(seen.actions[3]));
  });
  for (double& p : exact) p /= evidence;
  expect_exact(found, exact, samples, "after an unseen step");
}

// Sums over everything that may happen, s_{k+1}, o_{k+1}, …, after the first step has been seen.
class Unseen {
 public:
  explicit Unseen(Rssm& model) : model_(model), z_(RssmPaths::all_values(model.settings.latent)) {}

  /// p̂(o_{k+1} …) from summaries h of weights w, ahead steps.
  std::vector<double> predictions(const Tensor& h, const std::vector<double>& weights, std::size_t from,
                                  std::size_t ahead) {
    const RssmSettings& s = model_.settings;
    const Index values = z_.shape()[0], rows = h.shape()[0] * values, O = s.observations;
    Tape tape;
    std::vector<Index> of_row, of_value;
    for (Index i = 0; i < rows * O; ++i) {  // (h, s, o)
      of_row.push_back(i / (values * O));
      of_value.push_back(i / O % values);
    }
    const auto n = static_cast<std::size_t>(rows * O);
    const std::vector<Index> action(n, static_cast<Index>(seen.actions[from]));
    std::vector<Index> observation;
    for (Index i = 0; i < rows * O; ++i) observation.push_back(i % O);
    const Var all_h = take(tape.constant(h), of_row), z = take(tape.constant(z_), of_value),
              a = one_hot(tape, action, s.actions);
    const Tensor log_p = log_prob(s.latent, model_.prior({all_h, a}), z).tensor(),
                 log_e = log_softmax(emission_logits(model_, all_h, a, z), {1}).tensor();
    std::vector<double> p(static_cast<std::size_t>(O), 0.0), next(n);
    for (std::size_t i = 0; i < n; ++i) {
      const Index at = static_cast<Index>(i), o = observation[i];
      next[i] =
          weights[static_cast<std::size_t>(of_row[i])] * std::exp(double(log_p[at]) + double(log_e(at, o)));
      p[static_cast<std::size_t>(o)] += next[i];
    }
    if (ahead == 1) return p;
    const Var following = advance(model_, all_h, a, encode_step(tape, s, action, observation), z);
    for (const double later : predictions(following.tensor(), next, from + 1, ahead - 1)) p.push_back(later);
    return p;
  }

  /// Summaries after step 1, one for each s_1.
  Tensor after_first_step() {
    const RssmSettings& s = model_.settings;
    Tape tape;
    const auto V = static_cast<std::size_t>(z_.shape()[0]);
    const std::vector<Index> a(V, static_cast<Index>(seen.actions[0])),
        o(V, static_cast<Index>(seen.observations[0]));
    return advance(model_, tape.constant({z_.shape()[0], s.hidden}, Real{0}), one_hot(tape, a, s.actions),
                   encode_step(tape, s, a, o), tape.constant(z_))
        .tensor();
  }

 private:
  Rssm& model_;
  Tensor z_;
};

TEST_P(EnumeratedBeliefs, OpenLoopPredictionsConvergeToTheSumOverAllThatMayHappen) {
  constexpr Index samples = 1000;
  const std::vector<MeanEstimate> found = repeated(20, [&](std::uint64_t run) {
    Philox random(run, 41);
    return open_loop(model, {&seen, 1}, 1, 3, samples, random).values;
  });
  const RssmPaths paths(model, seen);
  std::vector<double> weights = model.future ? paths.log_joint(1) : paths.log_q(1);
  const double total = log_sum_exp(weights);
  for (double& w : weights) w = std::exp(w - total);
  Unseen unseen(model);
  const std::vector<double> exact = unseen.predictions(unseen.after_first_step(), weights, 1, 3);
  ASSERT_EQ(exact.size(), 9u);
  expect_exact(found, exact, samples, "ahead");
  // One step ahead it is the prediction.
  const std::vector<double> next = exact_predictive(model, 1, Weighting::none);
  for (std::size_t o = 0; o < 3; ++o) EXPECT_NEAR(exact[o], next[o], 100 * unit_roundoff);
}

INSTANTIATE_TEST_SUITE_P(OfCategoricalLatents, EnumeratedBeliefs, ::testing::ValuesIn(rssm_variants(false)),
                         [](const auto& p) { return std::to_string(p.index); });

// With one group of classes and a summary that needs no samples, the N draws of s_k are spread evenly: each
// class has ⌊N p⌋ or ⌈N p⌉ of them, so that the prediction is within C/N of the exact one.
TEST(RssmBelief, EvenlySpreadSamplesAreAsGoodAsTheSum) {
  Rssm model = random_rssm(rssm_variants(false)[4], 22);
  ASSERT_TRUE(model.deterministic());
  for (const Index samples : {4, 64, 4096}) {
    Philox random(5);
    const std::vector<double> p = predictive(model, {&seen, 1}, samples, random).values;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::vector<double> exact = exact_predictive(model, k, Weighting::none);
      for (std::size_t o = 0; o < 3; ++o)
        EXPECT_LE(std::abs(p[3 * k + o] - exact[o]), 3.0 / double(samples) + 100 * unit_roundoff) << samples;
    }
  }
}

// The predictions of many trajectories are not mixed up, whatever the size of their groups. A mean of N
// numbers between 0 and 1 has a standard error of √(¼/N) at most.
TEST(RssmBelief, EachTrajectoryIsPredictedByItself) {
  int told_apart = 0;
  for (const RssmSettings& settings : rssm_variants(false)) {
    Rssm model = random_rssm(settings, 26, Real(2));
    std::vector<Trajectory> t;
    for (std::size_t i = 0; i < 6; ++i) t.push_back(trajectory({1, i % 2}, {i % 3, 0}));
    double least = 1, most = 0;
    for (const Index samples : {600, 300}) {  // one a group, three a group
      Philox random(6);
      const StepTable p = predictive(model, t, samples, random);
      for (std::size_t i = 0; i < 6; ++i) {
        const RssmPaths paths(model, t[i]);
        const std::vector<double> exact =
            paths.predictive(1, model.future ? paths.log_joint(1) : paths.log_q(1));
        EXPECT_NEAR(p.row(i, 2)[0], exact[0], 2 / std::sqrt(double(samples))) << name(settings);
        least = std::min(least, exact[0]);
        most = std::max(most, exact[0]);
      }
    }
    told_apart += most - least > 0.25;
  }
  EXPECT_GE(told_apart, 6);  // of the twelve models
}

// Σ_i w_i h_i of the samples, or h itself if all samples have the same.
TEST(RssmBelief, MeanSummaryOfOneStepIsTheExactMean) {
  for (const RssmSettings& settings : rssm_variants(false))
    for (const Weighting weighting : weightings) {
      Rssm model = random_rssm(settings, 24);
      const RssmPaths paths(model, seen);
      const bool weighted = weighting == Weighting::importance || model.future;
      std::vector<double> weights = weighted ? paths.log_joint(1) : paths.log_q(1);
      const double total = log_sum_exp(weights);
      const Tensor h = Unseen(model).after_first_step();
      const std::array<Index, 1> a{1}, o{2};
      const std::vector<MeanEstimate> found = repeated(20, [&](std::uint64_t run) {
        RssmBelief belief(model, 1, 500, Philox(run, 51), weighting);
        belief.update(a, o);
        return belief.mean_summary();
      });
      std::vector<double> exact(static_cast<std::size_t>(settings.hidden));
      for (std::size_t j = 0; j < exact.size(); ++j)
        for (std::size_t v = 0; v < weights.size(); ++v)
          exact[j] += std::exp(weights[v] - total) * double(h(static_cast<Index>(v), static_cast<Index>(j)));
      expect_exact(found, exact, 500, name(settings));
    }
}

TEST(RssmBelief, RefusesWhatHasNoMeaning) {
  for (const RssmSettings& settings : rssm_variants(true)) {
    Rssm model = random_rssm(settings, 25);
    Philox random;
    const std::array<Index, 2> two{0, 1}, no_action{0, 2}, no_observation{0, 3};
    EXPECT_THROW(RssmBelief(model, 0, 4, random), Refused);
    EXPECT_THROW(RssmBelief(model, 2, 0, random), Refused);
    for (const Index samples : {0, -1}) {
      EXPECT_THROW(predictive(model, {&seen, 1}, samples, random), Refused);
      EXPECT_THROW(open_loop(model, {&seen, 1}, 1, 1, samples, random), Refused);
    }
    EXPECT_THROW(open_loop(model, {&seen, 1}, 2, 3, 4, random), Refused);
    EXPECT_THROW(open_loop(model, {&seen, 1}, -1, 3, 4, random), Refused);
    EXPECT_THROW(open_loop(model, {&seen, 1}, 1, 0, 4, random), Refused);
    RssmBelief belief(model, 2, 3, random);
    EXPECT_THROW(belief.predict(std::array<Index, 1>{0}), Refused);
    EXPECT_THROW(belief.update(two, std::array<Index, 3>{0, 1, 1}), Refused);
    EXPECT_THROW(belief.predict(no_action), Refused);
    if (!model.future) {
      EXPECT_THROW(belief.update_and_score(two, two), std::logic_error);
    }
    EXPECT_THROW(belief.update(no_action, two), Refused);
    EXPECT_THROW(belief.update(two, no_observation), Refused);
  }
}

}  // namespace
}  // namespace doxa::testing
