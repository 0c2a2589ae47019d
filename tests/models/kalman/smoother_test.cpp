#include "doxa/models/kalman/smoother.h"

#include <gtest/gtest.h>

#include <cmath>

#include "joint.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

void expect_smoothed(const LinearGaussianModel& m, const LinearGaussianEpisode& e, double tolerance) {
  const KalmanSmoothed s = smooth(m, e.inputs, e.observations);
  const Joint joint(m, e.inputs);
  const Index n = m.state_size(), steps = e.observations.rows;
  for (Index k = 0; k <= steps; ++k) {
    const auto i = static_cast<std::size_t>(k);
    expect_moments(s.smoothed[i], joint.given(e.observations, steps, joint.state(k), n), tolerance,
                   "smoothed");
    if (k == 0) continue;
    const Matrix pair = joint.given(e.observations, steps, joint.state(k - 1), 2 * n).covariance;
    EXPECT_LE(distance(s.lag_one[i - 1], block(pair, 0, n, n, n)), tolerance * (1 + largest_magnitude(pair)));
  }
}

TEST(KalmanSmoother, ConditionsTheJointOfEverything) {
  Philox random(91);
  for (const Index d : {0, 2})
    for (int trial = 0; trial < 5; ++trial) {
      const LinearGaussianModel m = random_linear_gaussian(3, d, 2, random);
      expect_smoothed(m, simulate(m, random_matrix(6, d, random), random), 1e-12);
    }
}

// Singular starts and motions: P⁻ has no inverse.
TEST(KalmanSmoother, NeedsNoInverse) {
  Philox random(92);
  for (const Index rank : {0, 1, 2})
    for (const bool known_start : {false, true}) {
      LinearGaussianModel m = random_linear_gaussian(3, 1, 1, random);
      m.transition_covariance = random_semidefinite(3, rank, random);
      m.start_covariance = random_semidefinite(3, known_start ? 0 : 1, random);
      expect_smoothed(m, simulate(m, random_matrix(6, 1, random), random), 1e-11);
    }
}

TEST(KalmanSmoother, IsTheFilterAtTheLastStep) {
  Philox random(93);
  const auto [m, e] = random_run(3, 1, 2, 9, random);
  const KalmanFiltered f = filter(m, e.inputs, e.observations);
  const KalmanSmoothed s = smooth(m, f);
  EXPECT_EQ(s.smoothed.back().mean.elements, f.filtered.back().mean.elements);
  EXPECT_EQ(s.log_evidence, f.log_evidence);
  EXPECT_EQ(smooth(m, Matrix(0, 1), Matrix(0, 2)).smoothed[0].mean.elements, m.start_mean.elements);
}

// A stationary scalar autoregression is the same process backwards in time: turn what was seen around, and
// what is believed turns around.
TEST(KalmanSmoother, OfAReversibleProcessTurnsAroundWithTime) {
  Philox random(94);
  const double a = 0.9, q = 0.3;
  const LinearGaussianModel m = scalar_model(a, q, 0.5, q / (1 - a * a));
  const LinearGaussianEpisode e = simulate(m, Matrix(40, 0), random);
  Matrix reversed = e.observations;
  std::reverse(reversed.elements.begin(), reversed.elements.end());
  const KalmanSmoothed s = smooth(m, e.inputs, e.observations), t = smooth(m, e.inputs, reversed);
  EXPECT_NEAR(s.log_evidence, t.log_evidence, 1e-11);
  for (std::size_t k = 1; k <= 40; ++k) {
    EXPECT_NEAR(s.smoothed[k].mean[0], t.smoothed[41 - k].mean[0], 1e-12);
    EXPECT_NEAR(covariance(s.smoothed[k])[0], covariance(t.smoothed[41 - k])[0], 1e-12);
    if (k > 1) {
      EXPECT_NEAR(s.lag_one[k - 1][0], t.lag_one[41 - k][0], 1e-12);
    }
  }
}

// On average hindsight is sharper, and here always: V_k <= P_k, covariances depending on no observation.
TEST(KalmanSmoother, IsNeverLessCertainThanTheFilter) {
  Philox random(95);
  const auto [m, e] = random_run(3, 0, 1, 30, random);
  const KalmanFiltered f = filter(m, e.inputs, e.observations);
  const KalmanSmoothed s = smooth(m, f);
  for (std::size_t k = 0; k <= 30; ++k)
    EXPECT_NO_THROW(
        square_root(covariance(f.filtered[k]) - covariance(s.smoothed[k]) + 1e-14 * identity(3), "P - V"));
}

