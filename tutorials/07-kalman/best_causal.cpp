#include "best_causal.h"

#include <cmath>
#include <numbers>

#include "doxa/models/kalman/square_root.h"

using namespace doxa;

namespace {

const double log_2pi = std::log(2 * std::numbers::pi);

Matrix inverse(const Matrix& a) { return solve_with_factor(cholesky_factor(a), identity(a.rows)); }
Matrix square(const Matrix& l) { return l * transpose(l); }
double log_det(const Matrix& a) { return log_det_of_factor(cholesky_factor(a)); }

// What the filter does whatever is seen: P_k, S_k and the gain K_k = P⁻ Cᵀ S⁻¹ of each step; P_0 first.
struct Filter {
  std::vector<Matrix> covariance, predictive, gain;
};

Filter data_free_filter(const LinearGaussianModel& m, Index steps) {
  const KalmanFiltered f = filter(m, Matrix(steps, m.input_size()), Matrix(steps, m.observation_size()));
  Filter all;
  all.covariance.push_back(m.start_covariance);
  for (std::size_t k = 1; k <= f.horizon(); ++k) {
    all.covariance.push_back(covariance(f.filtered[k]));
    all.predictive.push_back(covariance(f.predictive[k - 1]));
    all.gain.push_back(covariance(f.predicted[k - 1]) * transpose(m.emission) *
                       inverse(all.predictive.back()));
  }
  return all;
}

// A square root of Q, or in step 1 of A P_0 Aᵀ + Q.
Matrix transition_factor(const LinearGaussianModel& m, std::size_t k) {
  const NoiseFactors noise = noise_factors(m);
  return k > 1 ? noise.transition : triangular_factor(beside(m.transition * noise.start, noise.transition));
}

// (Q⁻¹ + Ω)⁻¹ = F M⁻¹ Fᵀ with M = I + Fᵀ Ω F, and a square root of it.
struct Mixed {
  Matrix covariance, scale_tril;
  double log_det;  // of M
};
Mixed mix(const Matrix& f, const Matrix& omega) {
  const Matrix l = cholesky_factor(identity(f.columns) + transpose(f) * omega * f);
  const Matrix root = transpose(solve_lower(l, transpose(f)));
  return {square(root), triangular_factor(root), log_det_of_factor(l)};
}

Matrix three(const Matrix& a, const Matrix& b, const Matrix& c) { return beside(beside(a, b), c); }

}  // namespace

BestCausal best_causal(const LinearGaussianModel& m, Index steps) {
  const Index n = m.state_size(), o = m.observation_size();
  const Filter f = data_free_filter(m, steps);
  const Matrix r = inverse(m.emission_covariance), cr = transpose(m.emission) * r, keep = identity(n);
  BestCausal best{0, std::vector<CausalKernel>(static_cast<std::size_t>(steps))};
  // E[V_{k+1}(s_k, h_{k+1}) | h_k] = -½ xᵀ Γ x + c for x = (s̃_k, μ̃_k); 0 at k = T.
  Matrix gamma(2 * n, 2 * n);
  double c = 0;
  for (auto k = static_cast<std::size_t>(steps); k > 0; --k) {
    const Matrix ss = block(gamma, 0, 0, n, n), sm = block(gamma, 0, n, n, n), mm = block(gamma, n, n, n, n);
    //! [best-kernel]
    const Matrix factor = transition_factor(m, k), omega = ss + cr * m.emission;
    const Mixed w = mix(factor, omega);
    const Matrix left = keep - w.covariance * omega;
    best.kernel[k - 1] = {k > 1 ? left * m.transition : Matrix(n, n), w.covariance * cr,
                          -1.0 * (w.covariance * sm), w.scale_tril};  // (07.20)
    //! [best-kernel]
    // Everything as a linear map of (s̃_{k-1}, μ̃_{k-1}, e_k), e_k being the innovation.
    const Matrix gain = f.gain[k - 1];
    const Matrix a = three(k > 1 ? m.transition : Matrix(n, n), Matrix(n, n), Matrix(n, o));
    const Matrix y = three(Matrix(o, n), m.emission * m.transition, identity(o));
    const Matrix mu = three(Matrix(n, n), m.transition, gain);
    //! [value]
    const Matrix xi = cr * y - sm * mu;
    const Matrix cross = transpose(a) * transpose(left) * xi;
    // (07.25): minus twice the quadratic part of V_k.
    const Matrix h = transpose(a) * omega * left * a - cross - transpose(cross) -
                     transpose(xi) * w.covariance * xi + transpose(y) * r * y + transpose(mu) * mm * mu;
    const Matrix of_innovation = block(h, 2 * n, 2 * n, o, o);
    c -= (trace(of_innovation * f.predictive[k - 1]) + w.log_det + log_det(m.emission_covariance) +
          static_cast<double>(o) * log_2pi) /
         2;
    gamma = symmetric_part(block(h, 0, 0, 2 * n, 2 * n));
    //! [value]
  }
  best.bound = c;  // nothing is known at k = 0: both deviations are 0
  return best;
}

