#include "doxa/models/kalman/model.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "doxa/models/kalman/square_root.h"

namespace doxa {
namespace {

void require_shape(const char* name, const Matrix& a, Index rows, Index columns) {
  if (a.rows != rows || a.columns != columns)
    throw std::invalid_argument("LinearGaussianModel: " + std::string(name) + " is [" +
                                std::to_string(a.rows) + "," + std::to_string(a.columns) + "], expected [" +
                                std::to_string(rows) + "," + std::to_string(columns) + "]");
  for (const double x : a.elements)
    if (!std::isfinite(x))
      throw std::invalid_argument("LinearGaussianModel: " + std::string(name) + " holds " +
                                  std::to_string(x) + ", expected finite numbers");
}

Matrix standard_normal(Index n, Philox& random) {
  Matrix x(n, 1);
  for (double& e : x.elements) e = random.normal();
  return x;
}

void set_row(Matrix& a, Index i, const Matrix& values) {
  for (Index j = 0; j < a.columns; ++j) a(i, j) = values[j];
}

}  // namespace

void validate(const LinearGaussianModel& m) { noise_factors(m); }

NoiseFactors noise_factors(const LinearGaussianModel& m) {
  const Index n = m.state_size(), d = m.input_size(), o = m.observation_size();
  if (n < 1 || o < 1)
    throw std::invalid_argument("LinearGaussianModel: " + std::to_string(n) + " states and " +
                                std::to_string(o) + " observations, expected at least one of each");
  require_shape("start_mean", m.start_mean, n, 1);
  require_shape("start_covariance", m.start_covariance, n, n);
  require_shape("transition", m.transition, n, n);
  require_shape("transition_input", m.transition_input, n, d);
  require_shape("transition_covariance", m.transition_covariance, n, n);
  require_shape("emission", m.emission, o, n);
  require_shape("emission_input", m.emission_input, o, d);
  require_shape("emission_covariance", m.emission_covariance, o, o);
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
  set_row(e.states, 0, state);
  for (Index k = 1; k <= steps; ++k) {
    const Matrix input = row(inputs, k - 1);
    state = m.transition * state + m.transition_input * input +
            noise.transition * standard_normal(m.state_size(), random);
    set_row(e.states, k, state);
    set_row(e.observations, k - 1,
            m.emission * state + m.emission_input * input +
                noise.emission * standard_normal(m.observation_size(), random));
  }
  return e;
}

void require_episode(const char* function, const LinearGaussianModel& m, const Matrix& inputs,
                     const Matrix& observations) {
  if (inputs.columns != m.input_size() || observations.columns != m.observation_size() ||
      inputs.rows != observations.rows)
    throw std::invalid_argument(
        std::string(function) + ": inputs [" + std::to_string(inputs.rows) + "," +
        std::to_string(inputs.columns) + "] and observations [" + std::to_string(observations.rows) + "," +
        std::to_string(observations.columns) + "], expected [T," + std::to_string(m.input_size()) +
        "] and [T," + std::to_string(m.observation_size()) + "]");
  for (const Matrix* a : {&inputs, &observations})
    for (const double x : a->elements)
      if (!std::isfinite(x))
        throw std::invalid_argument(std::string(function) + ": " +
                                    (a == &inputs ? "the inputs hold " : "the observations hold ") +
                                    std::to_string(x) + ", expected finite numbers");
}

Matrix row(const Matrix& a, Index i) {
  Matrix r(a.columns, 1);
  for (Index j = 0; j < a.columns; ++j) r[j] = a(i, j);
  return r;
}

}  // namespace doxa
