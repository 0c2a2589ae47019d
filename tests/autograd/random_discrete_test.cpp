// Draws of 0 or 1 and of an index, for many rows of logits at once.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "doxa/autograd/random.h"
#include "tests/support/goodness_of_fit.h"
#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

using Refused = std::invalid_argument;

// Whatever the length of a row, and where the generator's blocks begin.
TEST(CategoricalOfLogits, IsTheDrawByWeightsRowByRow) {
  for (const std::size_t k : {1u, 2u, 3u, 7u, 64u, 255u, 257u, 1500u}) {
    const std::size_t rows = k < 100 ? 1001 : 301;
    const std::vector<Real> logits = noise(rows * k, k);
    Philox one(41), many(41);
    one.discard(3);
    many.discard(3);
    std::vector<Index> draws(rows);
    many.categorical(logits, draws);
    std::vector<double> weights(k);
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < k; ++i) weights[i] = std::exp(double{logits[row * k + i]});
      EXPECT_EQ(draws[row], one.categorical(weights)) << "row " << row << " of " << k;
    }
    EXPECT_EQ(one.state(), many.state());
  }
}

TEST(CategoricalOfLogits, NeitherOverflowsNorDrawsWhatIsImpossible) {
  constexpr Real far = std::numeric_limits<Real>::max(), none = -infinity;
  const std::vector<Real> rows{none, far, none, -far, none, none, far, -far, far, 0, none, -1};
  Philox random(42);
  for (int i = 0; i < 1000; ++i) {
    std::vector<Index> draws(4);
    random.categorical(rows, draws);
    EXPECT_EQ(draws[0], 1);
    EXPECT_EQ(draws[1], 0);
    EXPECT_NE(draws[2], 1);
    EXPECT_NE(draws[3], 1);
  }
}

TEST(CategoricalOfLogits, RefusesRowsWithoutALargestLogit) {
  const auto draw = [](std::vector<Real> logits, std::size_t rows) {
    std::vector<Index> draws(rows);
    return thrown<Refused>([&] { Philox().categorical(logits, draws); });
  };
  EXPECT_EQ(draw({0, 1, -infinity, -infinity}, 2),
            "categorical: the largest logit of row 1 is -inf, expected a finite number");
  EXPECT_EQ(draw({0, infinity}, 1),
            "categorical: the largest logit of row 0 is inf, expected a finite number");
  EXPECT_NE(draw({0, nan}, 1), "nothing was thrown");
  EXPECT_EQ(draw({0, 1, 2}, 2), "categorical: 3 logits for 2 draws");
  EXPECT_NE(draw({}, 1), "nothing was thrown");
  EXPECT_EQ(draw({}, 0), "nothing was thrown");
}

TEST(BernoulliOfLogits, IsAUniformNumberBelowTheProbability) {
  const std::vector<Real> logits = noise(1001, 5);
  Philox one(43), many(43);
  std::vector<Real> draws(logits.size());
  many.bernoulli(logits, draws);
  for (std::size_t i = 0; i < logits.size(); ++i)
    EXPECT_EQ(draws[i], one.uniform() < 1 / (1 + std::exp(-double{logits[i]})) ? 1 : 0);
  EXPECT_EQ(one.state(), many.state());
  EXPECT_SAYS(Refused, "bernoulli: 1001 logits for 7 draws", many.bernoulli(logits, {draws.data(), 7}));
}

}  // namespace
}  // namespace doxa
