// Actor and critic against sums over all trajectories of a small POMDP.

#include "doxa/models/beliefs/actor_critic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "doxa/models/beliefs/actor_training.h"
#include "doxa/models/beliefs/known_worlds.h"
#include "doxa/models/numerics/mean_estimate.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// R_k by its definition: the mean, with weights (1-λ) λ^{n-1} and λ^{H-k-1} for the last, of the n-step
// returns.
TEST(LambdaReturns, AreTheMeanOfAllCutOffs) {
  const std::vector<double> r{1, -2, 3, 0.5}, v{0.1, 0.2, -0.3, 0.4, 2};
  const double discount = 0.9, lambda = 0.7;
  const std::vector<double> R = lambda_returns(r, v, 1, discount, lambda);
  for (std::size_t k = 0; k < 4; ++k) {
    double expected = 0, sum = 0, weight = 1;
    for (std::size_t n = 1; k + n <= 4; ++n) {
      sum += std::pow(discount, n - 1) * r[k + n - 1];
      const double cut = sum + std::pow(discount, n) * v[k + n];
      const bool last = k + n == 4;
      expected += (last ? weight : (1 - lambda) * weight) * cut;
      weight *= lambda;
    }
    EXPECT_NEAR(R[k], expected, 1e-14);
  }
}

TEST(LambdaReturns, StandStepAfterStepForABatch) {
  const std::vector<double> R =
      lambda_returns(std::vector<double>{1, 10, 2, 20}, std::vector<double>(6, 0.0), 2, 0.5, 1);
  EXPECT_EQ(R, (std::vector<double>{2, 20, 2, 20}));
  EXPECT_THROW(lambda_returns(std::vector<double>{1}, std::vector<double>{1}, 1, 0.5, 1), Refused);
}

// A POMDP, an actor on its exact belief and a critic, all arbitrary, and their imagined episodes of two
// steps: every (a_0, o_1, a_1, o_2) with its probability.
class TwoSteps : public ::testing::Test {
 protected:
  static constexpr double discount = 0.8;
  Philox random{5};
  Pomdp m = [] {  // nothing is impossible
    Pomdp p{indices(2), indices(2), indices(2), discount, {0.6, 0.4}, {}, {}, {}};
    p.transition = table({{0.7, 0.3}, {0.2, 0.8}, {0.5, 0.5}, {0.9, 0.1}});
    p.emission = table({{0.8, 0.2}, {0.3, 0.7}, {0.6, 0.4}, {0.5, 0.5}});
    p.reward.set({.action = 0}, 1.5);
    p.reward.set({.action = 1, .state = 0}, -2);
    p.reward.set({.action = 1, .state = 1}, 4);
    return p;
  }();
  ExactBeliefWorld world{m};
  Mlp actor{"actor", {2, 3, 2}, random}, critic{"critic", {2, 3, 1}, random};

  struct Path {
    double probability_of_world;  // Π p(o|b,a)
    ImaginedEpisodes episode;     // of one
  };
  std::vector<Path> paths() {
    std::vector<Path> all;
    Philox unused;
    for (Index code = 0; code < 16; ++code) {
      const std::vector<Index> a0{code & 1}, o1{code >> 1 & 1}, a1{code >> 2 & 1}, o2{code >> 3 & 1};
      const Tensor b0 = start(world, 1, unused), b1 = observe(world, b0, a0, o1, unused),
                   b2 = observe(world, b1, a1, o2, unused);
      const auto p = [&](const Tensor& b, Index a, Index o) {
        double sum = 0;
        for (std::size_t s = 0; s < 2; ++s)
          for (std::size_t n = 0; n < 2; ++n)
            sum += static_cast<double>(b.span()[s]) * transition_row(m, static_cast<std::size_t>(a), s)[n] *
                   emission_row(m, static_cast<std::size_t>(a), n)[static_cast<std::size_t>(o)];
        return sum;
      };
      const auto paid = [&](const Tensor& b, Index a) {
        return static_cast<double>(b[0]) * world.reward[static_cast<std::size_t>(2 * a)] +
               static_cast<double>(b[1]) * world.reward[static_cast<std::size_t>(2 * a + 1)];
      };
      all.push_back({p(b0, a0[0], o1[0]) * p(b1, a1[0], o2[0]),
                     {.batch = 1,
                      .horizon = 2,
                      .shown = stacked_rows(std::vector<Tensor>{b0, b1, b2}),
                      .actions = {a0[0], a1[0]},
                      .rewards = {paid(b0, a0[0]), paid(b1, a1[0])}}});
    }
    return all;
  }
  double value_of(const Tensor& shown, Index k) {  // the critic's
    Tape tape;
    return static_cast<double>(critic(tape.constant(shown)).value()[static_cast<std::size_t>(k)]);
  }
  // log Π π(a_k|x_k) of a path, on the tape.
  Var log_policy(Tape& tape, const ImaginedEpisodes& e) {
    const Tensor x = selected_rows(e.shown, std::vector<Index>{0, 1});
    return sum(log_prob(policy(tape, actor, x), e.actions));
  }
};

