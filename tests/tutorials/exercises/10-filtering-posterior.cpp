// Solutions of chapter 10's exercises, and what its page works out by hand.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "doxa/models/beliefs/memory_score.h"
#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/causal_posterior.h"
#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/filtering_bound.h"
#include "doxa/models/pomdp/simulate.h"
#include "sections.h"

namespace {

using namespace doxa;

double xlogx(double x) { return x * std::log(x); }
double entropy(double p) { return -xlogx(p) - xlogx(1 - p); }

// KL between two distributions over two outcomes, given by the first's probability.
double kl(double p, double q) { return p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q)); }

// By how much E_q[log p(o | s)] - KL(p ‖ q) exceeds the log-evidence at the exact posterior.
double excess_of_reversed(double prior, double likelihood, double other_likelihood) {
  const double evidence = prior * likelihood + (1 - prior) * other_likelihood;
  const double posterior = prior * likelihood / evidence;
  return kl(posterior, prior) - kl(prior, posterior);
}

TEST(Exercise10, ReversedDivergence) {
  EXPECT_NEAR(excess_of_reversed(0.5, 0.85, 0.15), -0.066, 5e-4);
  EXPECT_NEAR(excess_of_reversed(0.85, 0.85, 0.15), -0.049, 5e-4);
  EXPECT_NEAR(excess_of_reversed(0.85, 0.15, 0.85), 0.066, 5e-4);  // above the evidence
  // After n roars on one side the next is of that side with probability `agree`. On average the excess is negative.
  const auto average = [](int n) {
    const double b = 1 / (1 + std::pow(15.0 / 85, n)), agree = 0.85 * b + 0.15 * (1 - b);
    return agree * excess_of_reversed(b, 0.85, 0.15) + (1 - agree) * excess_of_reversed(b, 0.15, 0.85);
  };
  EXPECT_NEAR(average(1), -0.020, 6e-4);
  EXPECT_NEAR(average(2), -0.001, 5e-4);
  for (int n = 0; n < 8; ++n) EXPECT_LT(average(n), 0) << n;
  EXPECT_NEAR(excess_of_reversed(0.95, 0.01, 0.9), 0.549, 5e-4);
}

TEST(Exercise10, TheTrueModelIsWorthLessThanNoMemory) {
  const Pomdp tiger = read_pomdp(DOXA_POMDP_DIR "/tiger.pomdp");
  const std::size_t horizon = 6;
  const auto worth = [&](double listening) {
    const double door = (1 - listening) / 2;
    return best_causal_bound(tiger, ignoring_history({listening, door, door}), horizon) / horizon;
  };
  EXPECT_NEAR(worth(0.9), -0.734, 5e-4);
  EXPECT_LT(worth(0.9), -std::numbers::ln2);

  EXPECT_GT(worth(1), -std::numbers::ln2);
}

TEST(Exercise10, ATigerPlacedLate) {
  const Pomdp tiger = read_pomdp(DOXA_POMDP_DIR "/tiger.pomdp");
  const std::size_t horizon = 6;
  const HistoryPolicy often = ignoring_history({0.9, 0.05, 0.05}), always = ignoring_history({1, 0, 0});
  const auto best = [&](const Pomdp& m, const HistoryPolicy& policy) {
    return best_causal_bound(m, policy, horizon) / horizon;
  };
  EXPECT_NEAR(expected_log_evidence(tiger_placed_late(), often, horizon),
              expected_log_evidence(tiger, often, horizon), 1e-12);
  EXPECT_NEAR(best(tiger_placed_late(), often), -0.664, 5e-4);
  EXPECT_GT(best(tiger_placed_late(), often), -std::numbers::ln2);
  EXPECT_NEAR(best(tiger_placed_late(), always), best(tiger, always), 1e-12);
  EXPECT_NEAR(best(tiger, always), -0.646, 5e-4);
}

TEST(Exercise10, ARecordLosesNothing) {
  const Pomdp tiger = read_pomdp(DOXA_POMDP_DIR "/tiger.pomdp");
  const HistoryPolicy often = ignoring_history({0.9, 0.05, 0.05});
  const int horizon = 3;  // a bound over all histories, with 15 states
  const double evidence = expected_log_evidence(tiger, often, horizon);
  const Pomdp record = record_of_roars(horizon);
  EXPECT_NEAR(expected_log_evidence(record, often, horizon), evidence, 1e-12);
  EXPECT_NEAR(best_causal_bound(record, often, horizon), evidence, 1e-12);
  EXPECT_LT(best_causal_bound(tiger, often, horizon), evidence - 0.1);
}

