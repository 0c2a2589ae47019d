// Solutions of chapter 09's exercises.

#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <tuple>

#include "doxa/models/pomdp/belief.h"
#include "noisy_tiger.h"
#include "sections.h"

namespace {

using namespace doxa;

// The largest difference between kernels of q* at histories that agree in k, a_{k-1}, o_k and, if asked, the
// belief.
double largest_difference(const Pomdp& m, std::size_t horizon, std::size_t first, bool same_belief) {
  const HistoryPolicy policy = ignoring_history({0.5, 0.3, 0.2});
  const BestCausal best = best_causal_posterior(m, policy, horizon);
  std::map<std::tuple<std::size_t, std::size_t, std::size_t, long>, std::vector<double>> seen;
  double difference = 0;
  for_each_history(m, policy, horizon, [&](const HistoryWalk& walk) {
    Belief belief = initial_belief(m);
    for (std::size_t k = 1; k <= horizon; ++k) {
      const History h = walk.history().first(k);
      update(m, belief, h.actions.back(), h.observations.back());
      if (k < first) continue;
      const long rounded = same_belief ? std::lround(1e9 * probability(belief, 0)) : 0;
      const auto kernel = best.posterior.kernel(k, history_index(m, h));
      const auto [at, fresh] = seen.try_emplace({k, h.actions.back(), h.observations.back(), rounded},
                                                kernel.begin(), kernel.end());
      for (std::size_t i = 0; i < kernel.size(); ++i)
        difference = std::max(difference, std::abs(kernel[i] - at->second[i]));
    }
  });
  return difference;
}

TEST(Exercise09, WhatTheBestCausalPosteriorLooksAt) {
  const Pomdp moving = noisy_tiger(0.85, 0.1);
  EXPECT_LT(largest_difference(moving, 4, 1, true), 1e-8);   // the belief is enough
  EXPECT_GT(largest_difference(moving, 4, 2, false), 1e-3);  // and is needed, if the tiger may move,
  EXPECT_LT(largest_difference(noisy_tiger(0.85), 4, 2, false), 1e-12);  // but not on Tiger
}

TEST(Exercise09, ListeningForEver) {
  const double c = 0.85 * 0.85 + 0.15 * 0.15, lost = (0.85 - c) * std::log(0.85 / 0.15);
  const double evidence = 0.85 * std::log(0.85) + 0.15 * std::log(0.15);
  const std::size_t horizon = 500;
  EXPECT_NEAR(evidence - tiger_formula(default_ear, 1, horizon) / static_cast<double>(horizon), lost, 2e-3);
  EXPECT_NEAR(lost, 0.182, 5e-4);
  EXPECT_NEAR(evidence - lost, -0.605, 5e-4);
}

TEST(Exercise09, AWorseEar) {
  const HistoryPolicy listening = ignoring_history({1, 0, 0});
  EXPECT_NEAR(best_causal_bound(noisy_tiger(0.75), listening, 6) / 6, -0.733, 5e-4);
  EXPECT_GT(best_causal_bound(noisy_tiger(0.85), listening, 6) / 6, -std::numbers::ln2);
  const auto later_roar = [](double p) {
    const double c = p * p + (1 - p) * (1 - p);
    return c * std::log(p) + (1 - c) * std::log(1 - p);
  };
  EXPECT_NEAR(later_roar(0.75), -0.700, 5e-4);
  EXPECT_LT(later_roar(0.76), -std::numbers::ln2);
  EXPECT_GT(later_roar(0.77), -std::numbers::ln2);
}

TEST(Exercise09, RoarsThatPayForALaterOne) {
  const auto plan = [](std::size_t before) {  // so many roars, a door, and a roar
    std::vector<double> listening(before, 1);
    listening.insert(listening.end(), {0, 1});
    return tiger_formula(default_ear, listening) + static_cast<double>(listening.size()) * std::numbers::ln2;
  };
  EXPECT_LT(plan(6), 0);
  EXPECT_GT(plan(7), 0);
  EXPECT_NEAR(plan(7), 0.368 - 0.337, 1e-3);
}

TEST(Exercise09, WhereTheReversedExpressionOvertakes) {
  const double crossing = 1 / (1 + std::sqrt(std::numbers::e));
  EXPECT_NEAR(crossing, 0.3775, 5e-5);
  const auto excess = [](double pi) {
    const double evidence = 1 - pi + pi * std::numbers::e, q = pi * std::numbers::e / evidence;
    const double forward = q * std::log(q / pi) + (1 - q) * std::log((1 - q) / (1 - pi));
    const double backward = pi * std::log(pi / q) + (1 - pi) * std::log((1 - pi) / (1 - q));
    EXPECT_NEAR(forward - backward, pi + q - 2 * std::log(evidence), 1e-14);
    return forward - backward;
  };
  EXPECT_NEAR(excess(crossing), 0, 1e-15);
  for (double pi = 0.001; pi < 1; pi += 0.001)
    if (std::abs(pi - crossing) > 1e-3) {
      EXPECT_EQ(excess(pi) > 0, pi < crossing) << pi;
    }
  EXPECT_NEAR(excess(1e-5) / 1e-5, 3 - std::numbers::e, 1e-3);
}

// max J of listening only for a model of another ear: over all roars, with a lattice of q after the first.
double listening_only(double ear, double model_ear, std::size_t horizon) {
  const auto likelihood = [](double p, std::size_t roars, std::size_t right) {
    return std::pow(p, static_cast<double>(right)) * std::pow(1 - p, static_cast<double>(roars - right));
  };
  double scores[2] = {0, 0};  // E log p(o_{1:T}|s), for the door of the first roar and the other
  for (std::size_t roars = 0; roars < std::size_t{1} << horizon; ++roars) {
    if ((roars & 1) == 0) continue;  // by symmetry: the first is a one
    const auto ones = static_cast<std::size_t>(std::popcount(roars));
    const double p = likelihood(ear, horizon, ones) + likelihood(ear, horizon, horizon - ones);
    scores[0] += p * std::log(likelihood(model_ear, horizon, ones));
    scores[1] += p * std::log(likelihood(model_ear, horizon, horizon - ones));
  }
  double best = -1e300;
  for (double q = 1e-4; q < 1; q += 1e-4)
    best = std::max(best, q * (scores[0] - std::log(2 * q)) + (1 - q) * (scores[1] - std::log(2 * (1 - q))));
  return best;
}

TEST(Exercise09, TheEarThatTheBoundPrefers) {
  const auto bound = [](double w, double eta) {
    return tiger_formula(0.85, std::vector<double>(6, w), eta) / 6;
  };
  const auto preferred = [&](double w) {
    double best = 0.5;
    for (double eta = 0.5; eta < 0.95; eta += 1e-4)
      if (bound(w, eta) > bound(w, best)) best = eta;
    return best;
  };
  for (const double eta : {0.6, 0.78, 0.85}) {
    EXPECT_NEAR(bound(1, eta), listening_only(0.85, eta, 6) / 6, 1e-5) << eta;
  }
  EXPECT_NEAR(preferred(1), 0.780, 5e-4);
  EXPECT_NEAR(bound(1, 0.780), -0.631, 5e-4);
  EXPECT_NEAR(bound(1, 0.85), -0.646, 5e-4);
  EXPECT_NEAR(preferred(0.9), 0.688, 5e-4);
  EXPECT_EQ(preferred(1.0 / 3), 0.5);
}

}  // namespace
