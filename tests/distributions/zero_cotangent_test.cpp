// A log-density, entropy or divergence that the loss does not depend on adds exactly 0 to every adjoint, even
// if it is NaN or infinite: missing data may be NaN, and `where` leaves it out.

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/estimators.h"
#include "doxa/distributions/mixture.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

// Leaves out all but the first number, or row.
Var first_of(Var y) {
  Tensor mask(y.shape(), Real{0});
  mask[0] = 1;
  return sum(where(mask, y, y.tape().constant(0)));
}

// -(1 - loc)²/2 + … with loc = 0 has the slope 1.
TEST(ZeroCotangent, OfTheDensityOfAMissingNumber) {
  for (const Real missing : {nan, infinity, -infinity}) {
    Tape tape;
    const Var loc = tape.variable(0), scale = tape.variable(1), x = vector(tape, {1, missing});
    tape.backward(first_of(log_prob(Normal(loc, scale), x)));
    EXPECT_EQ(loc.adjoint()[0], 1);
    EXPECT_EQ(scale.adjoint()[0], 0);  // z² - 1
    EXPECT_EQ(adjoint(x), (Numbers{-1, 0}));
  }
}

TEST(ZeroCotangent, OfTheDensityOfAMissingVector) {
  Tape tape;
  const Var loc = vector(tape, {0, 0}), factor = tape.variable(Tensor(Shape{2, 2}, {1, 0, 0, 1}));
  const Var x = tape.variable(Tensor(Shape{2, 2}, {1, 2, nan, 1}));
  tape.backward(first_of(log_prob(MultivariateNormal(loc, factor), x)));
  EXPECT_EQ(adjoint(loc), (Numbers{1, 2}));
  EXPECT_EQ(adjoint(x), (Numbers{-1, -2, 0, 0}));
  EXPECT_EQ(adjoint(factor), (Numbers{0, 0, 2, 3}));  // z zᵀ - I
}

TEST(ZeroCotangent, OfADrawWithMissingNoise) {
  Tape tape;
  const Var loc = tape.variable(2), scale = tape.variable(3), noise = vector(tape, {Real(0.5), nan});
  tape.backward(first_of(rsample(Normal(loc, scale), noise)));
  EXPECT_EQ(loc.adjoint()[0], 1);
  EXPECT_EQ(scale.adjoint()[0], Real(0.5));
  EXPECT_EQ(adjoint(noise), (Numbers{3, 0}));
}

// KL(N(m,s²)‖N(0,1)) = (s² + m² - 1)/2 - log s, and KL(N(0,1)‖N(m,s²)) in the other direction.
TEST(ZeroCotangent, OfADivergenceOfNormals) {
  for (const Real missing : {nan, infinity}) {
    Tape tape;
    const Var loc = vector(tape, {2, missing}), scale = tape.variable(3);
    const Normal q(loc, scale), p(tape.constant(0), tape.constant(1));
    tape.backward(first_of(kl_divergence(q, p)));
    EXPECT_EQ(adjoint(loc), (Numbers{2, 0}));
    EXPECT_NEAR(scale.adjoint()[0], 3 - 1 / 3.0, 8 * unit_roundoff);
    tape.backward(first_of(kl_divergence(p, q)));
    EXPECT_NEAR(loc.adjoint()[0], 2 / 9.0, unit_roundoff);
    EXPECT_EQ(loc.adjoint()[1], 0);
    EXPECT_NEAR(scale.adjoint()[0], 1 / 3.0 - 5 / 27.0, 8 * unit_roundoff);
  }
}

// log(½ N(x; 0, 1) + ½ N(x; 2, 1)) at x = 1, where both components are equally far.
TEST(ZeroCotangent, OfTheDensityOfAMixture) {
  Tape tape;
  const Var logits = vector(tape, {0, 0}), loc = vector(tape, {0, 2}), x = vector(tape, {1, nan});
  tape.backward(
      first_of(log_prob(Mixture(Categorical(logits), Normal(loc, tape.constant(Shape{2}, Real{1}))), x)));
  EXPECT_EQ(adjoint(logits), (Numbers{0, 0}));
  EXPECT_EQ(adjoint(loc), (Numbers{Real(0.5), Real(-0.5)}));
  EXPECT_EQ(adjoint(x), (Numbers{0, 0}));
}

// Row 1 of q is impossible under p, which makes the divergence infinite.
TEST(ZeroCotangent, OfAnInfiniteDivergence) {
  Tape tape;
  const Var q = tape.variable(Tensor(Shape{2, 2}, {0, 0, 0, 0}));
  const Var p = tape.variable(Tensor(Shape{2, 2}, {0, 0, 0, -infinity}));
  const Var y = kl_divergence(Categorical(q), Categorical(p));
  EXPECT_EQ(y.value()[1], infinity);
  tape.backward(first_of(y));
  EXPECT_EQ(adjoint(q), (Numbers{0, 0, 0, 0}));
  EXPECT_EQ(adjoint(p), (Numbers{0, 0, 0, 0}));
}

TEST(ZeroCotangent, OfAnImpossibleValue) {
  Tape tape;
  const Var logits = tape.variable(Tensor(Shape{2, 2}, {0, 0, 0, -infinity}));
  const Index one[] = {1, 1};
  tape.backward(first_of(log_prob(Categorical(logits), one)));
  EXPECT_EQ(adjoint(logits), (Numbers{Real(-0.5), Real(0.5), 0, 0}));
  const Var x = tape.variable(Tensor(Shape{2, 2}, {0, 1, 0, 1}));
  tape.backward(first_of(log_prob(OneHotCategorical(logits), x)));
  EXPECT_EQ(adjoint(logits), (Numbers{Real(-0.5), Real(0.5), 0, 0}));
  EXPECT_EQ(adjoint(x)[2], 0);
  EXPECT_EQ(adjoint(x)[3], 0);
}

TEST(ZeroCotangent, OfAMissingReward) {
  Tape tape;
  const Var f = vector(tape, {1, nan}), log_q = vector(tape, {-1, -2});
  Baseline none = ConstantBaseline{};
  tape.backward(first_of(score_function_surrogate(f, log_q, none)));
  EXPECT_EQ(adjoint(f), (Numbers{1, 0}));
  EXPECT_EQ(adjoint(log_q), (Numbers{1, 0}));
}

}  // namespace
}  // namespace doxa
