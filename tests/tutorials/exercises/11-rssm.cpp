// Solutions of chapter 11's exercises.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "doxa/models/beliefs/rssm.h"
#include "doxa/models/beliefs/rssm_bound.h"
#include "support/results.h"

namespace {

using namespace doxa;

// Tiger, listening only, the tiger on the left: what is lost a step, in nats, by a memory that counts roars
// on the left less those on the right only up to ±most.
double lost_by_counting_up_to(int most, int horizon) {
  const auto predictive = [](int count) {
    const double b = 1 / (1 + std::pow(15.0 / 85, count));
    return 0.85 * b + 0.15 * (1 - b);
  };
  std::map<std::pair<int, int>, double> walk{{{0, 0}, 1.0}};  // the count, and the one that is remembered
  double lost = 0;
  for (int k = 0; k < horizon; ++k) {
    std::map<std::pair<int, int>, double> next;
    for (const auto& [counts, weight] : walk) {
      const double p = predictive(counts.first), q = predictive(counts.second);
      lost += weight * (0.85 * std::log(p / q) + 0.15 * std::log((1 - p) / (1 - q)));
      for (const int roar : {1, -1})
        next[{counts.first + roar, std::clamp(counts.second + roar, -most, most)}] +=
            weight * (roar > 0 ? 0.85 : 0.15);
    }
    walk = std::move(next);
  }
  return lost / horizon;
}

TEST(Exercise11, CountingRoars) {
  EXPECT_NEAR(lost_by_counting_up_to(1, 32), 0.074, 5e-4);
  EXPECT_NEAR(lost_by_counting_up_to(2, 32), 0.013, 5e-4);
  EXPECT_NEAR(lost_by_counting_up_to(3, 32), 0.0021, 5e-5);
  EXPECT_NEAR(lost_by_counting_up_to(4, 32), 0.0003, 5e-5);
  EXPECT_EQ(lost_by_counting_up_to(32, 32), 0);
}

TEST(Exercise11, SamplesOfACode) {
  // Outcome o with probability p_o; N independent codes; -E log(share of the samples that is o) - entropy,
  // for two outcomes. No sample at all (j = 0) is -infinity and has a probability above 0, so that the mean is
  // -infinity for every n: what is summed here is the mean without those draws.
  const auto cost = [](double p, int n) {
    double lost = 0;
    for (const double q : {p, 1 - p})
      for (int j = 1; j <= n; ++j) {
        const double weight = std::exp(std::lgamma(n + 1) - std::lgamma(j + 1) - std::lgamma(n - j + 1) +
                                       j * std::log(q) + (n - j) * std::log1p(-q));
        lost -= q * weight * (std::log(static_cast<double>(j) / n) - std::log(q));
      }
    return lost;
  };
  for (const double p : {0.5, 0.7}) EXPECT_NEAR(cost(p, 64), 1.0 / 128, 4e-4) << cost(p, 64);
  EXPECT_NEAR(cost(0.85, 64), 1.0 / 128, 7e-4);
  EXPECT_NEAR(cost(0.5, 1024), 1.0 / 2048, 1e-6);
  EXPECT_NEAR(1 / std::pow(0.85, 64), 33'000, 500);  // one time in so many, no sample is what is seen
}

// The norm of the gradient by each part of a small model with a categorical latent and a summary of
// observations, so that the divergence reaches the posterior and the prior by no other way than its own two
// arguments: of the loss less that of the likelihood alone.
std::map<std::string, double> norms_of_divergence(const RssmObjective& objective) {
  const RssmSettings settings{.actions = 2,
                              .observations = 3,
                              .hidden = 4,
                              .summary = RssmSettings::Summary::observations,
                              .latent = CategoricalLatent{}};
  Philox initial(1);
  Rssm model(settings, initial);
  std::vector<Trajectory> seen(4);
  for (std::size_t i = 0; i < seen.size(); ++i)
    for (std::size_t k = 0; k < 5; ++k) {
      seen[i].actions.push_back(k % 2);
      seen[i].observations.push_back((i + k) % 3);
    }
  const Episodes e = episodes(seen);
  const auto gradient = [&](const RssmObjective& o) {
    std::map<std::string, std::vector<double>> of;
    Tape tape;
    Philox noise(2);
    for (Parameter* p : parameters(model)) p->gradient = Tensor(p->value.shape());
    tape.backward(rssm_loss(tape, model, e, o, noise).loss);
    for (Parameter* p : parameters(model))
      for (const Real g : p->gradient.span())
        of[p->name.substr(0, p->name.find('/'))].push_back(static_cast<double>(g));
    return of;
  };
  RssmObjective likelihood = objective;
  likelihood.kl_weight = 0;
  const auto with = gradient(objective), without = gradient(likelihood);
  std::map<std::string, double> norms;
  for (const auto& [part, g] : with) {
    double sum = 0;
    for (std::size_t i = 0; i < g.size(); ++i) sum += std::pow(g[i] - without.at(part)[i], 2);
    norms[part] = std::sqrt(sum);
  }
  return norms;
}

TEST(Exercise11, WhoMoves) {
  const auto none = norms_of_divergence({.kl_balance = Real(0)}),
             some = norms_of_divergence({.kl_balance = Real(0.95)}),
             all = norms_of_divergence({.kl_balance = Real(1)});
  EXPECT_EQ(none.at("prior"), 0);
  EXPECT_EQ(all.at("posterior"), 0);
  EXPECT_GT(none.at("posterior"), 0);
  const double u = std::numeric_limits<Real>::epsilon() / 2;
  EXPECT_NEAR(some.at("prior") / all.at("prior"), 0.95, 1e5 * u);
  EXPECT_NEAR(some.at("posterior") / none.at("posterior"), 0.05, 1e5 * u);
}

TEST(Exercise11, FreeNats) {
  const auto above = norms_of_divergence({.free_nats = Real(10)}),
             below = norms_of_divergence({.free_nats = 0});
  EXPECT_EQ(above.at("prior"), 0);
  EXPECT_EQ(above.at("posterior"), 0);
  EXPECT_GT(below.at("prior"), 0);
  // A code may rest once its prior is within f of the observations' surprise. The score of such a prior:
  const auto chapter = support::read_results(std::filesystem::path(DOXA_RESULTS));
  const double last = std::get<double>(chapter.at("last_nll")),
               exact = std::get<double>(chapter.at("exact_nll"));
  EXPECT_NEAR((last - 0.6) / (last - exact), 0.02, 0.005);
  EXPECT_LT(0.5, exact);
}

}  // namespace
