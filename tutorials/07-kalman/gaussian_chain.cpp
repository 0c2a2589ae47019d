#include "gaussian_chain.h"

#include <numeric>

#include "doxa/models/kalman/square_root.h"

using namespace doxa;

namespace {

// Mean and covariance of q(s_k).
struct Moments {
  Matrix mean, covariance;
};

Moments advance(const Moments& s, const GaussianKernel& q) {
  return {q.gain * s.mean + q.offset,
          q.gain * s.covariance * transpose(q.gain) + q.scale_tril * transpose(q.scale_tril)};
}

// E KL(q(·|s) ‖ p(·|s)) over s: that at the mean, and what the spread of s adds where the gains differ.
double expected_divergence(const GaussianKernel& q, const GaussianKernel& p, const Moments& s) {
  const Matrix difference = solve_lower(p.scale_tril, q.gain - p.gain);
  return kl_divergence({q.gain * s.mean + q.offset, q.scale_tril},
                       {p.gain * s.mean + p.offset, p.scale_tril}) +
         trace(difference * s.covariance * transpose(difference)) / 2;
}

// E log N(y; C s + D u, R) over s.
double expected_log_emission(const LinearGaussianModel& m, const Matrix& input, const Matrix& y,
                             const Moments& s) {
  const Matrix l = cholesky_factor(m.emission_covariance), c = solve_lower(l, m.emission);
  return log_prob({m.emission * s.mean + m.emission_input * input, l}, y) -
         trace(c * s.covariance * transpose(c)) / 2;
}

double expected_ahead(const BackwardInformation& b, const Moments& s) {
  return -((transpose(s.mean) * b.precision * s.mean)[0] + trace(b.precision * s.covariance)) / 2 +
         (transpose(b.vector) * s.mean)[0] + b.log_constant;
}

}  // namespace

double total(const std::vector<double>& x) { return std::accumulate(x.begin(), x.end(), 0.0); }

GaussianKernel prior_transition(const LinearGaussianModel& m, const Matrix& inputs, std::size_t k) {
  const Matrix shift = m.transition_input * row(inputs, static_cast<Index>(k) - 1);
  if (k > 1) return {m.transition, shift, cholesky_factor(m.transition_covariance)};
  const NoiseFactors noise = noise_factors(m);
  return {Matrix(m.state_size(), m.state_size()), m.transition * m.start_mean + shift,
          triangular_factor(beside(m.transition * noise.start, noise.transition))};
}

GaussianChain path_posterior(const LinearGaussianModel& m, const Matrix& inputs, const Matrix& observations) {
  const std::vector<BackwardInformation> after = backward_information(m, inputs, observations);
  const GaussianBelief first = smooth(m, inputs, observations).smoothed[1];
  GaussianChain q{{Matrix(m.state_size(), m.state_size()), first.mean, first.scale_tril}};
  for (std::size_t k = 2; k < after.size(); ++k)
    q.push_back(posterior_transition(m, after[k], inputs, observations, k));
  return q;
}

ChainBound chain_bound(const LinearGaussianModel& m, const Matrix& inputs, const Matrix& observations,
                       const GaussianChain& q) {
  const GaussianChain posterior = path_posterior(m, inputs, observations);
  const std::vector<BackwardInformation> after = backward_information(m, inputs, observations);
  ChainBound b;
  b.log_evidence = log_evidence(m, inputs, observations);
  b.ahead.push_back(b.log_evidence);
  Moments s{Matrix(m.state_size(), 1), Matrix(m.state_size(), m.state_size())};
  for (std::size_t k = 1; k <= q.size(); ++k) {
    const auto i = static_cast<Index>(k) - 1;
    const Moments last = s;
    //! [chain-bound]
    s = advance(last, q[k - 1]);
    b.log_emission.push_back(expected_log_emission(m, row(inputs, i), row(observations, i), s));
    b.divergence.push_back(expected_divergence(q[k - 1], prior_transition(m, inputs, k), last));
    b.gap.push_back(expected_divergence(q[k - 1], posterior[k - 1], last));
    //! [chain-bound]
    b.ahead.push_back(expected_ahead(after[k], s));
  }
  b.bound = total(b.log_emission) - total(b.divergence);  // (07.14)
  return b;
}
