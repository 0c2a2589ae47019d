// One hidden number, one reading: the identity by hand, and the bound seen from every q.

#include "scalar_model.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

Figure touch_figure(const ScalarModel& model) {
  const ScalarNormal exact = posterior(model);
  Figure figure("The bound as the mean and the width of q move: it touches log p(x) at the posterior alone",
                2, 340);
  Axes& curves = figure.axes("V from below", "mean of q", "V / nats");
  curves.x_range = Range{-0.6, 2.6};
  curves.y_range = Range{-4.6, -1.8};
  for (const double deviation : {0.3, std::sqrt(exact.variance), 1.1}) {
    const std::vector<double> at = spaced(-0.6, 2.6, 0.02),
                              v = series(at, [&](double mean) {
                                return elbo(model, {mean, deviation * deviation});
                              });
    curves.line(at, v, {.label = "V, deviation " + decimal(deviation, 2)});
  }
  curves.horizontal(log_evidence(model), "log p(x)", {.color = Color::ink, .dash = Dash::dashed});

  Axes& map = figure.axes("the gap log p(x) − V / nats", "mean of q", "deviation of q");
  map.x_range = Range{-0.6, 2.6};
  map.y_range = Range{0.2, 1.6};
  const Grid gap = sample_grid(
      [&](double mean, double deviation) {
        return log_evidence(model) - elbo(model, {mean, deviation * deviation});
      },
      {-0.6, 2.6}, {0.2, 1.6}, 81, 71);
  for (const double level : {0.1, 0.3, 0.6, 1.0}) {
    map.contour(gap, {level}, {.color = Color::blue, .width = 1.4});
    // Where the curve of this gap lies above the posterior's mean; (03.10) falls as the deviation grows from
    // there.
    double deviation = std::sqrt(exact.variance);
    while (log_evidence(model) - elbo(model, {exact.mean, deviation * deviation}) < level) deviation += 0.001;
    map.text(exact.mean, deviation, significant(level, 1), Anchor::middle);
  }
  const std::vector<double> best_mean{exact.mean}, best_deviation{std::sqrt(exact.variance)};
  map.scatter(best_mean, best_deviation, {.color = Color::vermillion, .marker = Marker::diamond, .size = 9});
  map.text(exact.mean + 0.1, best_deviation[0], "posterior");
  return figure;
}

}  // namespace

void scalar_by_hand(Chapter& chapter) {
  const ScalarModel model{2};
  std::cout << "One hidden number z ~ N(0, 1), one reading x = 2 of it with noise N(0, 1):\n\n";
  Table table({"q", "V", "KL(q ‖ posterior)", "sum", "log p(x)"}, 6);
  const auto row = [&](const std::string& name, const ScalarNormal& q) {
    const double v = elbo(model, q), kl = kl_divergence(q, posterior(model));
    table.row({name, v, kl, v + kl, log_evidence(model)});
  };
  row("N(0, 1), the prior", {0, 1});
  row("N(2, 1), the likelihood as a density of z", {2, 1});
  row("N(1, 1)", {1, 1});
  row("N(1, 1/10)", {1, 0.1});
  row("N(1, 1/2), the posterior", {1, 0.5});
  std::cout << table;
  chapter.figure("touch", touch_figure(model));

  // q = prior, with the library's distributions
  Tape tape;
  const auto number = [&](double v) { return tape.constant(static_cast<Real>(v)); };
  const Normal q{number(0), number(1)}, exact{number(1), number(std::sqrt(0.5))};
  const double kl = kl_divergence(q, exact).item();
  const double by_hand = -std::log(2 * std::numbers::pi) / 2 - 2.5;
  chapter.claims.equal(
      "by hand, x = 2 and q the prior: V + KL = (−½ log 2π − 5/2) + KL is log p(2) = −½ log 4π − 1",
      by_hand + kl, -std::log(4 * std::numbers::pi) / 2 - 1, 16 * u * 10,
      "KL = 3/2 − ½ log 2 by the library; the terms add up to at most 10 in size, each rounded at "
      "most 16 times: 16 u · 10");
}
