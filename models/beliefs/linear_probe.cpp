#include "doxa/models/beliefs/linear_probe.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "doxa/models/numerics/softmax_regression.h"
#include "doxa/models/numerics/whitening.h"

namespace doxa {
namespace {

void require_same_rows(const StepTable& summaries, const StepTable& beliefs) {
  if (summaries.begin != beliefs.begin || beliefs.rows() == 0)
    throw std::invalid_argument("linear probe: summaries of " + std::to_string(summaries.rows()) +
                                " steps and beliefs of " + std::to_string(beliefs.rows()) +
                                ", expected those of the same trajectories, at least one step");
}

// log softmax(W h + c), [S].
void log_belief(const LinearProbe& probe, std::span<const double> h, std::span<double> z) {
  for (std::size_t s = 0; s < probe.states; ++s) {
    z[s] = probe.offset[s];
    for (std::size_t j = 0; j < probe.width; ++j) z[s] += probe.weight[s * probe.width + j] * h[j];
  }
  std::vector<double> p(z.begin(), z.end());
  const double log_sum = softmax_in_place(p);
  for (double& logit : z) logit -= log_sum;
}

}  // namespace

void LinearProbe::predict(std::span<const double> summary, std::span<double> belief) const {
  if (summary.size() != width || belief.size() != states)
    throw std::invalid_argument("LinearProbe: a summary of " + std::to_string(summary.size()) +
                                " for a belief of " + std::to_string(belief.size()) + ", expected " +
                                std::to_string(width) + " and " + std::to_string(states));
  log_belief(*this, summary, belief);
  for (double& b : belief) b = std::exp(b);
}

LinearProbe fit_linear_probe(const StepTable& summaries, const StepTable& beliefs,
                             const LinearProbeOptions& options) {
  require_same_rows(summaries, beliefs);
  const std::size_t width = summaries.width, states = beliefs.width;
  const std::vector<double>& h = summaries.values;
  const Whitening white = whitening(h, width);
  const std::size_t rank = white.outputs, inputs = rank + 1, count = h.size() / width;
  std::vector<double> x(count * inputs, 1.0);  // a column of ones, then the white summaries
  for (std::size_t i = 0; i < count; ++i)
    white.apply(std::span(h).subspan(i * width, width), std::span(x).subspan(i * inputs + 1, rank));
  const SoftmaxRegression regression(inputs, states, std::move(x), beliefs.values, options.ridge);
  const Minimum fit =
      regression.minimise({.gradient_norm = options.gradient_norm, .iterations = options.iterations});

  // z = log π + v_0 + Vᵀ M (h - mean) = W h + c
  LinearProbe probe{width,
                    states,
                    std::vector<double>(states * width),
                    std::vector<double>(states),
                    fit.gradient_norm,
                    fit.iterations,
                    fit.converged};
  for (std::size_t s = 0; s < states; ++s) {
    probe.offset[s] = regression.log_prior[s] + fit.x[s];
    for (std::size_t j = 0; j < width; ++j) {
      double& w = probe.weight[s * width + j];
      for (std::size_t k = 0; k < rank; ++k) w += fit.x[(k + 1) * states + s] * white.matrix[k * width + j];
      probe.offset[s] -= w * white.mean[j];
    }
  }
  return probe;
}

ProbeScore score(const LinearProbe& probe, const StepTable& summaries, const StepTable& beliefs) {
  require_same_rows(summaries, beliefs);
  if (summaries.width != probe.width || beliefs.width != probe.states)
    throw std::invalid_argument("linear probe: summaries of " + std::to_string(summaries.width) +
                                " numbers and beliefs over " + std::to_string(beliefs.width) +
                                " states, expected " + std::to_string(probe.width) + " and " +
                                std::to_string(probe.states));
  std::vector<double> cross_entropy, kl, variation, steps, z(probe.states);
  for (std::size_t i = 0; i < beliefs.trajectories(); ++i) {
    double sum_cross_entropy = 0, sum_kl = 0, sum_variation = 0;
    for (std::size_t k = 1; k <= beliefs.steps(i); ++k) {
      log_belief(probe, summaries.row(i, k), z);
      for (std::size_t s = 0; s < probe.states; ++s) {
        const double b = beliefs.row(i, k)[s];
        sum_variation += std::abs(b - std::exp(z[s])) / 2;
        if (b == 0) continue;
        sum_cross_entropy -= b * z[s];
        sum_kl += b * (std::log(b) - z[s]);
      }
    }
    cross_entropy.push_back(sum_cross_entropy);
    kl.push_back(sum_kl);
    variation.push_back(sum_variation);
    steps.push_back(static_cast<double>(beliefs.steps(i)));
  }
  return {estimate_ratio(cross_entropy, steps), estimate_ratio(kl, steps), estimate_ratio(variation, steps)};
}

}  // namespace doxa
