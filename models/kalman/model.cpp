#include "doxa/models/kalman/model.h"

#include <stdexcept>
#include <string>

#include "doxa/models/kalman/square_root.h"

namespace doxa {
namespace {

Matrix standard_normal(Index n, Philox& random) {
  Matrix x(n, 1);
  for (double& e : x.elements) e = random.normal();
  return x;
}

}  // namespace

void validate(const LinearGaussianModel& m) { noise_factors(m); }

NoiseFactors noise_factors(const LinearGaussianModel& m) {
  const Index n = m.state_size(), d = m.input_size(), o = m.observation_size();
  if (n < 1 || o < 1)
    throw std::invalid_argument("LinearGaussianModel: " + std::to_string(n) + " states and " +
                                std::to_string(o) + " observations, expected at least one of each");
  require_matrix("LinearGaussianModel: start_mean", m.start_mean, n, 1);
  require_matrix("LinearGaussianModel: start_covariance", m.start_covariance, n, n);
  require_matrix("LinearGaussianModel: transition", m.transition, n, n);
  require_matrix("LinearGaussianModel: transition_input", m.transition_input, n, d);
  require_matrix("LinearGaussianModel: transition_covariance", m.transition_covariance, n, n);
  require_matrix("LinearGaussianModel: emission", m.emission, o, n);
  require_matrix("LinearGaussianModel: emission_input", m.emission_input, o, d);
  require_matrix("LinearGaussianModel: emission_covariance", m.emission_covariance, o, o);
  return {square_root(m.start_covariance, "LinearGaussianModel: start_covariance"),
          square_root(m.transition_covariance, "LinearGaussianModel: transition_covariance"),
          square_root(m.emission_covariance, "LinearGaussianModel: emission_covariance")};
}

LinearGaussianEpisode simulate(const LinearGaussianModel& m, const Matrix& inputs, Philox& random) {
  const NoiseFactors noise = noise_factors(m);
  require_episode("simulate", m, inputs, Matrix(inputs.rows, m.observation_size()));
  const Index steps = inputs.rows;
  LinearGaussianEpisode e{Matrix(steps + 1, m.state_size()), inputs, Matrix(steps, m.observation_size())};
  Matrix state = m.start_mean + noise.start * standard_normal(m.state_size(), random);
  set_block(e.states, 0, 0, transpose(state));
  for (Index k = 1; k <= steps; ++k) {
    const Matrix input = row(inputs, k - 1);
    state = m.transition * state + m.transition_input * input +
            noise.transition * standard_normal(m.state_size(), random);
    set_block(e.states, k, 0, transpose(state));
    set_block(e.observations, k - 1, 0,
              transpose(m.emission * state + m.emission_input * input +
                        noise.emission * standard_normal(m.observation_size(), random)));
  }
  return e;
}

void require_episode(const char* function, const LinearGaussianModel& m, const Matrix& inputs,
                     const Matrix& observations) {
  require_matrix(std::string(function) + ": inputs", inputs, observations.rows, m.input_size());
  require_matrix(std::string(function) + ": observations", observations, observations.rows,
                 m.observation_size());
}

}  // namespace doxa
