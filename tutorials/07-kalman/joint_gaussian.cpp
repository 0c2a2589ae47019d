#include "experiment.h"

using namespace doxa;

namespace {

// Mean and variance of s_0 … s_T before anything is seen.
struct UnseenPath {
  std::vector<Matrix> mean, variance;
};

UnseenPath unseen_path(const LinearGaussianModel& m, const Matrix& inputs) {
  UnseenPath p{{m.start_mean}, {m.start_covariance}};
  for (Index k = 0; k < inputs.rows; ++k) {
    p.mean.push_back(m.transition * p.mean.back() + m.transition_input * row(inputs, k));
    p.variance.push_back(m.transition * p.variance.back() * transpose(m.transition) +
                         m.transition_covariance);
  }
  return p;
}

Matrix power(const Matrix& a, std::size_t n) {
  Matrix p = identity(a.rows);
  for (std::size_t i = 0; i < n; ++i) p = a * p;
  return p;
}

// Cov(s_j, s_k) = V_j (A^{k-j})ᵀ for j ≤ k.
Matrix across(const LinearGaussianModel& m, const UnseenPath& p, std::size_t j, std::size_t k) {
  return j <= k ? p.variance[j] * transpose(power(m.transition, k - j))
                : power(m.transition, j - k) * p.variance[k];
}

Matrix all_of(const Matrix& observations) { return column(observations.elements); }

}  // namespace

JointGaussian joint_of_observations(const LinearGaussianModel& m, const Matrix& inputs) {
  const UnseenPath p = unseen_path(m, inputs);
  const Index o = m.observation_size();
  JointGaussian joint{Matrix(inputs.rows * o, 1), Matrix(inputs.rows * o, inputs.rows * o)};
  for (Index i = 0; i < inputs.rows; ++i) {
    const auto j = static_cast<std::size_t>(i) + 1;
    set_block(joint.mean, i * o, 0, m.emission * p.mean[j] + m.emission_input * row(inputs, i));
    for (auto k = j; k < p.mean.size(); ++k) {
      //! [joint-covariance]
      Matrix c = m.emission * across(m, p, j, k) * transpose(m.emission);  // (07.10)
      if (j == k) c = c + m.emission_covariance;
      //! [joint-covariance]
      set_block(joint.covariance, i * o, (static_cast<Index>(k) - 1) * o, c);
      set_block(joint.covariance, (static_cast<Index>(k) - 1) * o, i * o, transpose(c));
    }
  }
  return joint;
}

double log_density(const JointGaussian& p, const Matrix& observations) {
  return log_prob({p.mean, cholesky_factor(p.covariance)}, all_of(observations));
}

Conditional state_given_all(const LinearGaussianModel& m, const Matrix& inputs, const Matrix& observations,
                            std::size_t k) {
  const UnseenPath p = unseen_path(m, inputs);
  const JointGaussian joint = joint_of_observations(m, inputs);
  const Index o = m.observation_size();
  // (07.3): state and readings are one normal vector.
  Matrix cross(joint.mean.rows, m.state_size());  // Cov(y_{1:T}, s_k)
  for (Index i = 0; i < inputs.rows; ++i)
    set_block(cross, i * o, 0, m.emission * across(m, p, static_cast<std::size_t>(i) + 1, k));
  const Matrix l = cholesky_factor(joint.covariance);
  return {p.mean[k] + transpose(cross) * solve_with_factor(l, all_of(observations) - joint.mean),
          p.variance[k] - transpose(cross) * solve_with_factor(l, cross)};
}
