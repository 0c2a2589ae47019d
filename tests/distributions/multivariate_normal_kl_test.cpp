#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "tests/support/random_gaussians.h"

namespace doxa {
namespace {

TEST(MultivariateNormalKL, IsZeroForEqualOnesAndPositiveForOthers) {
  for (const std::uint64_t seed : {1u, 2u, 3u})
    for (const Index n : {1, 2, 5}) {
      Tape tape;
      const MultivariateNormal q = random_normal(tape, n, seed), same = random_normal(tape, n, seed);
      const Var none = kl_divergence(q, same);
      EXPECT_EQ(none.item(), 0);
      EXPECT_GT(kl_divergence(q, random_normal(tape, n, seed + 10)).item(), 0);
      tape.backward(none);  // it is smallest there
      for (const Real g : same.loc.adjoint()) EXPECT_EQ(g, 0);
    }
}

TEST(MultivariateNormalKL, IsTheExpectedLogRatio) {
  Tape tape;
  const MultivariateNormal q(vector(tape, {Real(0.5), -1}),
                             matrix(tape, 2, {Real(0.5), 0, Real(0.75), Real(1.25)}));
  const MultivariateNormal p(vector(tape, {0, 1}), matrix(tape, 2, {1, 0, Real(-0.5), Real(1.5)}));
  // E_q[log p] by the points ± sqrt(2) along each column of L_q, which integrate a quadratic function exactly
  Tensor points(Shape{4, 2});
  for (Index i = 0; i < 4; ++i)
    points(i, i / 2) = static_cast<Real>((i % 2 == 0 ? 1 : -1) * std::numbers::sqrt2);
  const Var x = rsample(q, tape.constant(points));
  EXPECT_NEAR(kl_divergence(q, p).item(), mean(log_prob(q, x)).item() - mean(log_prob(p, x)).item(),
              rounding);
}

TEST(MultivariateNormalKL, DoesNotDependOnTheUnit) {
  Tape tape;
  const MultivariateNormal q = random_normal(tape, 4, 20), p = random_normal(tape, 4, 21);
  const Var a = random_factor(tape, {4, 4}, 22);
  const auto moved = [&](const MultivariateNormal& d) {  // x -> A x + 1; A L is again a lower factor
    return MultivariateNormal(reshape(matmul(a, reshape(d.loc, {4, 1})), {4}) + 1, matmul(a, d.scale_tril));
  };
  const double kl = kl_divergence(q, p).item();
  // A is well conditioned: a factor with a diagonal above 1/2 and entries around 1/2
  EXPECT_NEAR(kl_divergence(moved(q), moved(p)).item(), kl, 64 * rounding * kl);
}

// L_q = L_p (1 + D) with small d_i on D's diagonal and D_ij below it: KL = Σ d_i² + Σ D_ij² / 2 + O(d³). It
// is far smaller than u times any term of the usual formula, and has digits all the same.
TEST(MultivariateNormalKL, OfNearlyEqualOnesDoesNotCancel) {
  // 1 + d is a number of Real; log(1 + d) is not, as d has more than one bit.
  constexpr int last = std::numeric_limits<Real>::digits - 3;
  const double d = std::ldexp(std::round(std::ldexp(1.37, last / 2 - 5)), -last);
  Tape tape;
  const Var loc = vector(tape, {1, 2}), p = matrix(tape, 2, {2, 0, 0, 4});
  const Var q = matrix(tape, 2, {static_cast<Real>(2 + 2 * d), 0, static_cast<Real>(4 * d), 4});
  const double leading = d * d + d * d / 2;
  EXPECT_NEAR(kl_divergence(MultivariateNormal(loc, q), MultivariateNormal(loc, p)).item(), leading,
              (16 * unit_roundoff + d) * leading);
}

// One coordinate is a Normal, whichever the ratio of the scales: series or logarithm.
TEST(MultivariateNormalKL, OfOneCoordinateIsThatOfTheNormal) {
  for (const double ratio : {1e-6, 0.1, 0.74, 0.76, 0.99, 1.0001, 1.24, 1.26, 3.0, 1e6}) {
    Tape tape;
    const double s = 0.5 * ratio, t = 0.5, r = static_cast<double>(static_cast<Real>(s)) / t;
    const MultivariateNormal q(vector(tape, {0}), matrix(tape, 1, {static_cast<Real>(s)}));
    const MultivariateNormal p(vector(tape, {0}), matrix(tape, 1, {static_cast<Real>(t)}));
    const long double exact =
        (static_cast<long double>(r) * r - 1) / 2 - std::log(static_cast<long double>(r));
    EXPECT_NEAR(kl_divergence(q, p).item(), static_cast<double>(exact),
                32 * unit_roundoff * static_cast<double>(exact) + 1e-18)
        << ratio;
  }
}

}  // namespace
}  // namespace doxa
