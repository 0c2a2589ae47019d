// Beliefs learned from episodes: the data, the loop that trains any belief model, and the score.

#include "doxa/models/beliefs/training.h"

#include <gtest/gtest.h>

#include <clocale>

#include "doxa/models/beliefs/filtering_posterior.h"
#include "doxa/models/beliefs/rssm_learner.h"
#include "doxa/models/beliefs/score.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

static_assert(BeliefModel<FilteringPosterior> && BeliefModel<RssmLearner> && !BeliefModel<Rssm>);

const std::vector<double> mostly_listening{0.9, 0.05, 0.05};

// Tiger with 90 % listening, horizon 8: a predictor that remembers only the last observation loses 0.06 nats
// a step against the exact filter. An Rssm whose summary is fed the observations comes much nearer.
TEST(TrainBelief, ComesNearTheExactFilterOnTiger) {
  const EpisodeData data =
      simulated_data(tiger(), mostly_listening, 8, {.validation = 50, .curve = 50, .held_out = 1000}, 1);
  Philox random(1);
  RssmLearner learner{Rssm({.actions = 3,
                            .observations = 2,
                            .hidden = 12,
                            .summary = RssmSettings::Summary::observations,
                            .latent = GaussianLatent{2}},
                           random)};
  const TrainingReport report = train_belief(
      learner, data, {},
      {.rate = {.peak = 0.02, .steps = 300, .warm_up = 20}, .max_norm = 1, .validate_every = 100});
  EXPECT_EQ(report.validation.size(), 3u);
  const BeliefScore score = score_belief(learner, data, 8, random);
  EXPECT_GT(score.memory.last - score.memory.exact, 0.04);
  EXPECT_LT(score.memory.excess(), 0.01);
  EXPECT_EQ(score.predictions.trajectories(), BeliefScore::shown_episodes);
  EXPECT_EQ(score.memory.model, estimate_mean(score.nll).mean);
}

// What N samples are said to cost is what more of them bring.
TEST(SampledNll, SaysWhatItIsTooHigh) {
  const EpisodeData data =
      simulated_data(tiger(), mostly_listening, 3, {.validation = 4, .held_out = 2000}, 3);
  Philox random(5);
  FilteringPosterior model({.actions = 3, .observations = 2, .latent = 2, .hidden = 6}, random);
  const SampledNll few = sampled_nll(model, data.held_out, 32, random),
                   many = sampled_nll(model, data.held_out, 512, random);
  const MeanEstimate gained = estimate_mean_difference(few.nll, many.nll);
  EXPECT_GT(few.sampling, 0);
  EXPECT_NEAR(gained.mean, few.sampling - many.sampling, 4 * gained.standard_error + 0.1 * few.sampling);
  EXPECT_GT(gained.mean, 4 * gained.standard_error);  // so that the line above says something
  EXPECT_EQ(thrown<Refused>([&] { sampled_nll(model, data.held_out, 7, random); }),
            "sampled_nll: 7 samples, expected an even number of them");
  EXPECT_THROW(sampled_nll(model, data.held_out, 0, random), Refused);
}

TEST(TrainBelief, AResumedRunEndsWithTheSameBits) {
  const Scratch scratch;
  const EpisodeData data = simulated_data(tiger(), mostly_listening, 5, {.validation = 4, .held_out = 4}, 2);
  const auto run = [&](Index stop_after, bool resume) {
    Philox random(3);
    FilteringPosterior model({.actions = 3, .observations = 2, .latent = 2, .hidden = 4}, random);
    Index step = 0;
    Training loop{.rate = {.peak = 0.01, .steps = 12}, .checkpoint = scratch / "state.safetensors"};
    if (resume) loop.resume = loop.checkpoint;
    loop.on_step = [&](const TrainingStep& now) { step = now.step; };
    loop.stop = [&] { return step == stop_after; };
    train_belief(model, data, {.batch = 3}, loop);
    std::vector<Real> all;
    for (const Parameter* p : parameters(model))
      all.insert(all.end(), p->value.span().begin(), p->value.span().end());
    return all;
  };
  const std::vector<Real> whole = run(0, false);
  EXPECT_NE(run(5, false), whole);
  EXPECT_EQ(run(0, true), whole);
}

TEST(EpisodeData, OfAFileIsSplitInTenths) {
  Philox random(4);
  const std::vector<Trajectory> all = simulate(tiger(), mostly_listening, 6, 25, random);
  const EpisodeData data = recorded_data(tiger(), mostly_listening, all, {});
  EXPECT_EQ(data.recorded, std::vector(all.begin(), all.begin() + 21));
  EXPECT_EQ(data.validation, std::vector(all.begin() + 21, all.begin() + 23));
  EXPECT_EQ(data.held_out, std::vector(all.begin() + 23, all.end()));
  EXPECT_EQ(data.exact, exact_nll(tiger(), data.held_out));
  const Episodes batch = draw_batch(data, 2, 3, random);
  EXPECT_EQ(batch.batch, 6);
  EXPECT_EQ(batch.horizon, 6);
  EXPECT_EQ(batch.observations[0], batch.observations[2]);  // the copies stand side by side
  EXPECT_NE(data.identity, recorded_data(tiger(), {1, 0, 0}, all, {}).identity);
  EXPECT_THROW(recorded_data(tiger(), mostly_listening, {all.begin(), all.begin() + 19}, {}), Refused);
}

// What a checkpoint recognises data by, also where decimals have a comma.
TEST(EpisodeData, IsToldApartInWordsInEveryLocale) {
  Philox random(4);
  std::vector<Trajectory> all = simulate(tiger(), mostly_listening, 6, 25, random);
  const EpisodeData simulated =
      simulated_data(tiger(), mostly_listening, 7, {.validation = 4, .curve = 3, .held_out = 4}, 2);
  EXPECT_EQ(simulated.identity.at("action weights"), "0.9,0.05,0.05");
  EXPECT_EQ(simulated.identity.at("horizon"), "7");
  EXPECT_EQ(simulated.identity.at("episodes"), "simulated");
  EXPECT_EQ(simulated.identity.at("validation episodes"), "3");
  EXPECT_TRUE(simulated.identity.at("model").starts_with("2 states, 3 actions, 2 observations, hash "));

  const EpisodeData data = recorded_data(tiger(), mostly_listening, all, {});
  EXPECT_TRUE(data.identity.at("episodes").starts_with("25, hash "));
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* locale : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"})
    if (std::setlocale(LC_ALL, locale) != nullptr) break;  // where none is installed, this part shows nothing
  EXPECT_EQ(recorded_data(tiger(), mostly_listening, all, {}).identity, data.identity);
  std::setlocale(LC_ALL, before.c_str());

  all.back().observations[3] = 1 - all.back().observations[3];  // of the held-out ones
  const EpisodeData other = recorded_data(tiger(), mostly_listening, all, {});
  EXPECT_NE(other.identity.at("episodes"), data.identity.at("episodes"));
  EXPECT_EQ(other.identity.at("model"), data.identity.at("model"));
}

}  // namespace
}  // namespace doxa::testing
