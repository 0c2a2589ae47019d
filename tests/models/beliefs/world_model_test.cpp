// The two verbs of a world model, of the known worlds and of a learned one, and plans made with them.

#include "doxa/models/beliefs/world_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/models/beliefs/actor_training.h"
#include "doxa/models/beliefs/dreamer.h"
#include "doxa/models/beliefs/dreamer_checkpoint.h"
#include "doxa/models/beliefs/known_worlds.h"
#include "doxa/models/beliefs/rssm_belief.h"
#include "doxa/models/beliefs/rssm_world.h"
#include "doxa/models/beliefs/sequence_search.h"
#include "doxa/models/pomdp/belief.h"
#include "rssm_paths.h"
#include "rssm_variants.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/rounding.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

static_assert(WorldModel<ExactBeliefWorld> && WorldModel<HiddenStateWorld> && WorldModel<RssmWorld>);

std::vector<Index> row_of(std::size_t i) { return {static_cast<Index>(i)}; }

// ---- known worlds ----

TEST(ExactBeliefWorld, ObservesAsTheFilterDoes) {
  Philox random(1);
  const Pomdp m = random_pomdp(4, 2, 3, random);
  const ExactBeliefWorld world(m);
  const Trajectory t = simulate(m, open_loop_policy(m), 12, random);
  const StepTable exact = exact_beliefs(m, {&t, 1});
  Tensor known = start(world, 1, random);
  for (std::size_t k = 1; k <= 12; ++k) {
    known = observe(world, known, row_of(t.actions[k - 1]), row_of(t.observations[k - 1]), random);
    for (std::size_t s = 0; s < 4; ++s)
      EXPECT_NEAR(known.span()[s], exact.row(0, k)[s], 1000 * unit_roundoff);
  }
}

// The belief is a martingale, E[b_1] = Σ_s T(·|s,a) b_0(s), and so is the hidden state's distribution.
template <class W>
void expect_martingale(const W& world, const Pomdp& m) {
  const Index n = 20'000;
  Philox random(2);
  const Tensor before = start(world, n, random);
  const ImaginedStep step =
      imagine(world, before, std::vector<Index>(static_cast<std::size_t>(n), 1), random);
  const Tensor after = shown(world, step.known);
  Belief b = initial_belief(m);
  predict(m, b, 1);
  double paid = 0;
  for (std::size_t s = 0; s < 3; ++s) {
    std::vector<double> p;
    for (Index i = 0; i < n; ++i) p.push_back(static_cast<double>(after(i, static_cast<Index>(s))));
    const MeanEstimate mean = estimate_mean(p);
    EXPECT_NEAR(mean.mean, static_cast<double>(b.predicted[s]), 4 * mean.standard_error + 1e-6);
    paid += m.start[s] * expected_reward(m, 1, s);
  }
  const MeanEstimate mean = estimate_mean(step.rewards);
  EXPECT_NEAR(mean.mean, paid, 4 * mean.standard_error + 1e4 * unit_roundoff);
}

TEST(KnownWorlds, ImagineWhatTheModelSays) {
  Philox random(4);
  Pomdp m = random_pomdp(3, 2, 2, random);
  m.reward.set({.action = 1, .state = 0}, 2);
  m.reward.set({.action = 1, .next = 2}, -1);
  expect_martingale(ExactBeliefWorld(m), m);
  expect_martingale(HiddenStateWorld(m), m);
}

TEST(HiddenStateWorld, ShowsAStateOfTheBelief) {
  const Pomdp m = tiger();
  const HiddenStateWorld world(m);
  Philox random(5);
  const Index n = 4000;
  const std::vector<Index> listening(n, 0), left(n, 0);
  const Tensor known = observe(world, start(world, n, random), listening, left, random),
               x = shown(world, known);
  double seen = 0;
  for (Index i = 0; i < n; ++i) {
    EXPECT_NEAR(known(i, 0), 0.85, 10 * unit_roundoff);
    EXPECT_EQ(x(i, 0) + x(i, 1), 1);
    seen += static_cast<double>(x(i, 0)) / n;
  }
  EXPECT_NEAR(seen, 0.85, 4 * std::sqrt(0.85 * 0.15 / n));
}

