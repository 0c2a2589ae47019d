// The latent of the recurrent state-space model: its two families by enumeration, by the distributions they
// are made of, and by the frequencies of their draws.

#include "doxa/models/beliefs/rssm_latent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>

#include "doxa/distributions/normal.h"
#include "rssm_paths.h"
#include "tests/support/goodness_of_fit.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

CategoricalLatent categorical(Index groups, Index classes, Real mixing = Real(0.01)) {
  return {.groups = groups, .classes = classes, .uniform_mixing = mixing};
}

// p_c of each group in double: (1 - m) softmax + m / classes.
std::vector<double> mixed(const CategoricalLatent& latent, const Tensor& logits, Index row = 0) {
  std::vector<double> all;
  for (Index g = 0; g < latent.groups; ++g) {
    std::vector<double> p;
    double sum = 0;
    for (Index c = 0; c < latent.classes; ++c)
      sum += p.emplace_back(std::exp(double(logits[(row * latent.groups + g) * latent.classes + c])));
    for (const double x : p)
      all.push_back((1 - double(latent.uniform_mixing)) * x / sum +
                    double(latent.uniform_mixing) / double(latent.classes));
  }
  return all;
}

// Over all V = classes^groups values: probabilities sum to 1, and KL is Σ q log(q/p).
TEST(RssmLatent, LogProbAndDivergenceOfCategoricalsAreSumsOverAllValues) {
  Philox random(2);
  for (const CategoricalLatent& latent : {categorical(1, 3), categorical(2, 2), categorical(3, 4, 0)}) {
    Tape tape;
    const Tensor values = RssmPaths::all_values(latent);
    const Index count = values.shape()[0];
    const std::vector<Index> repeated(static_cast<std::size_t>(count), 0);
    const Var q = tape.constant(normal_noise({1, latent_parameters(latent)}, random)),
              p = tape.constant(normal_noise({1, latent_parameters(latent)}, random)),
              z = tape.constant(values);
    const Tensor log_q = log_prob(latent, take(q, repeated), z).tensor(),
                 log_p = log_prob(latent, take(p, repeated), z).tensor();
    const std::vector<double> of_q = mixed(latent, q.tensor());
    double total = 0, kl = 0;
    for (Index v = 0; v < count; ++v) {
      double expected = 0;
      for (Index i = 0; i < latent_size(latent); ++i)
        if (values[v * latent_size(latent) + i] == 1) expected += std::log(of_q[static_cast<std::size_t>(i)]);
      EXPECT_NEAR(log_q[v], expected, 50 * unit_roundoff);
      total += std::exp(double(log_q[v]));
      kl += std::exp(double(log_q[v])) * (double(log_q[v]) - double(log_p[v]));
    }
    EXPECT_NEAR(total, 1, 50 * unit_roundoff);
    EXPECT_NEAR(kl_divergence(latent, q, p).tensor()[0], kl, 50 * unit_roundoff);
  }
}

// μ comes first, log σ after it: the closed forms of a normal distribution, coordinate by coordinate.
TEST(RssmLatent, LogProbAndDivergenceOfGaussiansAreThoseOfTheirCoordinates) {
  Philox random(3);
  const RssmLatent latent = GaussianLatent{3};
  Tape tape;
  const Tensor q = normal_noise({4, 6}, random), p = normal_noise({4, 6}, random),
               s = normal_noise({4, 3}, random);
  const Tensor log_q = log_prob(latent, tape.constant(q), tape.constant(s)).tensor(),
               kl = kl_divergence(latent, tape.constant(q), tape.constant(p)).tensor();
  for (Index row = 0; row < 4; ++row) {
    double expected_log_q = 0, expected_kl = 0;
    for (Index i = 0; i < 3; ++i) {
      const double m = q(row, i), log_a = q(row, 3 + i), n = p(row, i), log_b = p(row, 3 + i),
                   z = (double(s(row, i)) - m) / std::exp(log_a);
      expected_log_q += -0.5 * z * z - log_a - 0.5 * std::log(2 * std::numbers::pi);
      expected_kl +=
          log_b - log_a + (std::exp(2 * log_a) + (m - n) * (m - n)) / (2 * std::exp(2 * log_b)) - 0.5;
    }
    EXPECT_NEAR(log_q[row], expected_log_q, 50 * unit_roundoff * (1 + std::abs(expected_log_q)));
    EXPECT_NEAR(kl[row], expected_kl, 50 * unit_roundoff * (1 + expected_kl));
  }
}

