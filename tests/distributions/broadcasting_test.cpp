// Shapes of values broadcast against those of a distribution, but never both of them on its own axes:
// distribution.h.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/mixture.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/relaxed_one_hot_categorical.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// A density of batches of any shape, and its values: all of them ones, or vectors (1/2, 1/2).
struct Density {
  const char* name;
  std::function<Var(Tape&, const Shape& batch, const Shape& values)> log_prob;
  std::function<Var(Tape&, const Shape& batch, const Shape& noise)> rsample = {};  // the sum of each event
  std::function<Var(Tape&, const Shape& q, const Shape& p)> kl = {};
};

Var ones(Tape& tape, const Shape& shape) { return tape.constant(shape, Real{1}); }
Shape pair(const Shape& batch) { return with_last_axis(batch, 2); }
Var halves(Tape& tape, const Shape& batch) { return tape.constant(pair(batch), Real(0.5)); }
Normal normal(Tape& tape, const Shape& batch) { return Normal(ones(tape, batch), ones(tape, {})); }
DiagonalNormal diagonal(Tape& tape, const Shape& batch) { return DiagonalNormal(normal(tape, pair(batch))); }
MultivariateNormal multivariate(Tape& tape, const Shape& batch) {
  return MultivariateNormal(ones(tape, pair(batch)), tape.constant({2, 2}, {1, 0, 1, 2}));
}
RelaxedOneHotCategorical relaxed(Tape& tape, const Shape& batch) {
  return RelaxedOneHotCategorical(halves(tape, batch), 1);
}

// Of `make(tape, batch)`, at `values(tape, batch)`.
template <class Make, class Values>
Density density(const char* name, Make make, Values values) {
  using D = std::invoke_result_t<Make, Tape&, const Shape&>;
  Density d{name,
            [=](Tape& t, const Shape& b, const Shape& v) { return log_prob(make(t, b), values(t, v)); }};
  if constexpr (Reparametrised<D>)
    d.rsample = [=](Tape& t, const Shape& b, const Shape& v) {
      const Var z = rsample(make(t, b), values(t, v));
      return values == halves ? sum(z, -1) : z;
    };
  if constexpr (!std::is_same_v<D, OneHotCategorical> && requires(D q) { kl_divergence(q, q); })
    d.kl = [=](Tape& t, const Shape& q, const Shape& p) { return kl_divergence(make(t, q), make(t, p)); };
  return d;
}

const std::vector<Density> densities = {
    density("Normal", normal, ones),
    density("DiagonalNormal", diagonal, halves),
    density("MultivariateNormal", multivariate, halves),
    density(
        "Bernoulli", [](Tape& t, const Shape& b) { return Bernoulli(ones(t, b)); }, ones),
    density(
        "OneHotCategorical", [](Tape& t, const Shape& b) { return OneHotCategorical(halves(t, b)); }, halves),
    density("RelaxedOneHotCategorical", relaxed, halves),
    density(
        "Mixture",
        [](Tape& t, const Shape& b) { return Mixture(Categorical(ones(t, {2})), normal(t, pair(b))); }, ones),
    density(
        "Mixture of vectors",
        [](Tape& t, const Shape& b) {
          const Normal components(ones(t, pair(pair(b))), ones(t, {}));
          return Mixture(Categorical(ones(t, {2})), DiagonalNormal(components));
        },
        halves)};

struct Case {
  Shape batch, values, result;
};

TEST(Broadcasting, OneSideMayBeStretched) {
  const Case cases[] = {
      {{}, {}, {}},
      {{3}, {3}, {3}},
      {{3}, {}, {3}},  // one value for each distribution of the batch
      {{3}, {1}, {3}},
      {{2, 1}, {1}, {2, 1}},
      {{}, {3}, {3}},   // values of one distribution
      {{1}, {3}, {3}},  // parameters that broadcast to the values
      {{1, 3}, {2, 3}, {2, 3}},
      {{3}, {2, 3}, {2, 3}},  // two values for each distribution
  };
  for (const Density& density : densities)
    for (const Case& c : cases) {
      Tape tape;
      const std::string where = density.name + (' ' + c.batch.str()) + " and values " + c.values.str();
      EXPECT_EQ(density.log_prob(tape, c.batch, c.values).shape(), c.result) << where;
      if (density.rsample) {
        EXPECT_EQ(density.rsample(tape, c.batch, c.values).shape(), c.result) << where;
      }
    }
}

// Three distributions [3,1] and three values [3] are not nine densities, and neither are [3] and [3,1].
TEST(Broadcasting, OfBothSidesIsRefused) {
  const Case cases[] = {{{3, 1}, {3}, {3, 3}},
                        {{3}, {3, 1}, {3, 3}},
                        {{3}, {2, 1}, {2, 3}},
                        {{3, 1}, {1, 2}, {3, 2}},
                        {{1, 2}, {3, 1}, {3, 2}},
                        {{1, 2}, {5, 3, 1}, {5, 3, 2}}};
  for (const Density& density : densities)
    for (const Case& c : cases)
      for (const auto& f : {density.log_prob, density.rsample}) {
        Tape tape;
        if (!f) continue;
        const std::string text = thrown<Refused>([&] { f(tape, c.batch, c.values); });
        EXPECT_NE(text.find("only one of them may be stretched"), std::string::npos) << density.name << text;
      }
}

TEST(Broadcasting, TheMessageNamesBothShapes) {
  Tape tape;
  EXPECT_SAYS(
      Refused,
      "log_prob: the distribution has shape [200,1] and x [200]: only one of them may be stretched, and "
      "[200,200] would stretch both",
      log_prob(Bernoulli(ones(tape, {200, 1})), ones(tape, {200})));
  EXPECT_SAYS(
      Refused,
      "rsample: the distribution has shape [4,1] and the noise [3]: only one of them may be stretched, and "
      "[4,3] would stretch both",
      rsample(normal(tape, {4, 1}), ones(tape, {3})));
}

TEST(Broadcasting, ADivergenceIsThatOfAllPairs) {
  for (const Density& density : densities) {
    if (!density.kl) continue;
    Tape tape;
    EXPECT_EQ(density.kl(tape, {2, 3}, {3}).shape(), Shape({2, 3})) << density.name;
    EXPECT_EQ(density.kl(tape, {3}, {2, 1}).shape(), Shape({2, 3})) << density.name;
    EXPECT_EQ(density.kl(tape, {2, 1}, {3}).shape(), Shape({2, 3})) << density.name;
  }
}

// Means and log scales that a network has computed side by side.
TEST(DiagonalNormal, FromHalvesTakesTheMeansFirst) {
  Tape tape;
  const Var outputs = tape.variable(Tensor(Shape{2, 4}, {1, 2, -1, 0, 3, 4, Real(0.5), -2}));
  const DiagonalNormal q = DiagonalNormal::from_halves(outputs);
  EXPECT_EQ(q.shape(), Shape({2, 2}));
  const Real loc[] = {1, 2, 3, 4}, log_scale[] = {-1, 0, Real(0.5), -2};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(q.element.loc.value()[i], loc[i]);
    EXPECT_EQ(q.element.log_scale.value()[i], log_scale[i]);
  }
  EXPECT_THROW(DiagonalNormal::from_halves(ones(tape, {2, 3})), Refused);
  EXPECT_THROW(DiagonalNormal::from_halves(ones(tape, {})), Refused);
}

}  // namespace
}  // namespace doxa
