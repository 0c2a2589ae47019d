#include "doxa/models/beliefs/linear_probe.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "doxa/models/numerics/softmax_regression.h"
#include "doxa/models/numerics/whitening.h"

namespace doxa {
namespace {

// The width of the summaries, of which there must be one a belief.
std::size_t summary_width(std::span<const std::vector<double>> summaries,
                          std::span<const std::vector<double>> beliefs, std::size_t states) {
  if (summaries.size() != beliefs.size() || summaries.empty())
    throw std::invalid_argument("linear probe: summaries of " + std::to_string(summaries.size()) +
                                " trajectories and beliefs of " + std::to_string(beliefs.size()) +
                                ", expected the same ones, at least one");
  std::size_t width = 0;
  for (std::size_t i = 0; i < beliefs.size(); ++i) {
    const std::size_t steps = states == 0 ? 0 : beliefs[i].size() / states;
    if (width == 0 && steps > 0) width = summaries[i].size() / steps;
    if (steps == 0 || width == 0 || beliefs[i].size() != steps * states ||
        summaries[i].size() != steps * width)
      throw std::invalid_argument("linear probe: trajectory " + std::to_string(i) + " has summaries of " +
                                  std::to_string(summaries[i].size()) + " numbers and beliefs of " +
                                  std::to_string(beliefs[i].size()) + ", expected rows of " +
                                  std::to_string(width) + " and " + std::to_string(states));
  }
  return width;
}

std::vector<double> joined(std::span<const std::vector<double>> trajectories) {
  std::vector<double> all;
  for (const std::vector<double>& t : trajectories) all.insert(all.end(), t.begin(), t.end());
  return all;
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

LinearProbe fit_linear_probe(std::span<const std::vector<double>> summaries,
                             std::span<const std::vector<double>> beliefs, std::size_t states,
                             const LinearProbeOptions& options) {
  const std::size_t width = summary_width(summaries, beliefs, states);
  const std::vector<double> h = joined(summaries);
  const Whitening white = whitening(h, width);
  const std::size_t rank = white.outputs, inputs = rank + 1, count = h.size() / width;
  std::vector<double> x(count * inputs, 1.0);  // a column of ones, then the white summaries
  for (std::size_t i = 0; i < count; ++i)
    white.apply(std::span(h).subspan(i * width, width), std::span(x).subspan(i * inputs + 1, rank));
  const SoftmaxRegression regression(inputs, states, std::move(x), joined(beliefs), options.ridge);
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

ProbeScore score(const LinearProbe& probe, std::span<const std::vector<double>> summaries,
                 std::span<const std::vector<double>> beliefs) {
  if (summary_width(summaries, beliefs, probe.states) != probe.width)
    throw std::invalid_argument("linear probe: summaries are not of the probe's width, " +
                                std::to_string(probe.width));
  std::vector<double> cross_entropy, kl, variation, steps, z(probe.states);
  for (std::size_t i = 0; i < beliefs.size(); ++i) {
    const std::size_t count = beliefs[i].size() / probe.states;
    double sum_cross_entropy = 0, sum_kl = 0, sum_variation = 0;
    for (std::size_t k = 0; k < count; ++k) {
      log_belief(probe, std::span(summaries[i]).subspan(k * probe.width, probe.width), z);
      for (std::size_t s = 0; s < probe.states; ++s) {
        const double b = beliefs[i][k * probe.states + s];
        sum_variation += std::abs(b - std::exp(z[s])) / 2;
        if (b == 0) continue;
        sum_cross_entropy -= b * z[s];
        sum_kl += b * (std::log(b) - z[s]);
      }
    }
    cross_entropy.push_back(sum_cross_entropy);
    kl.push_back(sum_kl);
    variation.push_back(sum_variation);
    steps.push_back(static_cast<double>(count));
  }
  return {estimate_ratio(cross_entropy, steps), estimate_ratio(kl, steps), estimate_ratio(variation, steps)};
}

}  // namespace doxa
