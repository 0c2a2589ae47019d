#include "doxa/autograd/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "doxa/autograd/kernels/kernels.h"
#include "tests/support/goodness_of_fit.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

using Words = std::array<std::uint64_t, 4>;

// [rand.predef] of C++26.
TEST(Philox, The10000thWordFromTheDefaultSeedIsTheStandards) {
  Philox random;
  std::uint64_t word = 0;
  for (int i = 0; i < 10000; ++i) word = random();
  EXPECT_EQ(word, 3409172418970261260u);
}

Words block(const Words& counter, std::array<std::uint64_t, 2> key) {
  Philox random;
  random.restore({key, counter, 4});
  return {random(), random(), random(), random()};
}

// The known answers that the authors publish with their paper: zeros, ones, and the digits of π.
TEST(Philox, BlocksAreThoseOfTheAuthors) {
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  EXPECT_EQ(block({0, 0, 0, 0}, {0, 0}),
            (Words{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}));
  EXPECT_EQ(block({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}));
  EXPECT_EQ(block({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
                  {0x452821e638d01377, 0xbe5466cf34e90c6c}),
            (Words{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}));
}

TEST(Philox, DiscardingNWordsIsDrawingThem) {
  for (int before = 0; before <= 9; ++before)
    for (std::uint64_t n = 0; n <= 21; ++n) {
      Philox drawn(7), discarded(7);
      for (int i = 0; i < before; ++i) EXPECT_EQ(drawn(), discarded());
      for (std::uint64_t i = 0; i < n; ++i) drawn();
      discarded.discard(n);
      EXPECT_EQ(drawn.state(), discarded.state()) << before << " then " << n;
      for (int i = 0; i < 6; ++i) EXPECT_EQ(drawn(), discarded()) << before << " then " << n;
    }
}

TEST(Philox, DiscardingAddsUp) {
  constexpr std::uint64_t a = 0x123456789abcdef1, b = 0xfedcba9876543217;
  Philox twice(3), swapped(3);
  twice.discard(a);
  twice.discard(b);
  swapped.discard(b);
  swapped.discard(a);
  EXPECT_EQ(twice(), swapped());
}

TEST(Philox, TheCounterCarriesFromWordToWord) {
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  Philox random;
  random.restore({{1, 2}, {ones, ones, 5, 0}, 4});
  random.discard(4);
  EXPECT_EQ(random.state().counter, (Words{0, 0, 6, 0}));
  const Words next{random(), random(), random(), random()};
  EXPECT_EQ(next, block({0, 0, 6, 0}, {1, 2}));
}

TEST(Philox, GoesOnWhereItsStateWasTaken) {
  for (int before = 0; before <= 9; ++before) {
    Philox random(11, 3), other(99);
    random.discard(static_cast<std::uint64_t>(before));
    other.restore(random.state());
    EXPECT_EQ(random.state(), other.state());
    for (int i = 0; i < 9; ++i) EXPECT_EQ(random(), other()) << before;
  }
  EXPECT_THROW(Philox().restore({{0, 0}, {0, 0, 0, 0}, 5}), Refused);
}

TEST(Philox, SeedsAndStreamsDiffer) {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 30; ++seed)
    for (std::uint64_t stream = 0; stream < 30; ++stream)
      EXPECT_TRUE(first.insert(Philox(seed, stream)()).second) << seed << ' ' << stream;
}

TEST(Philox, StreamsAreUncorrelated) {
  constexpr int n = 100000;
  Philox a(1, 0), b(1, 1);
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
  EXPECT_LT(std::abs(sum / n * 12), 4 / std::sqrt(n));  // four standard errors of a correlation
}

TEST(Uniform, LiesStrictlyBetween0And1WithMean1HalfAndVarianceOneTwelfth) {
  constexpr int n = 1000000;
  Philox random(2);
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += (u - 0.5) * (u - 0.5);
  }
  EXPECT_NEAR(sum / n, 0.5, 4 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(squares / n, 1.0 / 12, 4 * std::sqrt(1.0 / 180 / n));  // Var (U - 1/2)^2 = 1/80 - 1/144
}

TEST(UniformIndex, IsUniform) {
  Philox random(3);
  for (const Index n : {1, 2, 3, 7, 64, 100}) {
    const auto cells = static_cast<std::size_t>(n);
    std::vector<double> counts(cells), probs(cells, 1.0 / static_cast<double>(n));
    for (int i = 0; i < 100000; ++i) counts.at(static_cast<std::size_t>(random.uniform_index(n))) += 1;
    expect_frequencies(counts, probs);
  }
}

// For n = 3 · 2^61, floor(word · n / 2^64) alone would give the remainders of 3 in the proportions 3 : 3 : 2.
TEST(UniformIndex, HasNoBiasWhereTheRangeIsLarge) {
  Philox random(4);
  constexpr Index n = Index{3} << 61;
  std::vector<double> remainders(3);
  for (int i = 0; i < 90000; ++i) {
    const Index k = random.uniform_index(n);
    ASSERT_GE(k, 0);
    ASSERT_LT(k, n);
    remainders[static_cast<std::size_t>(k % 3)] += 1;
  }
  expect_frequencies(remainders, {1.0 / 3, 1.0 / 3, 1.0 / 3});
}

TEST(UniformIndex, NeedsAtLeastOneIndex) {
  EXPECT_SAYS(Refused, "uniform_index: n is 0, expected at least 1", Philox().uniform_index(0));
  EXPECT_THROW(Philox().uniform_index(-4), Refused);
}