// Listening only, under the model with the tiger on the left: the net count of growls on the left is a random
// walk, and the predictive probability is a function of it.
double exact_listening(int horizon) {
  std::vector<double> walk(static_cast<std::size_t>(2 * horizon + 1), 0.0);  // of the net count + horizon
  walk[static_cast<std::size_t>(horizon)] = 1;
  double nats = 0;
  for (int k = 0; k < horizon; ++k) {
    std::vector<double> next(walk.size(), 0.0);
    for (std::size_t i = 0; i < walk.size(); ++i) {
      if (walk[i] == 0) continue;
      const double b = 1 / (1 + std::pow(15.0 / 85, static_cast<double>(i) - horizon)),
                   p = 0.85 * b + 0.15 * (1 - b);
      nats -= walk[i] * (0.85 * std::log(p) + 0.15 * std::log(1 - p));
      next[i + 1] += 0.85 * walk[i];
      next[i - 1] += 0.15 * walk[i];
    }
    walk = next;
  }
  return nats / horizon;
}

TEST(Exercise10, ListeningOnly) {
  const double last = (std::numbers::ln2 + 31 * entropy(0.85 * 0.85 + 0.15 * 0.15)) / 32,
               exact = exact_listening(32);
  EXPECT_NEAR(last, 0.572, 5e-4);
  EXPECT_NEAR(exact, 0.444, 5e-4);

  // The same from simulated episodes, as the chapter computes it.
  const Pomdp tiger = read_pomdp(DOXA_POMDP_DIR "/tiger.pomdp");
  const std::vector<double> policy{1, 0, 0};
  Philox random(1);
  const std::vector<Trajectory> episodes = simulate(tiger, policy, 32, 500, random);
  const MeanEstimate simulated_exact = estimate_mean(exact_nll(tiger, episodes)),
                     simulated_last =
                         estimate_mean(last_nll(count_last_observation(tiger, policy, 32, random), episodes));
  EXPECT_NEAR(simulated_exact.mean, exact, 4 * simulated_exact.standard_error);
  EXPECT_NEAR(simulated_last.mean, last, 4 * simulated_last.standard_error);
}

TEST(Exercise10, SamplesOfTheBelief) {
  // log ½ less the expected logarithm of the average over N samples of a belief of ½ on each side.
  const auto cost = [](int n) {
    double expected = 0;
    for (int j = 0; j <= n; ++j) {
      const double weight =
          std::exp(std::lgamma(n + 1) - std::lgamma(j + 1) - std::lgamma(n - j + 1)) * std::pow(0.5, n);
      const double p = (0.85 * j + 0.15 * (n - j)) / n;
      expected += weight * (std::log(p) + std::log(1 - p)) / 2;
    }
    return -std::numbers::ln2 - expected;
  };
  EXPECT_NEAR(cost(128), 0.0019, 5e-5);
  for (const int n : {128, 256, 1024}) EXPECT_NEAR(cost(n) * n, 0.245, 6.0 / n);
}

// Two numbers between which E log(1 + e^{-2ds}) lies, s ~ N(d, 1): the series log(1 + e^{-x}) = max(-x, 0) +
// Σ_n ±e^{-n|x|}/n, integrated term by term. With Q the upper tail and A_n = e^{2n(n-1)d²} Q((2n-1)d) it is
//     2d(φ(d) - d Q(d)) + Q(d) + Σ_{n≥2} (-1)^n A_n / (n(n-1)),  whose terms alternate and fall.
std::pair<double, double> by_series(double d, int terms) {
  const auto tail = [](double x) { return std::erfc(x / std::numbers::sqrt2) / 2; };
  const double density = std::exp(-d * d / 2) / std::sqrt(2 * std::numbers::pi);
  double sum = 2 * d * (density - d * tail(d)) + tail(d), before = sum;
  for (int n = 2; n <= terms; ++n) {
    before = sum;
    sum +=
        (n % 2 == 0 ? 1 : -1) * std::exp(2.0 * n * (n - 1) * d * d) * tail((2 * n - 1) * d) / (n * (n - 1));
  }
  return std::minmax(before, sum);
}

