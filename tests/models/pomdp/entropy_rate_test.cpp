#include "doxa/models/pomdp/entropy_rate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/models/pomdp/path_enumeration.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

double entropy(const std::vector<double>& p) {
  double sum = 0;
  for (const double x : p) sum -= x == 0 ? 0 : x * std::log(x);
  return sum;
}

// 1/3 Σ_a π(a_0) π(a_1) π(a_2) Σ_o -p(o ‖ a) log p(o ‖ a), over all sequences of three.
double entropy_of_three_steps(const Pomdp& m, const std::vector<double>& policy) {
  const std::size_t actions = m.actions.size(), seen = m.observations.size();
  double sum = 0;
  for (std::size_t a = 0; a < actions * actions * actions; ++a)
    for (std::size_t o = 0; o < seen * seen * seen; ++o) {
      const Trajectory t{{},
                         {a % actions, a / actions % actions, a / actions / actions},
                         {o % seen, o / seen % seen, o / seen / seen}};
      double p = 0;
      for_each_path(m, t, [&](const auto&, double joint) { p += joint; });
      if (p == 0) continue;
      sum -= policy[t.actions[0]] * policy[t.actions[1]] * policy[t.actions[2]] * p * std::log(p);
    }
  return sum / 3;
}

// The standard error is right: (estimate - exact) / standard error has Student's distribution, of
// variance (n-1)/(n-3); the mean of 400 squares has a standard deviation of about √(2/400) of it.
TEST(EntropyRate, OfAFewStepsIsTheEntropyOfAllSequences) {
  Philox random(41);
  const Pomdp m = random_pomdp(3, 2, 3, random);
  const std::vector<double> policy{0.7, 0.3};
  const double exact = entropy_of_three_steps(m, policy);
  double squares = 0;
  for (int repetition = 0; repetition < 400; ++repetition) {
    const MeanEstimate h = entropy_rate(m, policy, {.burn_in = 0, .horizon = 3, .trajectories = 50}, random);
    squares += std::pow((h.mean - exact) / h.standard_error, 2) / 400;
  }
  EXPECT_NEAR(squares, 49.0 / 47, 4 * std::sqrt(2.0 / 400));
}

// In the long run the tiger's place is known, and only the noise of hearing remains.
TEST(EntropyRate, OfTigerUnderListeningIsTheNoiseOfHearing) {
  const Pomdp m = tiger();
  Philox random(42);
  const MeanEstimate h = entropy_rate(m, std::vector<double>{1, 0, 0},
                                      {.burn_in = 200, .horizon = 10, .trajectories = 20}, random);
  EXPECT_NEAR(h.mean, entropy({0.85, 0.15}), 1e-12);
  EXPECT_LT(h.standard_error, 1e-12);
}

// If only doors are opened, every observation is a fair coin.
TEST(EntropyRate, OfTigerUnderOpeningIsACoin) {
  const Pomdp m = tiger();
  Philox random(43);
  const MeanEstimate h = entropy_rate(m, std::vector<double>{0, 0.5, 0.5},
                                      {.burn_in = 0, .horizon = 50, .trajectories = 5}, random);
  EXPECT_NEAR(h.mean, std::log(2), 1e-14);
  EXPECT_LT(h.standard_error, 1e-14);
}

// A chain whose state is observed: Σ_s μ(s) H(T(·|s)) with the stationary μ = μ T.
TEST(EntropyRate, OfAnObservableChainIsThatOfItsTransitionsInTheLongRun) {
  Pomdp m{indices(2), indices(1), indices(2), 1, {1, 0}, {}, {}, {}};
  m.transition = table({{0.9, 0.1}, {0.4, 0.6}});  // μ = (.8, .2)
  m.emission = table({{1, 0}, {0, 1}});
  const double exact = 0.8 * entropy({0.9, 0.1}) + 0.2 * entropy({0.4, 0.6});
  Philox random(44);
  const MeanEstimate h = entropy_rate(m, std::vector<double>{1}, {}, random);
  EXPECT_NEAR(h.mean, exact, 4 * h.standard_error);
  EXPECT_LT(h.standard_error, 0.01 * exact);
}

// A coin is drawn at the start: fair, or with two equal sides. One trajectory shows one coin, the mean of
// many shows both.
TEST(EntropyRate, OfAModelThatNeverMixesIsAveragedOverItsStart) {
  Pomdp m{indices(2), indices(1), indices(2), 1, {0.5, 0.5}, {}, {}, {}};
  m.transition = table({{1, 0}, {0, 1}});
  m.emission = table({{0.5, 0.5}, {1, 0}});
  Philox random(45);
  const MeanEstimate h =
      entropy_rate(m, std::vector<double>{1}, {.burn_in = 60, .horizon = 2, .trajectories = 2000}, random);
  EXPECT_NEAR(h.mean, std::log(2) / 2, 4 * h.standard_error);
  EXPECT_NEAR(h.standard_error, std::log(2) / 2 / std::sqrt(2000), 1e-4);
}

TEST(EntropyRate, NeedsStepsAndTwoTrajectories) {
  const Pomdp m = tiger();
  Philox random(46);
  const std::vector<double> policy = open_loop_policy(m);
  EXPECT_THROW(entropy_rate(m, policy, {.horizon = 0}, random), Refused);
  EXPECT_THROW(entropy_rate(m, policy, {.trajectories = 1}, random), Refused);
  EXPECT_THROW(entropy_rate(m, std::vector<double>{1}, {}, random), Refused);
}

}  // namespace
}  // namespace doxa::testing
