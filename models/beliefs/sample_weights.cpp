#include "doxa/models/beliefs/sample_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace doxa {
namespace {

// The weights of one episode's samples, scaled so that the largest is 1.
std::vector<double> relative(std::span<const double> log_weights) {
  const double top = *std::ranges::max_element(log_weights);
  std::vector<double> w;
  for (const double l : log_weights) w.push_back(std::exp(l - top));
  return w;
}

// Systematic resampling: the new sample i is a copy of the old sample parent[i].
std::vector<std::size_t> parents(std::span<const double> weights, double shift) {
  const double n = static_cast<double>(weights.size()),
               total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::size_t> parent;
  std::size_t from = 0;
  double reached = weights[0];
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double u = (static_cast<double>(i) + shift) / n * total;
    while (u >= reached && from + 1 < weights.size()) reached += weights[++from];
    parent.push_back(from);
  }
  return parent;
}

double effective_number(std::span<const double> weights) {
  double sum = 0, squares = 0;
  for (const double w : weights) {
    sum += w;
    squares += w * w;
  }
  return sum * sum / squares;
}

}  // namespace

SampleWeights::SampleWeights(Index episodes, Index samples)
    : samples_(static_cast<std::size_t>(samples)),
      log_weights_(static_cast<std::size_t>(episodes * samples), 0.0) {}

std::span<const double> SampleWeights::of(std::size_t episode) const {
  return std::span(log_weights_).subspan(episode * samples_, samples_);
}

std::vector<double> SampleWeights::mean(std::span<const Real> rows, std::size_t width) const {
  const std::size_t episodes = log_weights_.size() / samples_;
  std::vector<double> all(episodes * width, 0.0);
  for (std::size_t b = 0; b < episodes; ++b) {
    const std::vector<double> w = relative(of(b));
    const double total = std::accumulate(w.begin(), w.end(), 0.0);
    for (std::size_t i = 0; i < samples_; ++i)
      for (std::size_t j = 0; j < width; ++j)
        all[b * width + j] += w[i] / total * static_cast<double>(rows[(b * samples_ + i) * width + j]);
  }
  return all;
}

std::vector<double> SampleWeights::log_mean_exp(std::span<const Real> log_factors) const {
  std::vector<double> all;
  for (std::size_t b = 0; b * samples_ < log_weights_.size(); ++b) {
    const std::span<const Real> f = log_factors.subspan(b * samples_, samples_);
    const auto top = static_cast<double>(*std::ranges::max_element(f));
    const std::vector<double> w = relative(of(b));
    double sum = 0;
    for (std::size_t i = 0; i < samples_; ++i) sum += w[i] * std::exp(static_cast<double>(f[i]) - top);
    all.push_back(top + std::log(sum / std::accumulate(w.begin(), w.end(), 0.0)));
  }
  return all;
}

std::vector<Index> SampleWeights::multiply(std::span<const Real> log_factors, Philox& random) {
  std::vector<Index> from(log_weights_.size());
  std::iota(from.begin(), from.end(), Index{0});
  for (std::size_t i = 0; i < log_weights_.size(); ++i)
    log_weights_[i] += static_cast<double>(log_factors[i]);
  for (std::size_t b = 0; b * samples_ < log_weights_.size(); ++b) {
    const std::vector<double> w = relative(of(b));
    if (effective_number(w) >= 0.5 * static_cast<double>(samples_)) continue;
    const std::vector<std::size_t> parent = parents(w, random.uniform());
    for (std::size_t i = 0; i < samples_; ++i) {
      from[b * samples_ + i] = static_cast<Index>(b * samples_ + parent[i]);
      log_weights_[b * samples_ + i] = 0;
    }
  }
  return from;
}

}  // namespace doxa