TEST(RoarInANormal, CostsMoreThanItBrings) {
  double before = 0;
  for (double d = 0.1; d < 8; d += 0.1) {
    const PriceOfARoar price = price_of_a_roar(d);
    const double loss = price.costs - price.brings;
    EXPECT_GT(loss, before) << d;  // and the farther apart, the more
    EXPECT_NEAR(loss, price.missed, 1e-13) << d;
    before = loss;
  }
  for (const double d : {0.5, 1.0, 1.27, 1.5}) {
    const auto [least, most] = by_series(d, 12);
    const double brings = price_of_a_roar(d).brings;
    EXPECT_LE(std::numbers::ln2 - most, brings) << d;
    EXPECT_GE(std::numbers::ln2 - least, brings) << d;
    EXPECT_LT(most - least, 3e-4) << d;  // so that three digits of the table are worked out twice
  }
  // Of a vague roar all but d⁸/12 comes back: the fourth cumulant of the two humps is -2d⁴, and to lowest
  // order such a divergence is κ₄²/48. A sharp one brings log 2 and no more.
  const PriceOfARoar vague = price_of_a_roar(0.1), sharp = price_of_a_roar(8);
  EXPECT_NEAR(12 * vague.missed / std::pow(0.1, 8), 1, 0.05);
  EXPECT_NEAR(sharp.brings, std::numbers::ln2, 1e-12);
  EXPECT_NEAR(sharp.costs, std::log(65) / 2, 1e-12);
}

// KL(N(±d, 1) ‖ N(mean, variance)), the average of both.
double cost_of_both(double d, double mean, double variance) {
  return (std::log(variance) + (1 + d * d + mean * mean) / variance - 1) / 2;
}

TEST(RoarInANormal, NoOtherNormalForeseesItBetter) {
  for (const double d : {0.5, 1.27, 3.0}) {
    const double least = price_of_a_roar(d).costs;
    EXPECT_NEAR(least, cost_of_both(d, 0, 1 + d * d), 1e-14) << d;
    for (const double mean : {-0.1, 0.0, 0.1})
      for (const double scale : {0.9, 1.0, 1.1})
        if (mean != 0 || scale != 1) {
          EXPECT_GT(cost_of_both(d, mean, scale * (1 + d * d)), least) << d;
        }
  }
}

TEST(RoarInANormal, LaterRoarsRepayIt) {
  const PriceOfARoar blurred = price_of_a_roar(1.27), sharp = price_of_a_roar(3);
  EXPECT_NEAR(blurred.costs, 0.4802, 5e-5);
  EXPECT_GT(blurred.later, blurred.missed);
  const double roars = (sharp.missed - blurred.missed) / (sharp.later - blurred.later);
  EXPECT_GT(roars, 11);
  EXPECT_LT(roars, 12);
  // A roar that is surely read foretells a later one by all that memory is worth there.
  EXPECT_NEAR(price_of_a_roar(12).later, std::numbers::ln2 - entropy(0.745), 1e-9);
  // One that is pure chance, nothing.
  EXPECT_NEAR(price_of_a_roar(0).later, 0, 1e-12);
}

TEST(WeightedDraws, GiveTheEvidenceWhateverQIs) {
  for (const double q : {0.05, 0.5, 0.85, 0.95}) {
    const double left = 0.5 * 0.85 / q, right = 0.5 * 0.15 / (1 - q), mean = q * left + (1 - q) * right;
    EXPECT_NEAR(mean, 0.5, 1e-14);
    EXPECT_NEAR(q * left / mean, 0.85, 1e-14);  // the weights turn draws of q into the belief
    const double bound = q * std::log(left) + (1 - q) * std::log(right);
    EXPECT_NEAR(bound, std::log(0.5) - kl(q, 0.85), 1e-14);
    if (q == 0.95) {
      EXPECT_NEAR(left, 0.447, 5e-4);
      EXPECT_NEAR(bound, -0.744, 5e-4);
    }
  }
}

}  // namespace