TEST(NormalDraws, HaveTheMomentsAndTheDistributionOfTheStandardNormal) {
  constexpr Index n = 1000000;
  for (const std::uint64_t seed : {5u, 6u}) {
    Philox random(seed);
    const Tensor z = normal_noise(Shape{n}, random);
    expect_standard_normal({z.span().begin(), z.span().end()});
    // The two of a pair share a radius, and are independent.
    double pairs = 0;
    for (Index i = 1; i < n; i += 2) pairs += static_cast<double>(z[i]) * static_cast<double>(z[i - 1]);
    EXPECT_NEAR(pairs / (n / 2), 0, 4 / std::sqrt(n / 2));
    std::vector<double> single(100000);
    for (double& x : single) x = random.normal();
    expect_distributed(single, normal_distribution_function);
  }
}

// Where the block of the generator ends does not show: a shorter draw is the beginning of a longer one.
TEST(NormalDraws, OfAnyLengthAreABeginningOfTheSameSequence) {
  constexpr std::size_t longest = 1030;
  std::vector<Real> all(longest);
  Philox(8).normal(all);
  for (const std::size_t n : {0u, 1u, 2u, 3u, 7u, 255u, 256u, 257u, 511u, 513u, 1029u}) {
    Philox random(8);
    std::vector<Real> some(n);
    random.normal(some);
    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin())) << n;
    Philox counted(8);
    counted.discard(2 * ((n + 1) / 2));  // two words for each pair begun
    EXPECT_EQ(random(), counted()) << n;
  }
}

TEST(CategoricalDraws, FollowTheirWeights) {
  Philox random(10);
  const std::vector<double> weights{0, 3, 1, 0, 0.5, 5.5, 0}, probs{0, 0.3, 0.1, 0, 0.05, 0.55, 0};
  for (const double unit : {1.0, 1e-300, 1e300}) {
    std::vector<double> scaled, counts(weights.size());
    for (double w : weights) scaled.push_back(w * unit);
    for (int i = 0; i < 100000; ++i) counts.at(static_cast<std::size_t>(random.categorical(scaled))) += 1;
    expect_frequencies(counts, probs);  // and never an index of weight zero
  }
}

TEST(CategoricalDraws, OfTheOnlyPossibleIndexAreThatIndex) {
  Philox random(11);
  for (std::size_t k = 0; k < 5; ++k) {
    std::vector<double> weights(5);
    weights[k] = 1e-310;
    for (int i = 0; i < 100; ++i) EXPECT_EQ(random.categorical(weights), static_cast<Index>(k));
  }
}

TEST(CategoricalDraws, RefuseWeightsThatAreNone) {
  const auto draw = [](std::vector<double> weights) { Philox().categorical(weights); };
  EXPECT_THROW(draw({1, -0.5}), Refused);
  EXPECT_THROW(draw({1, std::nan("")}), Refused);
  EXPECT_THROW(draw({1, INFINITY}), Refused);
  EXPECT_SAYS(Refused, "categorical: all weights are zero", draw({0, 0}));
  EXPECT_THROW(draw({}), Refused);
  EXPECT_THROW(draw({1e308, 1e308}), Refused);  // their sum is not a number that u could be a share of
}

TEST(Permutation, ContainsEveryIndexOnce) {
  Philox random(12);
  for (const Index n : {0, 1, 2, 10, 1000}) {
    std::vector<Index> order = random.permutation(n);
    std::sort(order.begin(), order.end());
    ASSERT_EQ(static_cast<Index>(order.size()), n);
    for (Index i = 0; i < n; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  }
}

TEST(Permutation, IsUniformOverTheSixOfThree) {
  Philox random(14);
  std::map<std::vector<Index>, double> seen;
  for (int i = 0; i < 60000; ++i) seen[random.permutation(3)] += 1;
  std::vector<double> counts;
  for (const auto& [order, count] : seen) counts.push_back(count);
  ASSERT_EQ(counts.size(), 6u);
  expect_frequencies(counts, std::vector<double>(6, 1.0 / 6));
}

TEST(Permutation, RefusesANegativeLength) { EXPECT_THROW(Philox().permutation(-1), Refused); }

TEST(NormalDraws, AreTheSameBitsFromEverySet) {
  Philox random(5);
  for (const Index pairs : {0, 1, 7, 8, 100}) {
    std::vector<std::uint64_t> words(static_cast<std::size_t>(2 * pairs));
    for (std::uint64_t& word : words) word = random();
    std::vector<Real> expected(words.size()), drawn(words.size());
    available_kernels().front()->box_muller(pairs, words.data(), expected.data());
    for (const Kernels* set : available_kernels()) {
      set->box_muller(pairs, words.data(), drawn.data());
      EXPECT_EQ(drawn, expected) << set->name;
    }
  }
}

// One draw at a time is a cosine of two words; many at once are pairs.
TEST(NormalDraws, ManyAtOnceAreTheSequenceOfPairs) {
  for (const std::size_t n : {1u, 2u, 5u, 256u, 257u, 1000u}) {
    Philox one(9), many(9);
    one.discard(3);
    many.discard(3);
    std::vector<Real> draws(n);
    many.normal(draws);
    for (std::size_t i = 0; i < n; i += 2) EXPECT_EQ(draws[i], static_cast<Real>(one.normal()));
    EXPECT_EQ(one.state(), many.state());
  }
}

}  // namespace
}  // namespace doxa
