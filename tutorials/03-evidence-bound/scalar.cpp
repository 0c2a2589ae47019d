// One hidden number, one reading: the identity by hand, and the bound seen from every q.

#include "scalar_model.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The nine q of the posterior's width whose means are j/√2 deviations from its mean: KL = j²/4 nats.
std::vector<ScalarNormal> sliding(const ScalarModel& model) {
  const ScalarNormal exact = posterior(model);
  std::vector<ScalarNormal> q;
  for (int j = -4; j <= 4; ++j) q.push_back({exact.mean + j * std::sqrt(exact.variance / 2), exact.variance});
  return q;
}

// V and KL(q ‖ posterior) as a bar whose whole length is always log p(x), from 5 nats below it.
std::string bar(double kl) {
  const int length = 40, gap = static_cast<int>(std::lround(length * kl / 5));
  std::string text;
  for (int i = 0; i < length; ++i) text += i < length - gap ? "█" : "░";
  return text;
}

void bayes_table(Chapter& chapter, const ScalarModel& model) {
  std::cout << "One hidden number z ~ N(0, 1), one reading x = " << to_text(model.x)
            << " of it, with noise of deviation " << significant(std::sqrt(model.noise_variance), 2)
            << ".\nBayes' rule at five places z:\n\n";
  Table table({"z", "log p(x, z)", "log p(z|x)", "log p(x, z) − log p(z|x)"}, 6);
  for (const ScalarNormal& q :
       {sliding(model)[0], sliding(model)[2], sliding(model)[4], sliding(model)[6], sliding(model)[8]}) {
    const double joint = log_joint(model, q.mean), after = log_normal(q.mean, posterior(model));
    table.row({decimal(q.mean, 2), joint, after, joint - after});
  }
  chapter.print("bayes", table);
}

void sliding_table(Chapter& chapter, const ScalarModel& model) {
  std::cout << "\nq slides over the posterior, N(" << to_text(posterior(model).mean) << ", "
            << to_text(posterior(model).variance) << "). █ is V, ░ is KL(q ‖ posterior):\n\n";
  Table table({"mean of q", "V", "KL", "V + KL", "log p(x) − 5 nats … log p(x)"}, 5);
  for (const ScalarNormal& q : sliding(model)) {
    const double v = elbo(model, q), kl = kl_divergence(q, posterior(model));
    table.row({decimal(q.mean, 2), decimal(v, 4), decimal(kl, 4), decimal(v + kl, 4), bar(kl)});
  }
  chapter.print("slide", table);
}

void table_of_q(Chapter& chapter, const ScalarModel& model) {
  const ScalarNormal exact = posterior(model);
  std::cout << "\nOther q:\n\n";
  Table table({"q", "E_q log p(x|z)", "− KL(q ‖ prior)", "= V", "KL(q ‖ posterior)", "V + KL"}, 6);
  const auto row = [&](const std::string& name, const ScalarNormal& q) {
    const double v = elbo(model, q), kl = kl_divergence(q, exact);
    table.row({name, expected_log_likelihood(model, q), -kl_divergence(q, {0, 1}), v, kl, v + kl});
  };
  row("the prior", {0, 1});
  row("the likelihood as a density of z", {model.x, model.noise_variance});
  row("the posterior, twice as wide", {exact.mean, 4 * exact.variance});
  row("the posterior, half as wide", {exact.mean, exact.variance / 4});
  row("the posterior", exact);
  chapter.print("by-hand", table);
}

std::vector<ScalarNormal> climb(const ScalarModel& p, ScalarNormal q, int steps) {
  const double precision = 1 + 1 / p.noise_variance, rate = 0.2 / precision;
  std::vector<ScalarNormal> path{q};
  for (int t = 0; t < steps; ++t) {
    const double by_mean = (p.x - q.mean) / p.noise_variance - q.mean;  // ∂V/∂μ of (03.10)
    const double by_log_deviation = 1 - q.variance * precision;         // ∂V/∂log τ
    q.mean += rate * by_mean;
    q.variance *= std::exp(2 * rate * by_log_deviation);
    path.push_back(q);
  }
  return path;
}

