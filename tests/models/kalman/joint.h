#pragma once

#include <string>

#include "doxa/models/kalman/smoother.h"
#include "doxa/models/kalman/square_root.h"
#include "tests/support/random_matrix.h"

namespace doxa::testing {

/// A model with all its matrices at random; A is scaled to |A| = 0.95, so that no state grows without end.
inline LinearGaussianModel random_linear_gaussian(Index n, Index d, Index m, Philox& random) {
  const Matrix a = random_matrix(n, n, random);
  return {.start_mean = random_matrix(n, 1, random),
          .start_covariance = random_positive_definite(n, random),
          .transition = (0.95 / std::sqrt(sum_of_squares(a))) * a,
          .transition_input = random_matrix(n, d, random),
          .transition_covariance = random_positive_definite(n, random),
          .emission = random_matrix(m, n, random),
          .emission_input = random_matrix(m, d, random),
          .emission_covariance = random_positive_definite(m, random)};
}

/// Such a model, and an episode of it under random inputs.
struct RandomRun {
  LinearGaussianModel model;
  LinearGaussianEpisode episode;
};
inline RandomRun random_run(Index n, Index d, Index m, Index steps, Philox& random) {
  const LinearGaussianModel model = random_linear_gaussian(n, d, m, random);
  return {model, simulate(model, random_matrix(steps, d, random), random)};
}

/// s_{0:T} and y_{1:T} one below the other, as one normal vector: an affine map of all the noise there is,
/// (s_0 - m_0, w_1 … w_T, v_1 … v_T), written down step by step. No covariance is ever conditioned.
struct Joint {
  Index n, m, steps;
  Matrix mean, covariance;

  Joint(const LinearGaussianModel& model, const Matrix& inputs)
      : n(model.state_size()), m(model.observation_size()), steps(inputs.rows) {
    const Index noise = n * (steps + 1) + m * steps, all = noise;
    Matrix map(all, noise), spread(noise, noise);
    mean = Matrix(all, 1);
    set_block(mean, 0, 0, model.start_mean);
    set_block(map, 0, 0, identity(n));
    set_block(spread, 0, 0, model.start_covariance);
    for (Index k = 1; k <= steps; ++k) {
      const Matrix u = row(inputs, k - 1);
      set_block(spread, state(k), state(k), model.transition_covariance);
      set_block(spread, observation(k), observation(k), model.emission_covariance);
      set_block(mean, state(k), 0,
                model.transition * block(mean, state(k - 1), 0, n, 1) + model.transition_input * u);
      set_block(mean, observation(k), 0,
                model.emission * block(mean, state(k), 0, n, 1) + model.emission_input * u);
      set_block(map, state(k), 0, model.transition * block(map, state(k - 1), 0, n, noise));
      set_block(map, state(k), state(k), identity(n));
      set_block(map, observation(k), 0, model.emission * block(map, state(k), 0, n, noise));
      set_block(map, observation(k), observation(k), identity(m));
    }
    covariance = map * spread * transpose(map);
  }
  Index state(Index k) const { return n * k; }                                ///< where s_k begins
  Index observation(Index k) const { return n * (steps + 1) + m * (k - 1); }  ///< where y_k begins

  /// log N(y_{1:k}; …) of all of them as one vector.
  double log_evidence(const Matrix& observations, Index k) const {
    if (k == 0) return 0;
    const Matrix l = cholesky_factor(block(covariance, observation(1), observation(1), m * k, m * k));
    return log_prob({block(mean, observation(1), 0, m * k, 1), l}, seen(observations, k));
  }
  /// The mean and covariance of rows first … first + count - 1 given y_{1:k}.
  struct Moments {
    Matrix mean, covariance;
  };
  Moments given(const Matrix& observations, Index k, Index first, Index count) const {
    Moments p{block(mean, first, 0, count, 1), block(covariance, first, first, count, count)};
    if (k == 0) return p;
    const Index y = observation(1), size = m * k;
    const Matrix l = cholesky_factor(block(covariance, y, y, size, size));
    const Matrix cross = block(covariance, y, first, size, count);
    const Matrix e = seen(observations, k) - block(mean, y, 0, size, 1);
    p.mean = p.mean + transpose(cross) * solve_with_factor(l, e);
    p.covariance = p.covariance - transpose(cross) * solve_with_factor(l, cross);
    return p;
  }

 private:
  Matrix seen(const Matrix& observations, Index k) const {
    return Matrix(m * k, 1, {observations.elements.begin(), observations.elements.begin() + m * k});
  }
};

inline double distance(const Matrix& a, const Matrix& b) { return largest_magnitude(a - b); }

inline void expect_moments(const GaussianBelief& p, const Joint::Moments& exact, double tolerance,
                           const std::string& what) {
  const double size = 1 + largest_magnitude(exact.mean) + largest_magnitude(exact.covariance);
  EXPECT_LE(distance(p.mean, exact.mean), tolerance * size) << what;
  EXPECT_LE(distance(covariance(p), exact.covariance), tolerance * size) << what;
}

/// A scalar random walk or autoregression, s_k = a s_{k-1} + w, seen as y = s + v.
inline LinearGaussianModel scalar_model(double a, double q, double r, double p0) {
  const auto one = [](double x) { return Matrix(1, 1, {x}); };
  return {one(0), one(p0), one(a), Matrix(1, 0), one(q), one(1), Matrix(1, 0), one(r)};
}

}  // namespace doxa::testing
