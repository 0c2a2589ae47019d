// Rewards in the model: their distributions, and Dreamer's bound with them.

#include "doxa/models/beliefs/reward_family.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "doxa/models/beliefs/rssm_bound.h"
#include "rssm_paths.h"
#include "rssm_variants.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

Trajectory paying(std::vector<double> rewards) {
  Trajectory t{{}, std::vector<std::size_t>(rewards.size()), std::vector<std::size_t>(rewards.size())};
  t.rewards = std::move(rewards);
  return t;
}

TEST(RewardFamily, FewValuesAreDiscreteAndManyAreGaussian) {
  const auto few =
      std::get<DiscreteReward>(fitting_family(std::vector{paying({-1, 10, -1}), paying({-100})}));
  EXPECT_EQ(few.values, (std::vector<double>{-100, -1, 10}));
  const auto many = std::get<GaussianReward>(fitting_family(std::vector{paying({1, 2, 3, 4, 5})}, 8));
  EXPECT_DOUBLE_EQ(many.location, 3);
  EXPECT_DOUBLE_EQ(many.scale, std::sqrt(2.0));
  EXPECT_THROW(fitting_family(std::vector{trajectory({0}, {0})}), Refused);
}

TEST(RewardFamily, AValueThatIsNewGetsAClass) {
  RewardFamily family = DiscreteReward{{1}, 3};
  add_values(family, std::vector{paying({2, 1, 2, 3, 4})});
  EXPECT_EQ(std::get<DiscreteReward>(family).values, (std::vector<double>{1, 2, 3}));  // 4 has no class left
}

// Probabilities of all classes sum to 1; the mean is that of the classes that have a value.
TEST(RewardFamily, DiscreteRewardsAreASoftmax) {
  const RewardFamily family = DiscreteReward{{-1, 10}, 3};
  Tape tape;
  const Var logits = tape.constant({2, 3}, {0, 1, 2, Real(0.5), -1, 0});
  const Tensor log_p = log_prob(family, logits, std::vector<double>{10, -1}).tensor();
  const double e = std::numbers::e;
  EXPECT_NEAR(std::exp(log_p[0]), e / (1 + e + e * e), 8 * unit_roundoff);
  const std::vector<double> mean = expected_rewards(family, logits);
  EXPECT_NEAR(mean[0], (-1 + 10 * e) / (1 + e), 100 * unit_roundoff);
  EXPECT_THROW(log_prob(family, logits, std::vector<double>{1}), Refused);
}

// The density of r itself, not of the standardised number: it integrates to 1 over r.
TEST(RewardFamily, GaussianRewardsHaveADensity) {
  const RewardFamily family = GaussianReward{2, 3};
  std::vector<double> r;
  for (int i = 0; i <= 4000; ++i) r.push_back(-38 + 0.02 * i);
  Tape tape;
  const Var parameters = tape.constant({4001, 2}, [](std::span<Real> x) {
    for (std::size_t i = 0; i < x.size(); i += 2) {
      x[i] = Real(0.5);
      x[i + 1] = Real(0.2);
    }
  });
  double total = 0, mean = 0;
  const Var log_p = log_prob(family, parameters, r);
  for (std::size_t i = 0; i < r.size(); ++i) {
    const double mass = 0.02 * std::exp(static_cast<double>(log_p.value()[i]));
    total += mass;
    mean += mass * r[i];
  }
  EXPECT_NEAR(total, 1, 2e4 * unit_roundoff + 1e-9);
  EXPECT_NEAR(mean, expected_rewards(family, parameters)[0], 1e5 * unit_roundoff + 1e-8);
}

// With rewards the bound gains Σ_k log p(r_k | …) and nothing else: the posterior does not look at them. And
// a model with rewards starts from the same numbers as one without.
TEST(RewardsInTheBound, AddTheirLogProbability) {
  for (RssmSettings settings : rssm_variants(true)) {
    Philox initial(3), same_initial(3);
    Rssm without(settings, initial);
    settings.reward = DiscreteReward{{-1, 10}, 4};
    Rssm with(settings, same_initial);
    std::vector<Trajectory> seen{trajectory({1, 0, 1}, {2, 0, 1}), trajectory({0, 0, 1}, {1, 1, 2})};
    Tape tape, other;
    Philox random(6), again(6);
    const RssmTerms plain = rssm_terms(tape, without, episodes(seen), random);
    EXPECT_THROW(rssm_terms(other, with, episodes(seen), again), Refused) << "no rewards";
    for (Trajectory& t : seen) t.rewards = {-1, -1, 10};
    const RssmTerms paid = rssm_terms(other, with, episodes(seen), again);
    for (std::size_t i = 0; i < 6; ++i) {
      EXPECT_EQ(paid.bound.kl.value()[i], plain.bound.kl.value()[i]) << name(settings);
      EXPECT_NEAR(paid.bound.log_likelihood.value()[i] - paid.log_reward->value()[i],
                  plain.bound.log_likelihood.value()[i], 20 * unit_roundoff)
          << name(settings);
      EXPECT_LT(paid.log_reward->value()[i], 0);
    }
  }
}

}  // namespace
}  // namespace doxa::testing