Figure slide_figure(const ScalarModel& model) {
  const ScalarNormal exact = posterior(model);
  const std::vector<ScalarNormal> qs = sliding(model);
  const double step = qs[1].mean - qs[0].mean, low = qs[0].mean - 2 * step, high = qs[8].mean + 2 * step;
  Figure figure("q slides over the posterior; under each q a bar of constant height, V below and KL above", 1,
                225, 640);
  const std::vector<double> z = spaced(low, high, (high - low) / 300);
  const auto density = [&](const ScalarNormal& n) {
    return series(z, [&](double at) { return std::exp(log_normal(at, n)); });
  };
  Axes& top = figure.axes("q slides", "z", "density");
  top.x_range = Range{low, high};
  top.y_range = Range{0, 1.45 * std::exp(log_normal(exact.mean, exact))};
  for (const std::size_t i : {0u, 2u, 6u, 8u})
    top.line(z, density(qs[i]), {.color = Color::blue, .dash = Dash::solid, .width = 1, .opacity = 0.7});
  top.line(z, density(qs[4]), {.label = "q", .color = Color::blue, .dash = Dash::solid, .width = 2});
  top.line(z, density(exact), {.label = "posterior", .color = Color::ink, .dash = Dash::dashed, .width = 2});

  const double evidence = log_evidence(model), floor = evidence - 5;
  Axes& bars = figure.axes("log p(x) = V + KL", "mean of q", "nats");
  bars.x_range = Range{low, high};
  bars.y_range = Range{floor, evidence + 1.4};
  for (std::size_t i = 0; i < qs.size(); ++i) {
    const double v = elbo(model, qs[i]), half = 0.3 * step;
    const std::vector<double> x{qs[i].mean - half, qs[i].mean + half}, bottom{floor, floor}, middle{v, v},
        top_of_bar{evidence, evidence};
    const bool first = i == 0;
    bars.band(x, bottom, middle, {.label = first ? "V" : "", .color = Color::blue, .opacity = 0.75});
    bars.band(x, middle, top_of_bar,
              {.label = first ? "KL(q ‖ posterior)" : "", .color = Color::orange, .opacity = 0.75});
  }
  bars.horizontal(evidence, "log p(x)", {.color = Color::ink, .dash = Dash::solid});
  return figure;
}

Figure touch_figure(const ScalarModel& model, std::span<const ScalarNormal> path) {
  const ScalarNormal exact = posterior(model);
  const double width = std::sqrt(exact.variance);
  const Range means{exact.mean - 2.25 * width, exact.mean + 2.25 * width}, widths{0.28 * width, 2.3 * width};
  Figure figure("The bound as the mean and the width of q move: it touches log p(x) at the posterior alone",
                2, 340);
  Axes& curves = figure.axes("V from below", "mean of q", "nats");
  curves.x_range = means;
  curves.y_range = Range{log_evidence(model) - 2.4, log_evidence(model) + 0.4};
  for (const double of_width : {1.0, 1.55, 0.42}) {
    const double deviation = of_width * width;
    const std::vector<double> at = spaced(means.low, means.high, width / 40);
    curves.line(at,
                series(at,
                       [&](double mean) {
                         return elbo(model, {mean, deviation * deviation});
                       }),
                {.label = "V, deviation " + decimal(deviation, 2), .color = Color::blue});
  }
  curves.horizontal(log_evidence(model), "log p(x)", {.color = Color::ink, .dash = Dash::solid});

  Axes& map = figure.axes("the gap log p(x) − V / nats", "mean of q", "deviation of q");
  map.x_range = means;
  map.y_range = widths;
  const auto gap = [&](double mean, double deviation) {
    return log_evidence(model) - elbo(model, {mean, deviation * deviation});
  };
  const Grid grid = sample_grid(gap, means, widths, 81, 71);
  for (const double level : {0.1, 0.3, 0.6, 1.0}) {
    map.contour(grid, {level}, {.color = Color::orange, .width = 1.6});
    // Where the curve of this gap lies above the posterior's mean: the gap grows with the width from there.
    double deviation = width;
    while (gap(exact.mean, deviation) < level) deviation += width / 500;
    map.text(exact.mean, deviation + 0.045 * width, significant(level, 1), Anchor::middle);
  }
  const auto mean = series(path, [](const ScalarNormal& q) { return q.mean; });
  const auto deviation = series(path, [](const ScalarNormal& q) { return std::sqrt(q.variance); });
  map.line(mean, deviation, {.color = Color::blue, .dash = Dash::solid, .width = 1});
  map.scatter(mean, deviation, {.color = Color::blue, .marker = Marker::circle, .size = 5});
  const std::vector<double> best_mean{exact.mean}, best_deviation{width};
  map.scatter(best_mean, best_deviation, {.color = Color::ink, .marker = Marker::diamond, .size = 9});
  map.text(exact.mean, width - 0.13 * width, "posterior", Anchor::middle);
  return figure;
}

}  // namespace

