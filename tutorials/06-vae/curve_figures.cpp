#include <algorithm>
#include <cmath>
#include <string>

#include "figures.h"

using namespace doxa;

support::Figure bounds_figure(const Curve& curve, const Scores& scores, const Limits& limits) {
  support::Figure figure(
      "The bound during training, and the importance-weighted bounds against the number of samples", 2);
  support::Axes& training = figure.axes();
  training.title = "training";
  training.x_label = "step";
  training.y_label = "bound / nats a datum";
  training.x_scale = support::Scale::log;
  training.line(curve.steps, curve.bound, {.label = "ELBO of the batches"});
  training.horizontal(-limits.entropy, "minus the entropy of the data");
  training.horizontal(limits.one_gaussian, "one Gaussian");
  // The first steps lie far below.
  training.y_range = support::Range{1.5 * limits.one_gaussian + 0.5 * limits.entropy, 0.2 - limits.entropy};

  std::vector<double> K, bound;
  for (const ImportanceWeighted& w : scores.by_K) {
    K.push_back(static_cast<double>(w.K));
    bound.push_back(estimate_mean(w.bound).mean);
  }
  support::Axes& bounds = figure.axes();
  bounds.title = "held-out data, after training";
  bounds.x_label = "samples K";
  bounds.y_label = "nats a datum";
  bounds.x_scale = support::Scale::log;
  bounds.line(K, bound, {.label = "importance-weighted bound", .marker = support::Marker::circle});
  bounds.horizontal(estimate_mean(scores.evidence).mean, "log-evidence of the model");
  bounds.horizontal(estimate_mean(scores.truth).mean, "truth");
  return figure;
}

support::Figure collapse_figure(const Curve& curve, const Collapse& collapse) {
  support::Figure figure(
      "The divergence of each latent dimension during training, and against the noise variance when it is "
      "held "
      "fixed",
      2);
  support::Axes& training = figure.axes();
  training.title = "training, s learned";
  training.x_label = "step";
  training.y_label = "KL / nats a datum";
  training.x_scale = support::Scale::log;
  for (std::size_t j = 0; j < curve.kl.size(); ++j)
    training.line(curve.steps, curve.kl[j], {.label = j == 0 ? "z₁" : "z₂"});

  support::Axes& fixed = figure.axes();
  fixed.title = "after training, s fixed";
  fixed.x_label = "noise variance s²";
  fixed.y_label = "KL / nats a datum";
  fixed.x_scale = support::Scale::log;
  const double lowest = collapse.models.front().variance, highest = collapse.models.back().variance;
  constexpr support::Color colors[] = {support::Color::blue, support::Color::vermillion};
  constexpr support::Marker markers[] = {support::Marker::circle, support::Marker::square};
  for (std::size_t j = 0; j < 2; ++j) {
    std::vector<double> variance, kl;
    for (const FixedScale& m : collapse.models) {
      variance.push_back(m.variance);
      kl.push_back(m.kl[j]);
    }
    fixed.scatter(
        variance, kl,
        {.label = j == 0 ? "larger" : "smaller", .color = colors[j], .marker = markers[j], .size = 7});
  }
  for (std::size_t j = 0; j < 2; ++j) {
    std::vector<double> variance, kl;
    for (int i = 0; i <= 200; ++i) {
      variance.push_back(lowest * std::pow(highest / lowest, i / 200.0));
      kl.push_back(linear_kl(collapse.eigenvalues[j], variance.back()));
    }
    fixed.line(variance, kl,
               {.label = j == 0 ? "linear decoder" : "", .color = colors[j], .dash = support::Dash::dashed});
  }
  return figure;
}
