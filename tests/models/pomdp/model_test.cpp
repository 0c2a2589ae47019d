#include <gtest/gtest.h>

#include <functional>

#include "doxa/models/pomdp/pomdp.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

std::string refusal(const std::function<void(Pomdp&)>& damage) {
  Pomdp m = tiger();
  damage(m);
  return thrown<Refused>([&] { validate(m); });
}

TEST(PomdpModel, ValidateNamesActionAndRow) {
  EXPECT_NO_THROW(validate(tiger()));
  EXPECT_EQ(refusal([](Pomdp& m) { m.transition.probability[0] = 0.9; }),
            "transition: action listen, row tiger-left sums to 0.9, expected 1");
  EXPECT_EQ(refusal([](Pomdp& m) { m.emission.probability[2] = 1.15; }),
            "emission: action listen, row tiger-right sums to 2, expected 1");
  EXPECT_EQ(refusal([](Pomdp& m) { m.emission.probability[5] = -0.5; }),
            "emission: action open-left, row tiger-left, column 1 is -0.5, expected a probability");
  EXPECT_EQ(refusal([](Pomdp& m) { m.transition.begin.pop_back(); }),
            "transition: 5 rows of 2 columns, expected 6 (actions x states) of 2");
  EXPECT_EQ(refusal([](Pomdp& m) { m.start = {0.5, 0.4}; }), "start sums to 0.9, expected 1");
  EXPECT_EQ(refusal([](Pomdp& m) { m.start = {1}; }), "start: 1 probabilities, expected 2");
  EXPECT_EQ(refusal([](Pomdp& m) { m.discount = nan; }), "discount: nan, expected a number between 0 and 1");
  EXPECT_EQ(refusal([](Pomdp& m) { m.observations.clear(); }),
            "pomdp: no states, no actions or no observations, expected at least one of each");
}

TEST(PomdpModel, NormalisingTwiceIsNormalisingOnce) {
  Philox random(1);
  for (int trial = 0; trial < 20; ++trial) {
    Pomdp once = random_pomdp(17, 2, 9, random);
    for (double& p : once.transition.probability) p *= 1 + 1e-6;
    normalise(once);
    Pomdp twice = once;
    normalise(twice);
    EXPECT_EQ(twice, once);
    for (std::size_t r = 0; r < once.transition.rows(); ++r)
      EXPECT_NEAR(once.transition.row(r).sum(), 1, 1e-14);
  }
}

TEST(PomdpModel, SparseRowsAreTheDenseOnes) {
  StochasticMatrix matrix;
  matrix.columns = 4;
  const std::vector<double> dense{0, 0.25, 0, 0.75};
  matrix.append_row(dense);
  EXPECT_EQ(matrix.non_zeros(), 2u);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_EQ(matrix.row(0)[c], dense[c]);
  EXPECT_THROW(matrix.append_row(std::vector<double>{1}), Refused);
}

TEST(PomdpModel, TheLastRewardThatFitsWins) {
  constexpr std::uint32_t any = Reward::any;
  Reward reward;
  EXPECT_EQ(reward(0, 0, 0, 0), 0);
  reward.set({any, 1, any, any}, 5);
  reward.set({2, any, any, 3}, 7);
  EXPECT_EQ(reward(0, 1, 0, 0), 5);
  EXPECT_EQ(reward(2, 0, 9, 3), 7);
  EXPECT_EQ(reward(2, 1, 9, 3), 7);
  reward.set({2, 1, 9, 3}, 0);
  EXPECT_EQ(reward(2, 1, 9, 3), 0);
  reward.set({any, 1, any, any}, 6);
  EXPECT_EQ(reward(2, 1, 9, 3), 6);
  reward.set({any, any, any, any}, -1);
  EXPECT_EQ(reward(2, 1, 9, 3), -1);
  EXPECT_EQ(reward.entries().size(), 5u);
}

TEST(PomdpModel, ExpectedRewardOfTiger) {
  const Pomdp m = tiger();
  EXPECT_DOUBLE_EQ(expected_reward(m, listen, 0), -1);
  EXPECT_DOUBLE_EQ(expected_reward(m, open_left, 0), -100);
  EXPECT_DOUBLE_EQ(expected_reward(m, open_left, 1), 10);
}

TEST(PomdpModel, IndexOfANameOrAnIndex) {
  const Pomdp m = tiger();
  EXPECT_EQ(index_of(m.actions, "open-left", "action"), 1u);
  EXPECT_EQ(index_of(m.actions, "2", "action"), 2u);
  EXPECT_THROW(index_of(m.actions, "3", "action"), Refused);
  EXPECT_THROW(index_of(m.actions, "", "action"), Refused);
  EXPECT_THROW(index_of(m.actions, "1x", "action"), Refused);
}

}  // namespace
}  // namespace doxa::testing
