#include "figures.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr Color elbo_color = Color::blue, many_color = Color::vermillion;

// What L_K lacks to the truth: KL(p* ‖ p_θ), exact, and the mean gap of the held-out data, estimated.
void show_shortfall(Axes& axes, const Fitted& model, const Style& style) {
  const double missing = model.averages.missing();
  std::vector<double> K, low, middle, high;
  for (const ImportanceWeighted& w : model.scores->by_K) {
    const MeanEstimate gap = sample_mean_difference(model.scores->evidence, w.bound);
    const double shortfall = missing + gap.mean;
    if (shortfall <= gap.standard_error) continue;  // nothing that a logarithm could show
    K.push_back(static_cast<double>(w.K));
    middle.push_back(shortfall);
    low.push_back(shortfall - gap.standard_error);
    high.push_back(shortfall + gap.standard_error);
  }
  if (K.empty()) return;
  axes.band(K, low, high, {.color = style.color, .opacity = 0.25});
  axes.line(K, middle, style);
  axes.horizontal(missing, "its KL(p* ‖ p)", {.color = style.color, .dash = Dash::dashed, .width = 1.2});
}

}  // namespace

Figure bounds_figure(const Fitted& by_elbo, const Fitted& by_many, Index K) {
  Figure figure(
      "What the importance-weighted bounds of both models lack to the truth, against the number of samples, "
      "down to what the models themselves lack");
  Axes& axes = figure.axes("what L_K lacks to the truth", "samples K", "nats a datum");
  axes.x_scale = axes.y_scale = Scale::log;
  show_shortfall(axes, by_many,
                 {.label = "trained on L" + std::to_string(K),
                  .color = many_color,
                  .dash = Dash::solid,
                  .marker = Marker::square});
  show_shortfall(
      axes, by_elbo,
      {.label = "trained on the ELBO", .color = elbo_color, .dash = Dash::solid, .marker = Marker::circle});
  return figure;
}

Figure gaps_figure(const std::vector<double>& variances, const std::vector<std::vector<double>>& gaps,
                   const Scores& scores) {
  Figure figure(
      "K times the gap of the importance-weighted bound against K, for a latent that the decoder "
      "ignores and for the trained networks",
      2);
  Axes& hand = figure.axes("a latent that the decoder ignores", "samples K", "K × (log p(x) − L_K) / nats");
  hand.x_scale = hand.y_scale = Scale::log;
  constexpr Color colors[] = {Color::green, Color::purple, Color::orange, Color::ink};
  for (std::size_t i = variances.size(); i-- > 0;) {
    std::vector<double> K, scaled;
    for (std::size_t d = 0; d < gaps[i].size(); ++d) {
      K.push_back(std::pow(10.0, static_cast<double>(d)));
      scaled.push_back(K.back() * gaps[i][d]);
    }
    hand.line(K, scaled,
              {.label = "σ² = " + to_text(variances[i]), .color = colors[i % 4], .marker = Marker::circle});
  }
  Axes& learned = figure.axes("the networks, held-out data", "samples K", "K × (log p(x) − L_K) / nats");
  learned.x_scale = learned.y_scale = Scale::log;
  std::vector<double> K, low, middle, high;
  for (const ImportanceWeighted& w : scores.by_K) {
    const MeanEstimate gap = sample_mean_difference(scores.evidence, w.bound);
    const auto of = static_cast<double>(w.K);
    if (gap.mean <= gap.standard_error) continue;  // nothing that a logarithm could show
    K.push_back(of);
    middle.push_back(of * gap.mean);
    low.push_back(of * (gap.mean - gap.standard_error));
    high.push_back(of * (gap.mean + gap.standard_error));
  }
  if (!K.empty()) {
    learned.band(K, low, high, {.color = elbo_color, .opacity = 0.25});
    learned.line(K, middle, {.color = elbo_color, .marker = Marker::circle});
  }
  return figure;
}

Figure collapse_figure(const Collapse& collapse) {
  Figure figure(
      "The divergence of each latent dimension and the bound against the noise variance, when that is held "
      "fixed",
      2);
  const double lowest = collapse.models.front().variance, highest = collapse.models.back().variance;
  const std::vector<double> variance = series(collapse.models, &FixedScale::variance);
  std::vector<double> between;
  for (int i = 0; i <= 200; ++i) between.push_back(lowest * std::pow(highest / lowest, i / 200.0));

  Axes& kl = figure.axes("what each dimension tells", "noise variance s², held", "KL / nats a datum");
  kl.x_scale = Scale::log;
  constexpr Color dimension_colors[] = {Color::green, Color::purple};
  constexpr Marker markers[] = {Marker::circle, Marker::square};
  for (std::size_t j = 0; j < 2; ++j)
    kl.scatter(variance, series(collapse.models, [&](const FixedScale& m) { return m.kl[j]; }),
               {.label = j == 0 ? "trained, larger" : "trained, smaller",
                .color = dimension_colors[j],
                .marker = markers[j],
                .size = 7});
  for (std::size_t j = 0; j < 2; ++j)
    kl.line(between, series(between, [&](double s2) { return linear_kl(collapse.eigenvalues[j], s2); }),
            {.label = j == 0 ? "linear decoder" : "", .color = dimension_colors[j], .dash = Dash::dashed});

  Axes& bound =
      figure.axes("what is gained on no latent at all", "noise variance s², held", "gain / nats a datum");
  bound.x_scale = Scale::log;
  const auto gain = [&](double elbo, double s2) {
    return elbo - bound_without_latents(collapse.eigenvalues, s2);
  };
  bound.scatter(variance,
                series(collapse.models, [&](const FixedScale& m) { return gain(m.bound, m.variance); }),
                {.label = "trained", .color = elbo_color, .marker = Marker::circle, .size = 7});
  bound.line(
      between,
      series(between, [&](double s2) { return gain(best_linear_bound(collapse.eigenvalues, s2), s2); }),
      {.label = "linear decoder", .color = elbo_color, .dash = Dash::dashed});
  bound.horizontal(0, "no latent");
  return figure;
}