// m bounds every probability from below by m / classes, and so every log-ratio by log(classes / m).
TEST(RssmLatent, MixingBoundsEveryProbability) {
  const CategoricalLatent latent = categorical(1, 4, Real(0.04)), none = categorical(1, 4, 0);
  Tape tape;
  const Var q = tape.constant({4, 4}, {60, 0, 0, 0, 60, 0, 0, 0, 60, 0, 0, 0, 60, 0, 0, 0});
  const Var p = tape.constant({4, 4}, {0, 60, 0, 0, 0, 60, 0, 0, 0, 60, 0, 0, 0, 60, 0, 0});
  const Tensor log_p = log_prob(latent, q, tape.constant(RssmPaths::all_values(latent))).tensor();
  double sum = 0;
  for (Index c = 0; c < 4; ++c) {
    EXPECT_NEAR(std::exp(double(log_p[c])), c == 0 ? 0.97 : 0.01, 10 * unit_roundoff);
    sum += std::exp(double(log_p[c]));
  }
  EXPECT_NEAR(sum, 1, 10 * unit_roundoff);
  EXPECT_NEAR(kl_divergence(latent, q, p).tensor()[0], 0.96 * std::log(97), 100 * unit_roundoff);
  EXPECT_NEAR(kl_divergence(none, q, p).tensor()[0], 60, 100 * unit_roundoff);
}

// Pearson's χ² of 10⁵ draws of 5 classes: P(χ²_4 > 23.5) = 10⁻⁴. In sample() n rows depend on each
// other; only one of each n is counted, so that the draws are independent.
TEST(RssmLatent, DrawsOfEachRowAreDistributedAsTheyShould) {
  const CategoricalLatent latent = categorical(2, 5);
  constexpr Index draws = 100'000;
  Philox random(4);
  const Tensor logits = normal_noise({1, 10}, random);
  const std::vector<double> p = mixed(latent, logits);
  for (const Index n : {0, 1, 3}) {  // 0: rsample
    const Index per_draw = std::max<Index>(n, 1);
    Tape tape;
    const Var rows = take(tape.constant(logits), std::vector<Index>(std::size_t(draws * per_draw), 0));
    const Tensor s = (n == 0 ? rsample(latent, rows, random) : sample(latent, rows, n, random)).tensor();
    std::vector<double> count(10, 0.0);
    for (Index i = 0; i < draws; ++i)
      for (Index c = 0; c < 10; ++c)
        count[static_cast<std::size_t>(c)] += double(s((i + 1) * per_draw - 1, c));
    for (const std::size_t g : {0u, 1u})
      EXPECT_LT(chi_squared(std::span(count).subspan(5 * g, 5), std::span(p).subspan(5 * g, 5)), 23.5)
          << "group " << g << ", n " << n;
  }
}

// Groups are independent of each other, also where each is spread evenly: the joint frequencies of 3 × 3
// classes are products.
TEST(RssmLatent, DrawsOfGroupsAreIndependent) {
  const CategoricalLatent latent = categorical(2, 3);
  constexpr Index draws = 100'000, n = 8;
  Philox random(5);
  const Tensor logits = normal_noise({1, 6}, random);
  const std::vector<double> p = mixed(latent, logits);
  Tape tape;
  const Var rows = take(tape.constant(logits), std::vector<Index>(std::size_t(draws * n), 0));
  const Tensor s = sample(latent, rows, n, random).tensor();
  std::vector<double> counts, products;
  for (Index a = 0; a < 3; ++a)
    for (Index b = 3; b < 6; ++b) {
      products.push_back(p[std::size_t(a)] * p[std::size_t(b)]);
      double& count = counts.emplace_back();
      for (Index i = 0; i < draws; ++i) count += double(s(i * n, a) * s(i * n, b));
    }
  EXPECT_LT(chi_squared(counts, products), 31.8);  // P(χ²_8 > 31.8) = 10⁻⁴
}