TEST(KnownWorlds, RefuseWhatCannotBe) {
  const Pomdp cheese = read_pomdp(DOXA_SOURCE_DIR "/models/pomdp/classics/cheese.pomdp");
  const ExactBeliefWorld world(cheese);
  Philox random;
  const Tensor corner = observe(world, start(world, 1, random), row_of(0), row_of(0), random);
  EXPECT_SAYS(Refused, "observe: observation walls-ns is impossible after action north",
              observe(world, corner, row_of(0), row_of(1), random));
  EXPECT_THROW(imagine(world, corner, std::vector<Index>{0, 0}, random), Refused);
  EXPECT_THROW(imagine(world, corner, row_of(7), random), std::out_of_range);
}

// Two policies that meet the same seed meet the same random numbers: after a step in which they differ, the
// draws of the next are the same again.
TEST(Environment, HasCommonRandomNumbers) {
  const Pomdp m = tiger();
  Environment one(m, 50, 3), other(m, 50, 3);
  const std::vector<Index> listening(50, 0), opening(50, 1);
  one.step(listening);
  other.step(opening);
  one.step(opening);  // a new tiger behind a door of the same coin
  other.step(opening);
  const StepSeen a = one.step(listening), b = other.step(listening);
  EXPECT_EQ(a.observations, b.observations);
}

// ---- a learned world ----

Rssm paid_rssm(RssmSettings settings) {
  settings.reward = DiscreteReward{{-1, 3}, 4};
  return random_rssm(settings, 3);
}

// Where the summary is a function of what was seen, observing is the belief's update.
TEST(RssmWorld, ObservesAsItsBeliefIsUpdated) {
  Rssm model = paid_rssm(
      {.actions = 2, .observations = 3, .hidden = 5, .summary = RssmSettings::Summary::observations});
  RssmWorld world(model);
  RssmBelief belief(model, 2, 1, Philox(1));
  Philox random;
  Tensor known = start(world, 2, random);
  for (const auto& [a, o] :
       {std::pair<std::vector<Index>, std::vector<Index>>{{0, 1}, {2, 0}}, {{1, 1}, {1, 2}}}) {
    belief.update(a, o);
    known = observe(world, known, a, o, random);
  }
  const std::vector<double> summary = belief.mean_summary();
  for (std::size_t i = 0; i < summary.size(); ++i)
    EXPECT_NEAR(known.span()[i], summary[i], 10 * unit_roundoff);
}

// For every variant, what is imagined is distributed as p(s_k) p(o_k|s_k): the mean summary and reward after
// a step are sums over the latent's values and the observations.
TEST(RssmWorld, ImaginesWhatItsFactorsSay) {
  for (const RssmSettings& s : rssm_variants(false)) {
    if (s.inference == RssmSettings::Inference::smoothing) continue;
    Rssm model = paid_rssm(s);
    Tape tape;
    const Tensor values = RssmPaths::all_values(s.latent);
    const Index V = values.shape()[0];
    const std::vector<Index> actions(static_cast<std::size_t>(V), 1);
    const Var h = tape.constant({V, s.hidden}, Real{0}), a = one_hot(tape, actions, 2),
              z = tape.constant(values);
    const Var log_p = log_prob(s.latent, model.prior({h, a}), z),
              p_o = log_softmax(emission_logits(model, h, a, z), {1});
    double paid = 0, first = 0;
    for (Index o = 0; o < 3; ++o) {
      const Var step = encode_step(tape, s, actions, std::vector<Index>(static_cast<std::size_t>(V), o));
      const std::vector<double> r =
          expected_rewards(*model.settings.reward, reward_outputs(model, h, step, z));
      const Tensor next = advance(model, h, a, step, z).tensor();
      for (Index v = 0; v < V; ++v) {
        const double p = std::exp(static_cast<double>(log_p.value()[static_cast<std::size_t>(v)]) +
                                  static_cast<double>(p_o.tensor()(v, o)));
        paid += p * r[static_cast<std::size_t>(v)];
        first += p * static_cast<double>(next(v, 0));
      }
    }
    RssmWorld world(model);
    Philox random(7);
    const Index n = 4000;
    const ImaginedStep step =
        imagine(world, start(world, n, random), std::vector<Index>(static_cast<std::size_t>(n), 1), random);
    std::vector<double> summary;
    for (Index i = 0; i < n; ++i) summary.push_back(static_cast<double>(step.known(i, 0)));
    const MeanEstimate of_reward = estimate_mean(step.rewards), of_summary = estimate_mean(summary);
    EXPECT_NEAR(of_reward.mean, paid, 4 * of_reward.standard_error + 1e3 * unit_roundoff) << name(s);
    EXPECT_NEAR(of_summary.mean, first, 4 * of_summary.standard_error + 1e3 * unit_roundoff) << name(s);
  }
}

