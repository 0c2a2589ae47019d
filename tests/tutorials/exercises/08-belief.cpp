// Solutions of chapter 08's exercises.

#include <gtest/gtest.h>

#include "belief_mdp.h"
#include "doxa/models/pomdp/smoother.h"
#include "noisy_tiger.h"

namespace {

using namespace doxa;

enum : std::size_t { listen, open_left, open_right };
enum : std::size_t { hear_left, hear_right };

double entropy(double p) { return p <= 0 || p >= 1 ? 0 : -p * std::log(p) - (1 - p) * std::log1p(-p); }

double belief_after(int net_left) { return 1 / (1 + std::pow(0.15 / 0.85, net_left)); }  // (08.10)

// Of the net count of n roars, over all that can be heard: the expectation of f(net count).
template <class F>
double expected_over_roars(int n, F f) {
  double sum = 0;
  for (int left = 0; left <= n; ++left) {
    const double ways = std::exp(std::lgamma(n + 1) - std::lgamma(left + 1) - std::lgamma(n - left + 1));
    sum +=
        ways * 0.5 *
        (std::pow(0.85, left) * std::pow(0.15, n - left) + std::pow(0.15, left) * std::pow(0.85, n - left)) *
        f(2 * left - n);
  }
  return sum;
}

// E H(b) after n roars from a start of one half.
double expected_entropy(int n) {
  return expected_over_roars(n, [](int net) { return entropy(belief_after(net)); });
}

TEST(Exercise08, WhatListeningCostsInTotal) {
  // The surprise of one sequence with that net count is the logarithm of its probability, (08.2).
  const auto surprise = [](int n) {
    return expected_over_roars(n, [&](int net) {
      const double left = (n + net) / 2.0;
      return -std::log(0.5 * (std::pow(0.85, left) * std::pow(0.15, n - left) +
                              std::pow(0.15, left) * std::pow(0.85, n - left)));
    });
  };
  EXPECT_NEAR(surprise(12) / 12, 0.4800, 5e-5);
  for (const int n : {1, 5, 24})
    EXPECT_NEAR(surprise(n) - n * entropy(0.85), std::numbers::ln2 - expected_entropy(n), 1e-12);
  EXPECT_NEAR(surprise(24) / 24, 0.4516, 5e-5);
  EXPECT_NEAR(surprise(24) - 24 * entropy(0.85), 0.693, 5e-4);
  EXPECT_LT(expected_entropy(24), 1e-4);
}

TEST(Exercise08, ABeliefThatIsNeverSure) {
  const Pomdp m = noisy_tiger(0.85, 0.1);
  Belief b = initial_belief(m);
  double highest = 0.5;
  for (int k = 0; k < 30; ++k) {
    update(m, b, listen, hear_left);
    EXPECT_GE(probability(b, 0), highest - 1e-15);
    highest = probability(b, 0);
  }
  // The fixed point of predicting and hearing the roar: 0.56 b² - 0.46 b - 0.085 = 0.
  const double end = (0.46 + std::sqrt(0.46 * 0.46 + 4 * 0.56 * 0.085)) / (2 * 0.56);
  EXPECT_NEAR(highest, end, 1e-9);
  EXPECT_NEAR(end, 0.9768, 5e-5);
}

TEST(Exercise08, AFilterThatForgetsToPredict) {
  const Pomdp m = noisy_tiger();
  // Over all that can be heard after these actions: the sum of what this filter takes for the evidence,
  // whether that is the evidence, and both sides of (08.9) at the end.
  struct Found {
    double total = 0, evidence_off = 0, in_truth = 0, in_itself = 0, too_sure = 0;
  };
  const auto look = [&](const std::vector<std::size_t>& actions) {
    Found found;
    for (std::size_t code = 0; code < std::size_t{1} << actions.size(); ++code) {
      std::vector<std::size_t> seen;
      std::vector<double> b = m.start;
      double product = 1;
      for (std::size_t k = 0; k < actions.size(); ++k) {
        seen.push_back(code >> k & 1);
        double p = 0;
        for (std::size_t s = 0; s < 2; ++s) p += b[s] *= emission_row(m, actions[k], s)[seen[k]];
        for (double& x : b) x /= p;
        product *= p;
      }
      const Smoothed truth = smooth(m, {actions, seen});
      const double evidence = std::exp(truth.log_evidence);
      found.total += product;
      found.evidence_off = std::max(found.evidence_off, std::abs(product - evidence) / evidence);
      found.too_sure += evidence * (probability(truth, actions.size(), 0) - b[0]) * (2 * b[0] - 1);
      for (std::size_t s = 0; s < 2; ++s) {
        found.in_truth += evidence * probability(truth, actions.size(), s) * b[s];
        found.in_itself += evidence * b[s] * b[s];
      }
    }
    return found;
  };
  const Found listening = look({listen, listen, listen, listen}),
              doors = look({listen, listen, open_left, listen});
  EXPECT_LT(listening.evidence_off, 1e-14);
  EXPECT_NEAR(listening.in_truth, listening.in_itself, 1e-14);
  EXPECT_NEAR(doors.total, 1, 1e-14);  // (08.7) notices nothing
  EXPECT_GT(doors.evidence_off, 0.5);  // (08.12) does, and so would (08.2)
  EXPECT_NEAR(doors.in_truth - doors.in_itself, doors.too_sure, 1e-14);
  EXPECT_GT(doors.in_itself - doors.in_truth, 0.2);  // (08.9): it is sure and wrong
}

TEST(Exercise08, ADoorBetweenThem) {
  const auto look = [](std::vector<std::size_t> actions, std::vector<std::size_t> heard) {
    return smooth(noisy_tiger(), {actions, heard});
  };
  const Smoothed door = look({listen, listen, listen, open_left, listen, listen, listen, listen, listen},
                             {1, 1, 1, 0, 0, 0, 0, 0, 0});
  EXPECT_NEAR(probability(door, 3, 0), 0.0055, 5e-5);
  EXPECT_NEAR(probability(door, 3, 0), static_cast<double>(door.filtered[3 * 2]), 1e-15);
  const Smoothed even = look(std::vector<std::size_t>(6, listen), {1, 1, 1, 0, 0, 0});
  for (std::size_t k = 0; k <= 6; ++k) {
    EXPECT_NEAR(probability(even, k, 0), 0.5, 1e-14);
    const double at_the_time = entropy(static_cast<double>(even.filtered[2 * k]));
    const double most = k == 0 || k == 6 ? std::numbers::ln2 + 1e-14 : 0.45;
    EXPECT_LE(at_the_time, most) << k;
  }
}

// What the page on looking back opens with.
TEST(Exercise08, ThreeRoarsThenFive) {
  const std::vector<std::size_t> actions(8, listen), heard{1, 1, 1, 0, 0, 0, 0, 0};
  const Smoothed t = smooth(noisy_tiger(), {actions, heard});
  const double b3 = static_cast<double>(t.filtered[3 * 2]), gamma3 = probability(t, 3, 0);
  EXPECT_NEAR(b3, 0.0055, 5e-5);
  EXPECT_NEAR(gamma3, 0.970, 5e-4);
  EXPECT_NEAR(entropy(b3), 0.034, 5e-4);
  EXPECT_NEAR(entropy(gamma3), 0.135, 5e-4);
}

TEST(Exercise08, HowManyRoars) {
  EXPECT_NEAR(expected_entropy(6), 0.0565, 5e-5);
  EXPECT_NEAR(expected_entropy(5), 0.0828, 5e-5);
}

TEST(Exercise08, ObservationsThatGiveTheStateAway) {
  const std::vector<std::size_t> actions(3, listen), heard(3, hear_left);
  const Smoothed t = smooth(noisy_tiger(1), {actions, heard});
  for (std::size_t k = 1; k <= 3; ++k) {
    EXPECT_EQ(static_cast<double>(t.filtered[2 * k]), 1);
    EXPECT_EQ(probability(t, k, 0), 1);
  }
  EXPECT_EQ(static_cast<double>(t.filtered[0]), 0.5);  // all of log 2 is gained by looking back at k = 0
  EXPECT_EQ(probability(t, 0, 0), 1);
}

double value_of(const BeliefMdp& mdp, double left, std::size_t steps) {
  Belief b = initial_belief(mdp.m);
  b.posterior = {left, 1 - left};
  return mdp.value(b, steps);
}

TEST(Exercise08, WhereOneStepIsDecided) {
  const Pomdp m = noisy_tiger();
  const BeliefMdp mdp(m);
  for (const double left : {0.1, 0.9}) EXPECT_NEAR(value_of(mdp, left, 1), -1, 1e-12);
  EXPECT_EQ(value_of(mdp, 0.11, 1), -1);
  EXPECT_EQ(value_of(mdp, 0.89, 1), -1);
  EXPECT_GT(value_of(mdp, 0.91, 1), -1);
  EXPECT_GT(value_of(mdp, 0.09, 1), -1);
}

TEST(Exercise08, AnEarForWhichOneRoarIsEnough) {
  const auto looking = [](double ear) {
    const Pomdp m = noisy_tiger(ear);
    const BeliefMdp mdp(m);
    return value_of(mdp, 0.5, 2) - mdp.blind_value(m.start, 2);
  };
  EXPECT_NEAR(looking(0.9), 0, 1e-12);
  EXPECT_GT(looking(0.901), 0.05);
  EXPECT_NEAR(looking(0.92), 2.09, 1e-12);
  EXPECT_NEAR(value_of(BeliefMdp(noisy_tiger(0.92)), 0.5, 2), 0.14, 1e-12);
}

TEST(Exercise08, ThreeStepsOfAnyDiscount) {
  Pomdp m = noisy_tiger();
  const auto three = [&](double d) {
    m.discount = d;
    return value_of(BeliefMdp(m), 0.5, 3);
  };
  EXPECT_NEAR(three(1), 2.72, 1e-12);
  EXPECT_NEAR(three(0.95), -1 - 0.95 + 0.95 * 0.95 * 4.72, 1e-12);
  const double root = (1 + std::sqrt(1 + 4 * 4.72)) / (2 * 4.72);
  EXPECT_NEAR(root, 0.578, 5e-4);
  EXPECT_GT(three(root + 1e-6), 0);
  EXPECT_LT(three(root - 1e-6), 0);
}

TEST(Exercise08, WhereLookingTwiceIsWorthSomething) {
  const Pomdp m = noisy_tiger();
  const BeliefMdp mdp(m);
  const auto looking = [&](double left) {
    return value_of(mdp, left, 2) - mdp.blind_value(std::vector<double>{left, 1 - left}, 2);
  };
  EXPECT_NEAR(looking(0.5), 0, 1e-12);
  EXPECT_NEAR(looking(0.4), 0, 1e-12);
  EXPECT_NEAR(looking(0.2), 4.28, 5e-3);
}

}  // namespace