TEST(KalmanSmoother, IsStableOverAHundredThousandSteps) {
  Philox random(96);
  const LinearGaussianModel m{Matrix(2, 1),
                              Matrix(2, 2),
                              Matrix(2, 2, {1, 1, 0, 1}),
                              Matrix(2, 0),
                              1e-8 * Matrix(2, 2, {0.25, 0.5, 0.5, 1}),
                              Matrix(1, 2, {1, 0}),
                              Matrix(1, 0),
                              Matrix(1, 1, {1e-4})};
  const LinearGaussianEpisode e = simulate(m, Matrix(100'000, 0), random);
  const KalmanSmoothed s = smooth(m, e.inputs, e.observations);
  // Every third state or so lies outside one standard deviation of its belief: Mahalanobis' distance has mean
  // n.
  double squares = 0;
  for (std::size_t k = 1000; k <= 100'000; k += 100)  // 100 steps apart all but independent
    squares += sum_of_squares(
        solve_lower(s.smoothed[k].scale_tril, row(e.states, static_cast<Index>(k)) - s.smoothed[k].mean));
  EXPECT_NEAR(squares / 991, 2, 5 * std::sqrt(2 * 2 / 991.0));
}

// log p(y_{k+1:T} | s_k = s) from the other end: a model that starts from s at step k.
TEST(BackwardInformation, IsTheEvidenceOfWhatComesFromAState) {
  Philox random(97);
  for (const Index rank : {0, 1, 3}) {
    LinearGaussianModel m = random_linear_gaussian(3, 2, 2, random);
    m.transition_covariance = random_semidefinite(3, rank, random);
    const LinearGaussianEpisode e = simulate(m, random_matrix(7, 2, random), random);
    const std::vector<BackwardInformation> b = backward_information(m, e.inputs, e.observations);
    for (Index k = 0; k <= 7; ++k) {
      LinearGaussianModel from = m;
      from.start_mean = random_matrix(3, 1, random);
      from.start_covariance = Matrix(3, 3);
      const BackwardInformation& at = b[static_cast<std::size_t>(k)];
      const Matrix& s = from.start_mean;
      const double exact =
          log_evidence(from, block(e.inputs, k, 0, 7 - k, 2), block(e.observations, k, 0, 7 - k, 2));
      const double found =
          -(transpose(s) * at.precision * s)[0] / 2 + (transpose(at.vector) * s)[0] + at.log_constant;
      EXPECT_NEAR(found, exact, 1e-11 * (1 + std::abs(exact)));
    }
  }
}

// Two filters that meet: the smoothed precision is P⁻¹ + Γ, the precision-weighted mean P⁻¹ μ + η.
TEST(BackwardInformation, AndTheFilterMakeTheSmoother) {
  Philox random(98);
  const auto [m, e] = random_run(3, 1, 2, 9, random);
  const KalmanFiltered f = filter(m, e.inputs, e.observations);
  const KalmanSmoothed s = smooth(m, f);
  const std::vector<BackwardInformation> b = backward_information(m, e.inputs, e.observations);
  for (std::size_t k = 0; k <= 9; ++k) {
    const Matrix inverse = solve_with_factor(cholesky_factor(covariance(f.filtered[k])), identity(3));
    const Matrix v = covariance(s.smoothed[k]);
    EXPECT_LE(distance(v * (inverse + b[k].precision), identity(3)), 1e-11);
    EXPECT_LE(distance(v * (inverse * f.filtered[k].mean + b[k].vector), s.smoothed[k].mean), 1e-11);
  }
}

// From p(s_0 | y) the posterior transitions lead to every smoothed belief and lag-one covariance.
TEST(PosteriorTransition, IsTheChainOfThePosterior) {
  Philox random(99);
  for (const Index rank : {1, 3}) {
    LinearGaussianModel m = random_linear_gaussian(3, 1, 2, random);
    m.transition_covariance = random_semidefinite(3, rank, random);
    const LinearGaussianEpisode e = simulate(m, random_matrix(8, 1, random), random);
    const KalmanSmoothed s = smooth(m, e.inputs, e.observations);
    const std::vector<BackwardInformation> b = backward_information(m, e.inputs, e.observations);
    Matrix mean = s.smoothed[0].mean, v = covariance(s.smoothed[0]);
    for (std::size_t k = 1; k <= 8; ++k) {
      const GaussianKernel t = posterior_transition(m, b[k], e.inputs, e.observations, k);
      EXPECT_LE(distance(v * transpose(t.gain), s.lag_one[k - 1]), 1e-11);
      mean = t.gain * mean + t.offset;
      v = t.gain * v * transpose(t.gain) + t.scale_tril * transpose(t.scale_tril);
      EXPECT_LE(distance(mean, s.smoothed[k].mean), 1e-11);
      EXPECT_LE(distance(v, covariance(s.smoothed[k])), 1e-11);
    }
    EXPECT_THROW(posterior_transition(m, b[0], e.inputs, e.observations, 0), std::out_of_range);
    EXPECT_THROW(posterior_transition(m, b[0], e.inputs, e.observations, 9), std::out_of_range);
  }
}

TEST(BackwardInformation, RefusesExactReadings) {
  const LinearGaussianModel m = scalar_model(1, 1, 0, 1);
  EXPECT_THROW(backward_information(m, Matrix(2, 0), Matrix(2, 1)), std::domain_error);
  EXPECT_THROW(backward_information(scalar_model(1, 1, 1, 1), Matrix(2, 0), Matrix(1, 1)), Refused);
}

}  // namespace
}  // namespace doxa::testing