// Kitagawa: of n rows of the same distribution, ⌊n p⌋ or ⌈n p⌉ are of a class; also of the last, fewer rows.
TEST(RssmLatent, DrawsSideBySideAreSpreadEvenly) {
  const CategoricalLatent latent = categorical(2, 5);
  Philox random(6);
  for (int trial = 0; trial < 50; ++trial) {
    const Tensor logits = normal_noise({1, 10}, random);
    const std::vector<double> p = mixed(latent, logits);
    Tape tape;
    const Var rows = take(tape.constant(logits), std::vector<Index>(40, 0));
    const Tensor s = sample(latent, rows, 16, random).tensor();
    for (const auto& [first, n] : {std::pair<Index, Index>{0, 16}, {16, 16}, {32, 8}})
      for (Index c = 0; c < 10; ++c) {
        double count = 0;
        for (Index i = first; i < first + n; ++i) count += double(s(i, c));
        EXPECT_LT(std::abs(count - double(n) * p[std::size_t(c)]), 1 + 100 * unit_roundoff) << "class " << c;
      }
  }
}

TEST(RssmLatent, DrawsOfGaussiansHaveTheirMoments) {
  const RssmLatent latent = GaussianLatent{2};
  constexpr Index draws = 100'000;
  Philox random(7);
  Tape tape;
  const Tensor parameters({1, 4}, {Real(0.5), -2, Real(0.3), -1});
  const Var rows = take(tape.constant(parameters), std::vector<Index>(std::size_t(draws), 0));
  for (const bool on_path : {true, false}) {
    const Tensor s = (on_path ? rsample(latent, rows, random) : sample(latent, rows, 4, random)).tensor();
    for (Index i = 0; i < 2; ++i) {
      const double loc = parameters(0, i), scale = std::exp(double(parameters(0, 2 + i)));
      std::vector<double> z;
      for (Index row = 0; row < draws; ++row) z.push_back((double(s(row, i)) - loc) / scale);
      expect_standard_normal(z);
    }
  }
}

TEST(RssmLatent, SampleHasNoGradientAndRsampleHas) {
  for (const RssmLatent& latent : {RssmLatent(categorical(1, 3)), RssmLatent(GaussianLatent{3})}) {
    Philox random(8);
    Tape tape;
    const Var x = tape.variable(normal_noise({2, latent_parameters(latent)}, random));
    EXPECT_FALSE(sample(latent, x, 2, random).needs_gradient());
    EXPECT_TRUE(rsample(latent, x, random).needs_gradient());
  }
}

TEST(RssmLatent, NamesTheShapesItRefuses) {
  Tape tape;
  Philox random(9);
  const auto of = [&](Index rows, Index columns) { return tape.constant({rows, columns}, Real{0}); };
  for (const RssmLatent& latent : {RssmLatent(categorical(2, 3)), RssmLatent(GaussianLatent{3})}) {
    const std::string expected = "[rows,6], got [2,5]";
    for (const std::string& text :
         {thrown<Refused>([&] { rsample(latent, of(2, 5), random); }),
          thrown<Refused>([&] { sample(latent, of(2, 5), 2, random); }),
          thrown<Refused>([&] { kl_divergence(latent, of(2, 5), of(2, 6)); }),
          thrown<Refused>([&] { kl_divergence(latent, of(2, 6), of(2, 5)); }),
          thrown<Refused>([&] { log_prob(latent, of(2, 5), of(2, latent_size(latent))); })})
      EXPECT_NE(text.find(expected), std::string::npos) << text;
    // Nothing is broadcast: each row is a distribution with its own draw.
    const std::string rows = thrown<Refused>([&] { kl_divergence(latent, of(2, 6), of(1, 6)); });
    EXPECT_NE(rows.find("[2,6] and [1,6]"), std::string::npos) << rows;
    const std::string draws =
        thrown<Refused>([&] { log_prob(latent, of(2, 6), of(1, 2 * latent_size(latent))); });
    EXPECT_NE(draws.find("[1," + std::to_string(2 * latent_size(latent)) + "]"), std::string::npos) << draws;
    EXPECT_THROW(log_prob(latent, of(2, 6), of(1, latent_size(latent))), Refused);
    EXPECT_THROW(sample(latent, of(2, 6), 0, random), Refused);
  }
}

}  // namespace
}  // namespace doxa::testing
