#pragma once

#include <span>
#include <vector>

#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/step_table.h"

// How much of the exact belief can be read off what a learner remembers: tables of summaries h_k, rows of W,
// and of beliefs b_k, rows of S (`exact_beliefs`).

namespace doxa {

/// The belief as a log-linear function of the summary, b̂ = softmax(W h + c).
struct LinearProbe {
  std::size_t width, states;
  std::vector<double> weight;  ///< [S·W]
  std::vector<double> offset;  ///< [S]
  double gradient_norm;        ///< where the fit ended
  std::size_t iterations;
  bool converged;

  /// b̂ at one h, [S].
  void predict(std::span<const double> summary, std::span<double> belief) const;
};

struct LinearProbeOptions {
  /// λ of λ/2 Σ_s (variance of the logit z_s over the training rows + its shift from the mean belief's). This
  /// penalty is the same for every invertible linear image of h, and keeps the probe finite where beliefs
  /// hold zeros.
  double ridge = 1e-5;
  /// ‖∇‖ at which the fit ends: at most ‖∇‖²/(2λ) = 5e-4 nats above the minimum (in practice far less).
  double gradient_norm = 1e-4;
  std::size_t iterations = 1000;
};

/// The multinomial logistic regression from h_k to b_k: minimises the mean over all rows of
/// -Σ_s b_k(s) log softmax(W h_k + c)_s, plus the ridge. Convex and deterministic: by L-BFGS on the whitened
/// summaries. Features that do not vary, or follow from others, get weight 0. Throws std::invalid_argument
/// for tables that do not have the same rows, no rows, summaries that are not finite, or beliefs that are not
/// distributions. Source: Alain & Bengio, "Understanding intermediate layers using linear classifier probes",
/// ICLR 2017 workshop, arXiv 1610.01644.
LinearProbe fit_linear_probe(const StepTable& summaries, const StepTable& beliefs,
                             const LinearProbeOptions& options = {});

/// Means over all steps, with standard errors over trajectories, in nats.
struct ProbeScore {
  MeanEstimate cross_entropy;    ///< -Σ_s b(s) log b̂(s)
  MeanEstimate kl;               ///< KL(b ‖ b̂): the cross-entropy less the entropy of the exact belief
  MeanEstimate total_variation;  ///< ½ Σ_s |b(s) - b̂(s)|
};

/// Scores the probe, best on rows that it was not fitted to. Throws as `fit_linear_probe` does, and for
/// tables of other widths.
ProbeScore score(const LinearProbe& probe, const StepTable& summaries, const StepTable& beliefs);

}  // namespace doxa
