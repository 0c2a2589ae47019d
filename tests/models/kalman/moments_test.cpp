#include "doxa/models/kalman/moments.h"

#include <gtest/gtest.h>

#include <cmath>

#include "joint.h"

namespace doxa::testing {
namespace {

std::vector<LinearGaussianEpisode> some(const LinearGaussianModel& m, Index steps, int count,
                                        Philox& random) {
  std::vector<LinearGaussianEpisode> all;
  for (int i = 0; i < count; ++i)
    all.push_back(simulate(m, random_matrix(steps, m.input_size(), random), random));
  return all;
}

double evidence(const LinearGaussianModel& m, const std::vector<LinearGaussianEpisode>& all) {
  double sum = 0;
  for (const LinearGaussianEpisode& e : all) sum += log_evidence(m, e.inputs, e.observations);
  return sum;
}

// Central differences of the filter's evidence along a random direction of each matrix, at a point that the
// data were not drawn from; of a covariance along a symmetric one.
TEST(KalmanGradient, IsThatOfTheEvidence) {
  Philox random(101);
  for (const Index d : {0, 2}) {
    const LinearGaussianModel truth = random_linear_gaussian(2, d, 2, random);
    const auto all = some(truth, 8, 3, random);
    const LinearGaussianModel at = random_linear_gaussian(2, d, 2, random);
    const ExpectedMoments e = expected_moments(at, all);
    EXPECT_NEAR(e.log_evidence, evidence(at, all), 1e-10);
    const LinearGaussianModel g = evidence_gradient(at, e);
    using Part = Matrix LinearGaussianModel::*;
    const auto check = [&](Part part, bool is_covariance) {
      const Matrix& value = at.*part;
      ASSERT_EQ((g.*part).rows, value.rows);
      ASSERT_EQ((g.*part).columns, value.columns);
      const Matrix direction = is_covariance ? random_symmetric(value.rows, random)
                                             : random_matrix(value.rows, value.columns, random);
      const auto moved = [&](double h) {
        LinearGaussianModel m = at;
        m.*part = value + h * direction;
        return evidence(m, all);
      };
      const double h = 1e-4;  // Richardson's two steps: an error of h⁴
      const double difference = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
      double along = 0;
      for (std::size_t i = 0; i < value.elements.size(); ++i)
        along += (g.*part).elements[i] * direction.elements[i];
      EXPECT_NEAR(along, difference, 1e-7 * (1 + std::abs(difference)));
    };
    for (const Part part : {&LinearGaussianModel::start_mean, &LinearGaussianModel::transition,
                            &LinearGaussianModel::transition_input, &LinearGaussianModel::emission,
                            &LinearGaussianModel::emission_input})
      check(part, false);
    for (const Part part :
         {&LinearGaussianModel::start_covariance, &LinearGaussianModel::transition_covariance,
          &LinearGaussianModel::emission_covariance})
      check(part, true);
  }
}

TEST(KalmanGradient, NeedsADensityOfTheStates) {
  const LinearGaussianModel m = scalar_model(1, 0, 1, 1);
  const std::vector<LinearGaussianEpisode> one{{Matrix(4, 1), Matrix(3, 0), Matrix(3, 1)}};
  EXPECT_THROW(evidence_gradient(m, expected_moments(m, one)), std::domain_error);
}

TEST(KalmanEM, NeverLowersTheEvidenceAndMaximisesTheExpectedLogJoint) {
  Philox random(102);
  const auto all = some(random_linear_gaussian(2, 1, 2, random), 20, 6, random);
  LinearGaussianModel m = random_linear_gaussian(2, 1, 2, random);
  double before = evidence(m, all);
  for (int i = 0; i < 30; ++i) {
    m = most_likely_model(m, expected_moments(m, all));
    const double now = evidence(m, all);
    EXPECT_GE(now, before - 1e-10 * std::abs(before));
    before = now;
  }
  const LinearGaussianModel next = most_likely_model(m, expected_moments(m, all));
  const LinearGaussianModel g = evidence_gradient(next, expected_moments(m, all));
  // With the moments that m expects, next is the top of the expected log-joint: its gradient there is zero.
  for (const Matrix& part :
       {g.transition, g.transition_covariance, g.emission, g.emission_covariance, g.transition_input})
    EXPECT_LE(largest_magnitude(part), 1e-8);
}

}  // namespace
}  // namespace doxa::testing
