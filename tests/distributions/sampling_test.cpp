// Draws of every distribution, a million at a time: their distribution function, moments or frequencies
// against those that its parameters say.

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/mixture.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "tests/support/goodness_of_fit.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

constexpr Index a_million = 1'000'000;

std::vector<double> probabilities(const Categorical& q) {
  const Var p = exp(q.log_probs());
  return {p.value().begin(), p.value().end()};
}

// The frequencies of rows of indices drawn for each of `rows` categoricals.
void expect_rows(const std::vector<Index>& draws, const Var log_probs) {
  const auto k = static_cast<std::size_t>(log_probs.shape()[1]),
             rows = static_cast<std::size_t>(log_probs.shape()[0]);
  std::vector<std::vector<double>> counts(rows, std::vector<double>(k));
  for (std::size_t i = 0; i < draws.size(); ++i) counts[i % rows][static_cast<std::size_t>(draws[i])] += 1;
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<double> p;
    for (const Real l : log_probs.value().subspan(row * k, k)) p.push_back(std::exp(double{l}));
    expect_frequencies(counts[row], p);
  }
}

TEST(Sampling, ANormalHasItsDistributionFunctionAndFourMoments) {
  Tape tape;
  Philox random(51);
  const double loc = -7, scale = 0.25;  // exact in single precision
  const Normal q(tape.constant(Real(loc)), tape.constant(Real(scale)));
  const Var x = sample(q.repeated(a_million), random);
  std::vector<double> z(a_million);
  for (std::size_t i = 0; i < a_million; ++i) z[i] = (double{x.value()[i]} - loc) / scale;
  expect_standard_normal(z);
}

// A sample covariance of normal numbers has the variance (Σ_ii Σ_jj + Σ_ij²) / n.
TEST(Sampling, AMultivariateNormalHasItsMeanAndCovariance) {
  constexpr std::size_t d = 3;
  Tape tape;
  Philox random(52);
  const Var loc = tape.constant(vector({1, -20, Real(0.5)}));
  const Var factor = tape.constant({d, d}, {2, 0, 0, -1, Real(0.5), 0, Real(0.25), 3, Real(0.125)});
  const MultivariateNormal q(loc, factor);
  const Var sigma = covariance(q), x = sample(q.repeated(a_million), random);
  std::array<double, d> mean{};
  std::array<double, d * d> product{};
  for (std::size_t row = 0; row < a_million; ++row) {
    std::array<double, d> off;
    for (std::size_t i = 0; i < d; ++i) {
      off[i] = double{x.value()[row * d + i]} - double{loc.value()[i]};
      mean[i] += off[i] / a_million;
      for (std::size_t j = 0; j <= i; ++j) product[i * d + j] += off[i] * off[j] / a_million;
    }
  }
  const auto s = [&](std::size_t i, std::size_t j) { return double{sigma.value()[i * d + j]}; };
  for (std::size_t i = 0; i < d; ++i) {
    EXPECT_NEAR(mean[i], 0, 4 * std::sqrt(s(i, i) / a_million));
    for (std::size_t j = 0; j <= i; ++j)
      EXPECT_NEAR(product[i * d + j], s(i, j),
                  4 * std::sqrt((s(i, i) * s(j, j) + s(i, j) * s(i, j)) / a_million));
  }
}

TEST(Sampling, BernoullisHaveTheirFrequencies) {
  constexpr std::size_t k = 5;
  Tape tape;
  Philox random(53);
  const Bernoulli q(tape.constant(vector({-9, -1, 0, 2, 6})));
  const Var p = mean(q), x = sample(q.repeated(a_million / k), random);
  for (std::size_t i = 0; i < k; ++i) {
    double ones = 0;
    for (std::size_t row = 0; row < a_million / k; ++row) ones += double{x.value()[row * k + i]};
    expect_frequencies({a_million / k - ones, ones}, {1 - double{p.value()[i]}, p.value()[i]});
  }
}

TEST(Sampling, CategoricalsHaveTheirFrequencies) {
  Tape tape;
  Philox random(54);
  Tensor logits = (2 * normal_noise(tape, {4, 10}, random)).tensor();
  logits(1, 7) = -infinity;  // never drawn
  const Categorical q(tape.constant(logits));
  expect_rows(sample(q.repeated(a_million / 4), random), q.log_probs());
}

TEST(Sampling, OneHotCategoricalsHaveTheirFrequencies) {
  constexpr std::size_t k = 10;
  Tape tape;
  Philox random(55);
  Tensor logits = (2 * normal_noise(tape, {k}, random)).tensor();
  logits[2] = -infinity;  // never drawn
  const OneHotCategorical q(tape.constant(logits));
  const Var x = sample(q.repeated(a_million), random), counts = sum(x, 0);
  for (const Real total : sum(x, -1).value()) ASSERT_EQ(total, 1);
  expect_frequencies({counts.value().begin(), counts.value().end()}, probabilities(q.index));
}

TEST(Sampling, AMixtureOfNormalsHasItsDistributionFunction) {
  Tape tape;
  Philox random(56);
  const std::array<double, 3> w{0.25, 0.125, 0.625}, loc{-2, 0, 5}, scale{0.5, 3, 1};
  const auto constant = [&](const auto& x) {
    return tape.constant(vector({Real(x[0]), Real(x[1]), Real(x[2])}));
  };
  const Mixture q(Categorical::from_probs(constant(w)), Normal(constant(loc), constant(scale)));
  const Var x = sample(q.repeated(a_million), random);
  expect_distributed({x.value().begin(), x.value().end()}, [&](double v) {
    double total = 0;
    for (std::size_t k = 0; k < 3; ++k) total += w[k] * normal_distribution_function((v - loc[k]) / scale[k]);
    return total;
  });
}

// Those of the categorical of averaged probabilities; the one-hot vectors of a mixture are chosen whole.
TEST(Sampling, AMixtureOfCategoricalsHasItsFrequencies) {
  Tape tape;
  Philox random(57);
  const Categorical w(normal_noise(tape, {3}, random));
  const Var logits = 2 * normal_noise(tape, {2, 3, 6}, random);
  const Mixture q(w, Categorical(logits));
  const Var p = sum(reshape(softmax(w.logits), {3, 1}) * softmax(logits, -1), 1);
  expect_rows(sample(q.repeated(a_million / 2), random), log(p));
  const Mixture vectors(w, OneHotCategorical(slice(logits, 0, 0, 1)));
  const Var x = sample(vectors.repeated(a_million / 10), random), counts = sum(x, {0, 1});
  for (const Real total : sum(x, -1).value()) ASSERT_EQ(total, 1);
  const auto first = p.value().first(6);
  expect_frequencies({counts.value().begin(), counts.value().end()}, {first.begin(), first.end()});
}

}  // namespace
}  // namespace doxa
