#include "figures.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr Color elbo_color = Color::blue, many_color = Color::vermillion;

std::vector<double> means(const Scores& s) {
  return series(s.by_K, [](const ImportanceWeighted& w) { return sample_mean(w.bound).mean; });
}

}  // namespace

Figure bounds_figure(const Scores& by_elbo, const Scores& by_many, Index K) {
  Figure figure(
      "The importance-weighted bounds of both models against the number of samples, between their "
      "log-evidences and the truth");
  const std::string name = "trained on L" + std::to_string(K);
  Axes& axes =
      figure.axes("L_K on held-out data; dashed: log p(x) of the model", "samples K", "nats a datum");
  axes.x_scale = Scale::log;
  const std::vector<double> K_of = series(by_elbo.by_K, &ImportanceWeighted::K);
  axes.line(K_of, means(by_many),
            {.label = name, .color = many_color, .dash = Dash::solid, .marker = Marker::square});
  axes.line(
      K_of, means(by_elbo),
      {.label = "trained on the ELBO", .color = elbo_color, .dash = Dash::solid, .marker = Marker::circle});
  const auto level = [&](const std::vector<double>& values, Color color) {
    const double y = sample_mean(values).mean;
    axes.line(std::vector<double>{K_of.front(), K_of.back()}, std::vector<double>{y, y},
              {.color = color, .dash = Dash::dashed, .width = 1.2});
  };
  level(by_many.evidence, many_color);
  level(by_elbo.evidence, elbo_color);
  const double truth = sample_mean(by_elbo.truth).mean, gap = truth - sample_mean(by_elbo.elbo).mean;
  axes.horizontal(truth, "truth");
  axes.y_range = Range{truth - 1.5 * gap, truth + 0.15 * gap};  // L_K of few samples may lie far below
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
    learned.line(K, middle, {.label = "trained on the ELBO", .color = elbo_color, .marker = Marker::circle});
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
