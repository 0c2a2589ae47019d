// Sums over ten million values: the parameters of a density that stand for all of them.

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/autograd/ops.h"
#include "doxa/distributions/categorical.h"
#include "doxa/distributions/estimators.h"
#include "doxa/distributions/normal.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

constexpr Index ten_million = 10'000'000;
constexpr double units_allowed = sizeof(Real) == 8 ? 3000 : 200;  // fewer than the square root of that

// log N(x; 0, 1) with every x = z has the derivatives n z and n (z² - 1) in loc and log scale.
TEST(LongSums, InTheParametersOfANormal) {
  const double z = Real(1.7), n = ten_million;
  for (const Shape& shape : {Shape{}, Shape{1, 2}}) {
    Tape tape;
    const Var loc = tape.variable(Tensor(shape, 0)), log_scale = tape.variable(Tensor(shape, 0));
    const Var x = tape.constant({ten_million / 2, 2}, Real(1.7));
    const double each = n / static_cast<double>(loc.size());
    tape.backward(log_prob(Normal::from_log_scale(loc, log_scale), x), Tensor(x.shape(), 1));
    EXPECT_NEAR(loc.adjoint()[0], each * z, units_allowed * unit_roundoff * each * z) << shape.str();
    EXPECT_NEAR(log_scale.adjoint()[0], each * (z * z - 1),
                units_allowed * unit_roundoff * each * (z * z + 1));
  }
}

// KL(N(m, 1) ‖ N(0, 1)) has the derivative m in m, here for one m that stands for many.
TEST(LongSums, InTheDerivativeOfADivergence) {
  const double m = Real(0.1), n = ten_million;
  Tape tape;
  const Var loc = tape.variable(Tensor(Shape{1}, Real(0.1))), scale = tape.constant({1}, Real{1});
  const Normal p(tape.constant({ten_million}, Real{0}), scale);
  tape.backward(kl_divergence(Normal(loc, scale), p), Tensor(Shape{ten_million}, 1));
  EXPECT_NEAR(loc.adjoint()[0], n * m, units_allowed * unit_roundoff * n * m);
}

// As many equal probabilities add up to 1, and their entropy is the logarithm of their number.
TEST(LongSums, OverTheValuesOfACategorical) {
  Tape tape;
  const Var p = tape.constant({1, ten_million}, Real{1} / ten_million);
  const Categorical q = Categorical::from_probs(p);
  const double expected = std::log(static_cast<double>(ten_million));
  EXPECT_NEAR(entropy(q).item(), expected, 2 * units_allowed * unit_roundoff * expected);
  EXPECT_NEAR(kl_divergence(q, Categorical(tape.constant({1, ten_million}, Real{1}))).item(), 0,
              units_allowed * unit_roundoff);
}

}  // namespace
}  // namespace doxa
