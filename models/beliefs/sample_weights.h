#pragma once

#include <span>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/autograd/real.h"

namespace doxa {

/// How the samples of a belief are weighted. With `none` they are those of the posterior q. With `importance`
/// they are particles (Gordon, Salmond & Smith, IEE Proc. F 140, 1993): proposed by q, weighted by
/// p(s_k | …) p(o_k | s_k, …) / q(s_k | …), and resampled when the effective number falls below N/2. They
/// then represent the belief of the learned generative model instead of q's. A smoothing q would look ahead;
/// the prior proposes in its place, and the samples are always weighted.
enum class SampleWeighting { none, importance };

/// The weights w_i of N samples of the belief in each of several episodes, at first all equal. The samples of
/// an episode stand side by side.
class SampleWeights {
 public:
  SampleWeights(Index episodes, Index samples);

  /// Σ_i w_i x_i of each episode, [B·width], for rows x_i, [B·N, width]; Σ_i w_i = 1.
  std::vector<double> mean(std::span<const Real> rows, std::size_t width) const;
  /// log Σ_i w_i exp(f_i) of each episode, [B], for factors f_i, [B·N].
  std::vector<double> log_mean_exp(std::span<const Real> log_factors) const;
  /// Multiplies each weight by the exponential of its factor, [B·N]. The samples of an episode whose effective
  /// number (Σ w_i)² / Σ w_i² is below N/2 are resampled systematically (Kitagawa, J. Comput. Graph. Stat. 5,
  /// 1996), and their weights are equal again. Returns which sample each one now is a copy of.
  std::vector<Index> multiply(std::span<const Real> log_factors, Philox& random);

 private:
  std::span<const double> of(std::size_t episode) const;

  std::size_t samples_;
  std::vector<double> log_weights_;  // [B·N]
};

}  // namespace doxa