GaussianChain along(const LinearGaussianModel& m, const std::vector<CausalKernel>& q, const Matrix& inputs,
                    const Matrix& observations) {
  const KalmanFiltered f = filter(m, inputs, observations);
  GaussianChain chain;
  Matrix path = m.start_mean;  // s̄_k
  for (std::size_t k = 1; k <= q.size(); ++k) {
    const CausalKernel& kernel = q[k - 1];
    const Matrix input = row(inputs, static_cast<Index>(k) - 1), last = path;
    path = m.transition * path + m.transition_input * input;
    const Matrix y =
        row(observations, static_cast<Index>(k) - 1) - m.emission * path - m.emission_input * input;
    chain.push_back({kernel.gain,
                     path - kernel.gain * last + kernel.of_observation * y +
                         kernel.of_belief * (f.filtered[k].mean - path),
                     kernel.scale_tril});
  }
  return chain;
}

double expected_bound(const LinearGaussianModel& m, const std::vector<CausalKernel>& q) {
  const Index n = m.state_size(), o = m.observation_size();
  const Filter f = data_free_filter(m, static_cast<Index>(q.size()));
  const Matrix r = inverse(m.emission_covariance);
  Matrix spread(2 * n, 2 * n);  // of (s̃_{k-1}, μ̃_{k-1})
  double bound = 0;
  for (std::size_t k = 1; k <= q.size(); ++k) {
    const CausalKernel& kernel = q[k - 1];
    const Matrix noise = square(kernel.scale_tril), prior = square(transition_factor(m, k));
    // Of (s̃_{k-1}, μ̃_{k-1}, e_k), whose covariance is diag(spread, S_k).
    const Matrix y = three(Matrix(o, n), m.emission * m.transition, identity(o));
    const Matrix mu = three(Matrix(n, n), m.transition, f.gain[k - 1]);
    const Matrix shift = kernel.of_observation * y + kernel.of_belief * mu;
    const Matrix mean = three(kernel.gain, Matrix(n, n), Matrix(n, o)) + shift;
    const Matrix moved = three(k > 1 ? m.transition : Matrix(n, n), Matrix(n, n), Matrix(n, o));
    const Matrix all = above(beside(spread, Matrix(2 * n, o)), beside(Matrix(o, 2 * n), f.predictive[k - 1]));
    //! [moments]
    const auto variance = [&](const Matrix& map) { return map * all * transpose(map); };
    const Matrix misfit = variance(y - m.emission * mean) + m.emission * noise * transpose(m.emission);
    bound -= (trace(r * misfit) + log_det(m.emission_covariance) + static_cast<double>(o) * log_2pi) / 2;
    bound -= (trace(inverse(prior) * (noise + variance(mean - moved))) - static_cast<double>(n) +
              log_det(prior) - log_det(noise)) /
             2;
    //! [moments]
    const Matrix next = variance(above(mean, mu)) + above(beside(noise, Matrix(n, n)), Matrix(n, 2 * n));
    spread = symmetric_part(next);
  }
  return bound;
}

double expected_log_evidence(const LinearGaussianModel& m, Index steps) {
  double sum = 0;
  for (const Matrix& s : data_free_filter(m, steps).predictive)
    sum -= (log_det(s) + static_cast<double>(s.rows) * (log_2pi + 1)) / 2;
  return sum;
}

double memoryless_score(const LinearGaussianModel& m, Index steps) {
  Matrix p = m.start_covariance;
  double sum = 0;
  for (Index k = 0; k < steps; ++k) {
    p = m.transition * p * transpose(m.transition) + m.transition_covariance;
    const Matrix s = m.emission * p * transpose(m.emission) + m.emission_covariance;
    sum -= (log_det(s) + static_cast<double>(s.rows) * (log_2pi + 1)) / 2;
  }
  return sum;
}

std::vector<double> causal_gap(const LinearGaussianModel& m, Index steps) {
  const Filter f = data_free_filter(m, steps);
  // Γ_k looks at no observation: any will do.
  const std::vector<BackwardInformation> after =
      backward_information(m, Matrix(steps, m.input_size()), Matrix(steps, m.observation_size()));
  const Matrix seen = transpose(m.emission) * inverse(m.emission_covariance) * m.emission;
  std::vector<double> gap;
  for (std::size_t k = 1; k < after.size(); ++k) {
    //! [causal-gap]
    const Matrix& gamma = after[k].precision;
    const Matrix w = mix(transition_factor(m, k), gamma + seen).covariance;
    gap.push_back(trace(w * (gamma + gamma * f.covariance[k] * gamma)) / 2);
    //! [causal-gap]
  }
  return gap;
}