TEST(RssmWorld, NeedsRewardsAndAFilter) {
  RssmSettings settings{.actions = 2, .observations = 3, .hidden = 4};
  Rssm without = random_rssm(settings, 1);
  EXPECT_THROW(RssmWorld{without}, Refused);
  settings.inference = RssmSettings::Inference::smoothing;
  Rssm smoothing = paid_rssm(settings);
  EXPECT_THROW(RssmWorld{smoothing}, Refused);
}

// ---- plans ----

Pomdp tiger_with_waiting() {
  return parse_pomdp(
      "discount: 0.95 values: reward states: l r actions: listen open-left open-right wait observations: l "
      "r\n"
      "T: * uniform T: listen identity T: wait identity O: * uniform O: listen 0.85 0.15 0.15 0.85\n"
      "R: listen : * : * : * -1 R: open-left : l : * : * -100 R: open-left : r : * : * 10\n"
      "R: open-right : l : * : * 10 R: open-right : r : * : * -100");
}

// A sequence cannot look, so it listens only where that is the cheapest way to wait; where there is one that
// costs nothing, it takes that one for ever, and is worth 0.
TEST(SequenceSearch, WaitsInTheCheapestWay) {
  const SequenceSearch exhaustive{.horizon = 3, .samples = 300};
  Philox random(3);
  const Pomdp with_listening = tiger(), with_waiting = tiger_with_waiting();
  const ExactBeliefWorld one(with_listening), other(with_waiting);
  const SequencePlan listens = best_sequence(one, start(one, 1, random), exhaustive, 0.95, random),
                     waits = best_sequence(other, start(other, 1, random), exhaustive, 0.95, random);
  EXPECT_EQ(listens.actions, (std::vector<Index>{0, 0, 0}));
  EXPECT_NEAR(listens.value, -(1 + 0.95 + 0.95 * 0.95), 1e4 * unit_roundoff);
  EXPECT_EQ(waits.actions, (std::vector<Index>{3, 3, 3}));
  EXPECT_NEAR(waits.value, 0, 1e4 * unit_roundoff);
}

TEST(SequenceSearch, TheCrossEntropyMethodFindsWhatEnumerationFinds) {
  const Pomdp m = read_pomdp(DOXA_SOURCE_DIR "/models/pomdp/classics/shuttle.pomdp");
  const ExactBeliefWorld world(m);
  Philox random(6);
  const SequenceSearch all{.horizon = 4, .samples = 300, .exhaustive = 81},
      some{.horizon = 4, .samples = 300, .exhaustive = 0, .candidates = 60};
  const Tensor docked = start(world, 1, random);
  const SequencePlan best = best_sequence(world, docked, all, 0.95, random),
                     found = best_sequence(world, docked, some, 0.95, random);
  EXPECT_GT(best.value, 1);  // back into the dock where that is most likely
  EXPECT_NEAR(found.value, best.value, 1);
  EXPECT_EQ(found.actions, best.actions);
}

TEST(SequenceSearch, ListsEverySequenceOnce) {
  EXPECT_EQ(all_sequences(2, 2), (std::vector<Index>{0, 0, 0, 1, 1, 0, 1, 1}));
  SequenceDistribution q(3, 2);
  q.refit(std::vector<Index>{2, 0, 2, 1}, 0.1);
  EXPECT_NEAR(q.probability[2], 0.9 + 0.1 / 3, 1e-15);
  EXPECT_NEAR(q.probability[4], 0.45 + 0.1 / 3, 1e-15);
}

