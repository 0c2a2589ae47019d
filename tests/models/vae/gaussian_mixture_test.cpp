#include "doxa/models/vae/gaussian_mixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "doxa/models/numerics/mean_estimate.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

class KnownDensity : public ::testing::TestWithParam<GaussianMixture> {
 protected:
  const GaussianMixture& mixture = GetParam();
  const PlaneNormal matched = moment_matched(mixture);

  // ∫ p(x) f(x) dx by the trapezoidal rule.
  template <class F>
  double expectation(F f) const {
    const int reach = 80;
    const double h = 0.1;
    double sum = 0;
    for (int i = -reach; i <= reach; ++i)
      for (int j = -reach; j <= reach; ++j) {
        const PlanePoint x{i * h, j * h};
        const double log_p = log_prob(mixture, x);
        sum += std::exp(log_p) * f(x, log_p) * h * h;
      }
    return sum;
  }
};

TEST_P(KnownDensity, IntegratesToOneAndHasItsMomentMatchedMoments) {
  const PlanePoint m = matched.mean;
  EXPECT_NEAR(expectation([](PlanePoint, double) { return 1; }), 1, 1e-9);
  EXPECT_NEAR(expectation([](PlanePoint x, double) { return x[0]; }), m[0], 1e-9);
  EXPECT_NEAR(expectation([](PlanePoint x, double) { return x[1]; }), m[1], 1e-9);
  EXPECT_NEAR(expectation([&](PlanePoint x, double) { return (x[0] - m[0]) * (x[0] - m[0]); }), matched.xx,
              1e-9);
  EXPECT_NEAR(expectation([&](PlanePoint x, double) { return (x[0] - m[0]) * (x[1] - m[1]); }), matched.xy,
              1e-9);
  EXPECT_NEAR(expectation([&](PlanePoint x, double) { return (x[1] - m[1]) * (x[1] - m[1]); }), matched.yy,
              1e-9);
}

// Among normals the moment-matched one is best, and its expected log-density is minus its entropy.
TEST_P(KnownDensity, TheMomentMatchedNormalScoresMinusItsEntropy) {
  EXPECT_NEAR(expectation([&](PlanePoint x, double) { return log_prob(matched, x); }), -entropy(matched),
              1e-8);
}

TEST_P(KnownDensity, CumulantsAreTheLogarithmOfTheExpectedExponential) {
  for (const PlanePoint t : {PlanePoint{0, 0}, PlanePoint{0.7, -0.3}, PlanePoint{-1, 1.5}}) {
    const double e = expectation([&](PlanePoint x, double) { return std::exp(t[0] * x[0] + t[1] * x[1]); });
    EXPECT_NEAR(log_mgf(mixture, t), std::log(e), 1e-9);
  }
}

TEST_P(KnownDensity, SamplesFollowIt) {
  Philox random(4);
  constexpr int n = 100000;
  std::vector<double> from(mixture.components.size());
  std::vector<double> log_density;
  for (int i = 0; i < n; ++i) {
    const MixtureDraw d = sample(mixture, random);
    from[d.component] += 1;
    log_density.push_back(log_prob(mixture, d.x));
  }
  for (std::size_t k = 0; k < from.size(); ++k) {
    const double w = mixture.weights[k];
    EXPECT_NEAR(from[k] / n, w, 5 * std::sqrt(w * (1 - w) / n));
  }
  const double expected = expectation([](PlanePoint, double log_p) { return log_p; });
  const MeanEstimate e = estimate_mean(log_density);
  EXPECT_NEAR(e.mean, expected, 5 * e.standard_error);
}

INSTANTIATE_TEST_SUITE_P(Pinwheel, KnownDensity, ::testing::Values(pinwheel()));
INSTANTIATE_TEST_SUITE_P(Moons, KnownDensity, ::testing::Values(moons()));
INSTANTIATE_TEST_SUITE_P(Lattice, KnownDensity, ::testing::Values(lattice()));

// Along the arc the density does not show where its links are. The other moon, five standard deviations away,
// is the e^-12.5 that is left.
TEST(Moons, AreSmoothCurves) {
  const double pi = std::numbers::pi, link = 0.5 * pi + 0.5 * pi / 40, between = 0.5 * pi;
  const auto on_arc = [](double angle) {
    return PlanePoint{2 * std::cos(angle) - 1, 2 * std::sin(angle) - 0.5};
  };
  const GaussianMixture chain = moons();
  EXPECT_NEAR(log_prob(chain, on_arc(link)), log_prob(chain, on_arc(between)), std::exp(-12.5));
  EXPECT_GT(
      std::abs(log_prob(moons(8), on_arc(0.5 * pi + 0.5 * pi / 8)) - log_prob(moons(8), on_arc(between))),
      0.1);
  const PlaneNormal matched = moment_matched(chain);
  EXPECT_NEAR(matched.mean[0], 0, 1e-12);
  EXPECT_NEAR(matched.mean[1], 0, 1e-12);
}

TEST(GaussianMixture, RefusesEmptyDataSets) {
  EXPECT_THROW(pinwheel(0), Refused);
  EXPECT_THROW(moons(0), Refused);
  EXPECT_THROW(lattice(0, 2), Refused);
  EXPECT_THROW(lattice(2, 0), Refused);
}

}  // namespace
}  // namespace doxa