// The value of the actor, V = Σ_paths p(path) (r_1 + γ r_2 + γ² v(x_2)), differentiated by the tape, is the
// expectation of the score function's gradient, with the critic's baselines and whatever they say.
TEST_F(TwoSteps, TheScoreFunctionsExpectationIsTheGradientOfTheValue) {
  const auto gradient = [&](const std::function<Var(Tape&)>& f) {
    Tape tape;
    tape.backward(f(tape));
    std::vector<double> all;
    for (Parameter* p : parameters(actor))
      all.insert(all.end(), p->gradient.span().begin(), p->gradient.span().end());
    return all;
  };
  const std::vector<double> exact = gradient([&](Tape& tape) {
    Var value = tape.constant(Real{0});
    for (const Path& p : paths()) {
      const double paid = p.episode.rewards[0] + discount * p.episode.rewards[1] +
                          discount * discount * value_of(p.episode.shown, 2);
      value += exp(log_policy(tape, p.episode)) * static_cast<Real>(p.probability_of_world * paid);
    }
    return value;
  });
  std::vector<double> expected(exact.size(), 0.0);
  double total = 0;
  for (const Path& p : paths()) {
    const std::vector<double> v{value_of(p.episode.shown, 0), value_of(p.episode.shown, 1),
                                value_of(p.episode.shown, 2)};
    const std::vector<double> R = lambda_returns(p.episode.rewards, v, 1, discount, 1);
    Tape tape;
    const double probability =
        p.probability_of_world * std::exp(static_cast<double>(log_policy(tape, p.episode).item()));
    total += probability;
    const std::vector<double> of_path = gradient([&](Tape& t) {
      return actor_loss(t, actor, p.episode, std::vector<double>{R[0] - v[0], R[1] - v[1]}, 0, discount);
    });
    for (std::size_t i = 0; i < exact.size(); ++i) expected[i] -= probability * (1 + discount) * of_path[i];
  }
  EXPECT_NEAR(total, 1, 100 * unit_roundoff);
  double largest = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    EXPECT_NEAR(expected[i], exact[i], 1000 * unit_roundoff) << i;
    largest = std::max(largest, std::abs(exact[i]));
  }
  EXPECT_GT(largest, 0.05);
}

// Imagined episodes are drawn with these probabilities and pay these rewards: the mean return is the value.
TEST_F(TwoSteps, ImaginedEpisodesHaveTheValueOfTheActor) {
  double value = 0;
  for (const Path& p : paths()) {
    Tape tape;
    value += p.probability_of_world * std::exp(static_cast<double>(log_policy(tape, p.episode).item())) *
             (p.episode.rewards[0] + discount * p.episode.rewards[1]);
  }
  const Index n = 20'000;
  Philox draws(9);
  const ImaginedEpisodes e = imagine_episodes(world, start(world, n, draws), 2, actor, draws);
  std::vector<double> returns;
  for (std::size_t b = 0; b < static_cast<std::size_t>(n); ++b)
    returns.push_back(e.rewards[b] + discount * e.rewards[b + static_cast<std::size_t>(n)]);
  const MeanEstimate mean = estimate_mean(returns);
  EXPECT_NEAR(mean.mean, value, 4 * mean.standard_error);
}

// The entropy's term alone makes the policy uniform, the regression alone the critic's target.
TEST_F(TwoSteps, TheEntropyBonusIsWhatTheFormulaSays) {
  const ImaginedEpisodes e = paths()[5].episode;
  Tape tape;
  const Var loss = actor_loss(tape, actor, e, std::vector<double>{0, 0}, 0.3, discount);
  const Var h = entropy(policy(tape, actor, e.shown));
  EXPECT_NEAR(loss.item(), -0.3 * (h.value()[0] + discount * h.value()[1]) / (1 + discount),
              10 * unit_roundoff);
  EXPECT_THROW(actor_loss(tape, actor, e, std::vector<double>{0}, 0, discount), Refused);
}

// PopArt: a step moves mean and deviation of the returns, and the values only by what Adam does.
TEST_F(TwoSteps, TheScaleOfReturnsDoesNotMoveTheValues) {
  ActorCritic agent({.actions = 2, .features = 2, .discount = discount, .hidden = 4}, random);
  Philox draws(9);
  const auto imagined = [&] {
    return imagine_episodes(world, start(world, 50, draws), 2, agent.actor, draws);
  };
  learn(agent, imagined(), 0, 1e-3);
  const auto values = [&] {
    Tape tape;
    std::vector<double> all;
    const Tensor x = paths()[3].episode.shown;
    for (const Real y : agent.critic(tape.constant(x)).value())
      all.push_back(agent.mean + agent.deviation * static_cast<double>(y));
    return all;
  };
  ImaginedEpisodes better = imagined();
  for (double& r : better.rewards) r += 100;
  const std::vector<double> before = values();
  const double mean = agent.mean;
  learn(agent, better, 0, 0);  // Adam stands still
  EXPECT_GT(agent.mean, mean + 1);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(values()[i], before[i], 1e5 * unit_roundoff);
}

}  // namespace
}  // namespace doxa::testing
