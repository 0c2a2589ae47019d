#include "doxa/models/kalman/smoother.h"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "doxa/models/kalman/square_root.h"

namespace doxa {
namespace {

// What the observations from step k on say about s_k: -½ sᵀ Ω s + ξᵀ s + constant.
struct Likelihood {
  Matrix precision, vector;
  double log_constant;
};

Likelihood with_observation(const LinearGaussianModel& m, const Matrix& emission_factor,
                            const BackwardInformation& after, const Matrix& input,
                            const Matrix& observation) {
  const Matrix c = solve_lower(emission_factor, m.emission);
  const Matrix e = solve_lower(emission_factor, observation - m.emission_input * input);
  const double of_step = -sum_of_squares(e) / 2 - log_det_of_factor(emission_factor) / 2 -
                         static_cast<double>(e.rows) * std::log(2 * std::numbers::pi) / 2;
  return {after.precision + transpose(c) * c, after.vector + transpose(c) * e, after.log_constant + of_step};
}

// A square root of M = I + Fᵀ Ω F, and M⁻¹ Fᵀ.
struct Mixed {
  Matrix factor, solved;
};
Mixed mix(const Matrix& f, const Matrix& omega) {
  const Matrix l = cholesky_factor(identity(f.columns) + transpose(f) * omega * f);
  return {l, solve_with_factor(l, transpose(f))};
}

void require_density(const Matrix& emission_factor) {
  for (Index i = 0; i < emission_factor.rows; ++i)
    if (emission_factor(i, i) == 0)
      throw std::domain_error("backward_information: emission_covariance is singular");
}

}  // namespace

// (07.13)
KalmanSmoothed smooth(const LinearGaussianModel& m, const KalmanFiltered& f) {
  const NoiseFactors noise = noise_factors(m);
  const Index n = m.state_size();
  const std::size_t steps = f.horizon();
  KalmanSmoothed s{f.filtered, std::vector<Matrix>(steps), f.log_evidence};
  for (std::size_t k = steps; k > 0; --k) {
    const GaussianBelief &before = f.filtered[k - 1], &next = s.smoothed[k];
    //! [rts]
    const Matrix moved = beside(m.transition * before.scale_tril, noise.transition);  // P⁻^½
    const Matrix j = regression(beside(before.scale_tril, Matrix(n, n)), moved);
    s.smoothed[k - 1] = {
        before.mean + j * (next.mean - f.predicted[k - 1].mean),
        triangular_factor(
            beside(beside(before.scale_tril - j * m.transition * before.scale_tril, j * noise.transition),
                   j * next.scale_tril))};
    s.lag_one[k - 1] = j * covariance(next);
    //! [rts]
  }
  return s;
}

KalmanSmoothed smooth(const LinearGaussianModel& m, const Matrix& inputs, const Matrix& observations) {
  return smooth(m, filter(m, inputs, observations));
}

// (07.11)
std::vector<BackwardInformation> backward_information(const LinearGaussianModel& m, const Matrix& inputs,
                                                      const Matrix& observations) {
  const NoiseFactors noise = noise_factors(m);
  require_episode("backward_information", m, inputs, observations);
  require_density(noise.emission);
  const Index n = m.state_size();
  std::vector<BackwardInformation> all(static_cast<std::size_t>(observations.rows) + 1);
  all.back() = {Matrix(n, n), Matrix(n, 1), 0};
  for (Index k = observations.rows; k > 0; --k) {
    const Matrix input = row(inputs, k - 1), shift = m.transition_input * input;
    const Likelihood l = with_observation(m, noise.emission, all[static_cast<std::size_t>(k)], input,
                                          row(observations, k - 1));
    //! [backward]
    const Mixed q = mix(noise.transition, l.precision);
    // The expectation over the transition's noise F ε: E exp(-½ xᵀ Ω x + ξᵀ x) for x = a + F ε.
    const Matrix lost = l.precision * noise.transition * q.solved;  // Ω F (I + Fᵀ Ω F)⁻¹ Fᵀ
    const Matrix omega = symmetric_part(l.precision - lost * l.precision);
    const Matrix xi = l.vector - lost * l.vector;
    const Matrix at = transpose(m.transition);
    const Matrix slope = xi - omega * shift;
    const double constant = l.log_constant - log_det_of_factor(q.factor) / 2 +
                            (transpose(l.vector) * noise.transition * q.solved * l.vector)[0] / 2 +
                            (transpose(xi) * shift)[0] - (transpose(shift) * omega * shift)[0] / 2;
    all[static_cast<std::size_t>(k) - 1] = {symmetric_part(at * omega * m.transition), at * slope, constant};
    //! [backward]
  }
  return all;
}

// (07.12)
GaussianKernel posterior_transition(const LinearGaussianModel& m, const BackwardInformation& after,
                                    const Matrix& inputs, const Matrix& observations, std::size_t k) {
  const NoiseFactors noise = noise_factors(m);
  require_episode("posterior_transition", m, inputs, observations);
  require_density(noise.emission);
  if (k < 1 || k > static_cast<std::size_t>(observations.rows))
    throw std::out_of_range("posterior_transition: step " + std::to_string(k) + " of " +
                            std::to_string(observations.rows));
  const auto i = static_cast<Index>(k) - 1;
  const Matrix input = row(inputs, i);
  const Likelihood l = with_observation(m, noise.emission, after, input, row(observations, i));
  const Mixed q = mix(noise.transition, l.precision);
  //! [posterior-transition]
  // N(a, F Fᵀ) times exp(-½ xᵀ Ω x + ξᵀ x) has covariance W = F (I + Fᵀ Ω F)⁻¹ Fᵀ and mean a + W (ξ - Ω a).
  const Matrix w = noise.transition * q.solved;
  const Matrix keep = identity(m.state_size()) - w * l.precision;
  return {keep * m.transition, keep * (m.transition_input * input) + w * l.vector,
          triangular_factor(transpose(solve_lower(q.factor, transpose(noise.transition))))};
  //! [posterior-transition]
}

}  // namespace doxa
