#include "sections.h"

using namespace doxa;
using namespace doxa::support;

Figure bounds_figure(const Curve& curve, const Scores& scores, const Averages& averages) {
  Figure figure("The bound during training, and the importance-weighted bounds against the number of samples",
                2);
  Axes& training = figure.axes("training", "step", "bound / nats a datum");
  training.x_scale = Scale::log;
  training.line(curve.steps, curve.bound, {.label = "ELBO of the batches"});
  training.horizontal(-averages.entropy, "minus the entropy of the data");
  training.horizontal(averages.one_gaussian, "one Gaussian");
  // The first steps lie far below.
  training.y_range = Range{1.5 * averages.one_gaussian + 0.5 * averages.entropy, 0.2 - averages.entropy};

  Axes& bounds = figure.axes("held-out data, after training", "samples K", "nats a datum");
  bounds.x_scale = Scale::log;
  bounds.line(series(scores.by_K, &ImportanceWeighted::K),
              series(scores.by_K, [](const ImportanceWeighted& w) { return sample_mean(w.bound).mean; }),
              {.label = "importance-weighted bound", .marker = Marker::circle});
  bounds.horizontal(sample_mean(scores.evidence).mean, "log-evidence of the model");
  bounds.horizontal(sample_mean(scores.truth).mean, "truth");
  return figure;
}

Figure collapse_figure(const Curve& curve, const Collapse& collapse) {
  Figure figure(
      "The divergence of each latent dimension during training, and against the noise variance when it is "
      "held fixed",
      2);
  Axes& training = figure.axes("training, s learned", "step", "KL / nats a datum");
  training.x_scale = Scale::log;
  for (std::size_t j = 0; j < curve.kl.size(); ++j)
    training.line(curve.steps, curve.kl[j], {.label = j == 0 ? "z₁" : "z₂"});

  Axes& fixed = figure.axes("after training, s fixed", "noise variance s²", "KL / nats a datum");
  fixed.x_scale = Scale::log;
  const double lowest = collapse.models.front().variance, highest = collapse.models.back().variance;
  constexpr Color colors[] = {Color::blue, Color::vermillion};
  constexpr Marker markers[] = {Marker::circle, Marker::square};
  const std::vector<double> variance = series(collapse.models, &FixedScale::variance);
  for (std::size_t j = 0; j < 2; ++j)
    fixed.scatter(
        variance, series(collapse.models, [&](const FixedScale& m) { return m.kl[j]; }),
        {.label = j == 0 ? "larger" : "smaller", .color = colors[j], .marker = markers[j], .size = 7});
  std::vector<double> between;
  for (int i = 0; i <= 200; ++i) between.push_back(lowest * std::pow(highest / lowest, i / 200.0));
  for (std::size_t j = 0; j < 2; ++j)
    fixed.line(between, series(between, [&](double s2) { return linear_kl(collapse.eigenvalues[j], s2); }),
               {.label = j == 0 ? "linear decoder" : "", .color = colors[j], .dash = Dash::dashed});
  return figure;
}