// What is imagined decides what is planned: shown the belief, the actor learns to listen first; shown the
// state, it opens at once.
TEST(ActorTraining, WhatIsImaginedDecidesWhatIsPlanned) {
  const Pomdp m = tiger();
  const auto first_action = [&](auto world, const KnownWorldTraining& training) {
    Philox initial(1, 6);
    ActorCritic agent({.actions = 3, .features = 2, .discount = 0.95, .hidden = 32}, initial);
    train_actor_in(world, m, agent, training, 1);
    Philox random;
    return likeliest_actions(agent.actor, shown(world, start(world, 1, random)))[0];
  };
  const KnownWorldTraining training{.steps = 150, .actor = {.starts = 64, .horizon = 10}};
  EXPECT_EQ(first_action(ExactBeliefWorld(m), training), 0);
  EXPECT_NE(first_action(HiddenStateWorld(m), training), 0);
}

// The loop runs, repeats with its seed, and gives new rewards classes.
TEST(Dreamer, RepeatsWithItsSeed) {
  const Pomdp m = tiger();
  const DreamerSettings settings{.iterations = 2,
                                 .collected = 4,
                                 .horizon = 6,
                                 .batch = 2,
                                 .first_model_steps = 2,
                                 .model_steps = 2,
                                 .actor_steps = 2,
                                 .actor = {.starts = 4, .horizon = 3}};
  RssmSettings sizes{
      .actions = 3, .observations = 2, .hidden = 5, .summary = RssmSettings::Summary::observations};
  sizes.reward = DiscreteReward{{-1}, 4};
  std::vector<double> losses[2];
  for (auto& of_run : losses) {
    Dreamer d(sizes, {}, m.discount, settings, 3);
    dream(d, m, [&](const DreamerProgress& p) { return of_run.push_back(p.model_loss), true; });
    EXPECT_EQ(std::get<DiscreteReward>(*d.learner.model.settings.reward).values.size(), 3u);
  }
  EXPECT_EQ(losses[0].size(), 2u);
  EXPECT_EQ(losses[0], losses[1]);
}

// Saved between two iterations and put back into a new one, it goes on as if nothing had happened.
TEST(Dreamer, GoesOnFromACheckpoint) {
  const Pomdp m = tiger();
  const DreamerSettings settings{.iterations = 4,
                                 .collected = 3,
                                 .horizon = 6,
                                 .remembered = 7,
                                 .batch = 2,
                                 .first_model_steps = 2,
                                 .model_steps = 2,
                                 .actor_steps = 2,
                                 .actor = {.starts = 4, .horizon = 3}};
  RssmSettings sizes{.actions = 3, .observations = 2, .hidden = 5, .summary = RssmSettings::Summary::latents};
  sizes.reward = DiscreteReward{{-1}, 4};
  const auto fresh = [&] { return Dreamer(sizes, {}, m.discount, settings, 3); };
  const Scratch scratch;
  const std::map<std::string, std::string> named{{"seed", "3"}};
  Dreamer whole = fresh(), first = fresh(), second = fresh();
  DreamerNotes all{named}, notes{named}, found{named};
  dream(whole, m, [&](const DreamerProgress& p) { return all.curve.push_back(p.model_loss), true; });
  dream(first, m,
        [&](const DreamerProgress& p) { return notes.curve.push_back(p.model_loss), p.iteration < 2; });
  save_dreamer(scratch / "half.safetensors", first, notes);
  load_dreamer(scratch / "half.safetensors", second, found);
  dream(second, m, [&](const DreamerProgress& p) { return found.curve.push_back(p.model_loss), true; });
  EXPECT_EQ(found.curve, all.curve);
  save_dreamer(scratch / "whole.safetensors", whole, all);
  save_dreamer(scratch / "second.safetensors", second, found);
  EXPECT_EQ(content(scratch / "second.safetensors"), content(scratch / "whole.safetensors"));
  DreamerNotes other{{{"seed", "4"}}};
  EXPECT_THROW(load_dreamer(scratch / "half.safetensors", second, other), FileError);
}

}  // namespace
}  // namespace doxa::testing