void scalar_by_hand(Chapter& chapter, const ScalarModel& model) {
  bayes_table(chapter, model);
  sliding_table(chapter, model);
  table_of_q(chapter, model);
  chapter.figure("slide", slide_figure(model));

  const std::vector<ScalarNormal> path =
      climb(model, {0, 1}, static_cast<int>(200 * (1 + 1 / model.noise_variance)));
  const std::span<const ScalarNormal> first = std::span(path).first(40);
  chapter.figure("touch", touch_figure(model, first));
  const ScalarNormal exact = posterior(model), end = path.back();
  std::cout << "\nUphill on V from the prior, 40 steps:  "
            << sparkline(series(first, [&](const ScalarNormal& q) { return elbo(model, q); }))
            << "  to V = " << significant(elbo(model, end), 6) << '\n';

  // q = prior at x = 2, with the library's distributions
  Tape tape;
  const auto number = [&](double value) { return tape.constant(static_cast<Real>(value)); };
  const Normal prior{number(0), number(1)}, after{number(1), number(std::sqrt(0.5))};
  const double kl_of_prior = kl_divergence(prior, after).item();
  chapter.claims.equal(
      "by hand, x = 2 and q the prior: V + KL = (−½ log 2π − 5/2) + KL is log p(2) = −½ log 4π − 1",
      -std::log(2 * std::numbers::pi) / 2 - 2.5 + kl_of_prior, -std::log(4 * std::numbers::pi) / 2 - 1,
      16 * u * 10,
      "KL = 3/2 − ½ log 2 by the library; the terms add up to at most 10 in size, each rounded at "
      "most 16 times: 16 u · 10");

  const double in_double = std::numeric_limits<double>::epsilon() / 2,
               size = 10 + (1 + model.x * model.x) * (1 + 1 / model.noise_variance);
  double miss = 0, wrong_kl = 0;
  for (int j = -4; const ScalarNormal& q : sliding(model)) {
    const double kl = kl_divergence(q, exact);
    miss = worse(miss, std::abs(elbo(model, q) + kl - log_evidence(model)));
    wrong_kl = worse(wrong_kl, std::abs(kl - j * j / 4.0));
    ++j;
  }
  const std::string why =
      "in double; the terms add up to 10 + (1 + x²)(1 + 1/s²) at most, each rounded at most 64 times";
  chapter.claims.equal("(03.10) V + KL is log p(x) for each of the nine q that slide: largest miss", miss, 0,
                       64 * in_double * size, why);
  chapter.claims.equal("and j/√2 deviations beside the posterior KL is j²/4: largest miss", wrong_kl, 0,
                       64 * in_double * size, why);
  chapter.claims.equal(
      "uphill on V by the two derivatives of (03.10) q becomes the posterior (03.9): largest difference",
      std::max(std::abs(end.mean - exact.mean), std::abs(end.variance - exact.variance)), 0,
      64 * in_double * size,
      "a step leaves 0.8 of the distance in the mean, 1 − 0.4/Λ in log τ, and less than e⁻⁴⁰ is left after "
      "200 Λ steps; " +
          why);
}
