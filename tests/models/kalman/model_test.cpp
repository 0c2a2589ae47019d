#include "doxa/models/kalman/model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>

#include "joint.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

TEST(KalmanModel, NamesWhatDoesNotFit) {
  Philox random(80);
  const LinearGaussianModel good = random_linear_gaussian(2, 1, 1, random);
  const auto text = [](const LinearGaussianModel& m) { return thrown<Refused>([&] { validate(m); }); };
  EXPECT_NO_THROW(validate(good));
  using M = LinearGaussianModel;
  const std::tuple<Matrix M::*, Matrix, const char*> table[] = {
      {&M::emission, Matrix(1, 3), "emission is [1,3], expected [1,2]"},
      {&M::start_mean, Matrix(1, 2), "start_mean is [1,2], expected [2,1]"},
      {&M::emission_input, Matrix(1, 2), "emission_input is [1,2], expected [1,1]"},
      {&M::transition_covariance, Matrix(2, 2, {1, 2, 2, 1}),
       "transition_covariance is indefinite: (1,0) is 2, (1,1) is 1 and (0,0) is 1"},
      {&M::emission_covariance, Matrix(1, 1, {-1}), "emission_covariance is indefinite: (0,0) is -1"},
      {&M::start_covariance, Matrix(2, 2, {1, 0, 0.1, 1}),
       "start_covariance is not symmetric: (1,0) is 0.1 and (0,1) is 0"},
      {&M::transition, Matrix(2, 2, {1, infinity, 1, 1}), "transition holds inf, expected finite numbers"},
  };
  for (const auto& [part, wrong, says] : table) {
    LinearGaussianModel m = good;
    m.*part = wrong;
    EXPECT_EQ(text(m), "LinearGaussianModel: " + std::string(says));
  }
  EXPECT_EQ(text({}), "LinearGaussianModel: 0 states and 0 observations, expected at least one of each");

  EXPECT_THROW(filter(good, Matrix(3, 1), Matrix(4, 1)), Refused);
  EXPECT_THROW(filter(good, Matrix(3, 0), Matrix(3, 1)), Refused);
  EXPECT_THROW(simulate(good, Matrix(3, 2), random), Refused);
  KalmanFilter f(good);
  EXPECT_THROW(f.predict(Matrix(2, 1)), Refused);
  EXPECT_THROW(f.update(Matrix(1, 1), Matrix(2, 1)), Refused);
  EXPECT_THROW(f.update(Matrix(1, 1), Matrix(1, 1, {nan})), Refused);
  EXPECT_EQ(f.step(), 0u);
  EXPECT_EQ(f.log_evidence(), 0);
  EXPECT_THROW(filter(good, Matrix(1, 1, {nan}), Matrix(1, 1)), Refused);
}

TEST(KalmanSimulate, DrawsFromTheModel) {
  Philox random(81);
  const LinearGaussianModel m = random_linear_gaussian(2, 1, 1, random);
  const Matrix inputs = random_matrix(3, 1, random);
  const Joint joint(m, inputs);
  const Index size = joint.mean.rows, episodes = 20'000;
  Matrix mean(size, 1), square(size, size);
  for (Index i = 0; i < episodes; ++i) {
    const LinearGaussianEpisode e = simulate(m, inputs, random);
    std::vector<double> all = e.states.elements;
    all.insert(all.end(), e.observations.elements.begin(), e.observations.elements.end());
    const Matrix x = column(all) - joint.mean;
    mean = mean + x;
    square = square + x * transpose(x);
  }
  const double n = static_cast<double>(episodes);
  for (Index i = 0; i < size; ++i) {
    EXPECT_LE(std::abs(mean[i]) / n, 5 * std::sqrt(joint.covariance(i, i) / n));
    for (Index j = 0; j <= i; ++j) {
      const double c = joint.covariance(i, j);
      const double error = std::sqrt((joint.covariance(i, i) * joint.covariance(j, j) + c * c) / n);
      EXPECT_LE(std::abs(square(i, j) / n - c), 5 * error) << i << " " << j;
    }
  }
}

}  // namespace
}  // namespace doxa::testing
