// The evidence bar of chapter 03: log p(x) = V + KL(q ‖ posterior), whatever q is moved to.

#include <memory>

#include "03-evidence-bound/scalar_model.h"
#include "exhibit.h"
#include "support/figure.h"
#include "support/text.h"

namespace doxa::exhibits {
using namespace support;
namespace {

struct Bar {
  Dials dials{{{Control::Kind::slider, "mean", "mean of q", "0", -2, 4, 0.05},
               {Control::Kind::slider, "deviation", "deviation of q", "1", 0.1, 3, 0.05},
               {Control::Kind::slider, "x", "reading x", "2", -2, 4, 0.1},
               {Control::Kind::slider, "noise", "deviation s of its noise", "1", 0.3, 3, 0.1}}};

  ScalarModel model() const { return {dials["x"], dials["noise"] * dials["noise"]}; }
  ScalarNormal q() const { return {dials["mean"], dials["deviation"] * dials["deviation"]}; }

  std::vector<Control> controls() const {
    std::vector<Control> all = dials.sliders();
    all.push_back({Control::Kind::button, "optimum", "Put q on the posterior"});
    return all;
  }
};

Picture densities(const ScalarModel& model, const ScalarNormal& q) {
  Figure figure("The densities of the prior, the posterior and q", 1, 240, 350);
  Axes& axes = figure.axes("", "z", "density");
  const std::vector<double> z = spaced(-4, 6, 10 / 400.0);
  axes.x_range = Range{-4, 6};
  const auto density = [&](const ScalarNormal& n) {
    return series(z, [&](double at) { return std::exp(log_normal(at, n)); });
  };
  axes.line(z, density({0, 1}), {.label = "prior", .color = Color::green, .dash = Dash::dotted});
  axes.line(z, density(posterior(model)),
            {.label = "posterior", .color = Color::ink, .dash = Dash::dashed, .width = 2});
  axes.line(z, density(q), {.label = "q", .color = Color::blue, .dash = Dash::solid, .width = 2});
  return {"Densities over z: prior, posterior and q, whose mean is " + significant(q.mean, 3) +
              " and whose deviation is " + significant(std::sqrt(q.variance), 3),
          figure.svg()};
}

Picture bar_of(double v, double kl, double evidence) {
  Figure figure("A bar that ends at log p(x): V, and on top of it KL(q ‖ posterior)", 1, 240, 210);
  Axes& axes = figure.axes("", "", "nats");
  const double length = std::max(5.0, 1.25 * kl), floor = evidence - length;
  axes.x_range = Range{0, 1};
  axes.y_range = Range{floor, evidence + 0.25 * length};
  axes.x_ticks({}, {});
  const std::vector<double> across{0.3, 0.7};
  const auto level = [](double at) { return std::vector{at, at}; };
  axes.band(across, level(floor), level(v), {.label = "V", .color = Color::blue, .opacity = 0.75});
  axes.band(across, level(v), level(evidence),
            {.label = "KL(q ‖ posterior)", .color = Color::orange, .opacity = 0.75});
  axes.horizontal(evidence, "log p(x)", {.color = Color::ink, .dash = Dash::solid});
  return {"A bar whose top is log p(x), " + significant(evidence) + " nats: V is " + significant(v) +
              ", and KL(q ‖ posterior) the " + significant(kl) + " above it",
          figure.svg()};
}

Answer bar_answer(const Bar& bar) {
  const ScalarModel model = bar.model();
  const ScalarNormal q = bar.q(), exact = posterior(model);
  const double v = elbo(model, q), kl = kl_divergence(q, exact), evidence = log_evidence(model);
  return {.news = "V = " + decimal(v, 4) + " and KL = " + decimal(kl, 4) +
                  " add up to log p(x) = " + decimal(evidence, 4) + ".",
          .numbers = {{"V", decimal(v, 4)},
                      {"KL(q ‖ posterior)", decimal(kl, 4)},
                      {"V + KL", decimal(v + kl, 4)},
                      {"log p(x)", decimal(evidence, 4)},
                      {"E_q log p(x|z)", decimal(expected_log_likelihood(model, q), 4)},
                      {"KL(q ‖ prior)", decimal(kl_divergence(q, {0, 1}), 4)},
                      {"posterior", "mean " + decimal(exact.mean, 3) + ", deviation " +
                                        decimal(std::sqrt(exact.variance), 3)}},
          .pictures = {densities(model, q), bar_of(v, kl, evidence)}};
}

}  // namespace

Exhibit evidence_bar() {
  const auto bar = std::make_shared<Bar>();
  return {"evidence-bar", "The evidence bar: move q, and log p(x) = V + KL stays",
          [bar] { return bar->controls(); },
          [bar](std::string_view line) {
            const std::string_view word = words_of(line).first;
            if (word == "optimum") {
              const ScalarNormal best = posterior(bar->model());
              bar->dials.set("mean", best.mean);
              bar->dials.set("deviation", std::sqrt(best.variance));
            } else if (!word.empty() && !bar->dials.turn(line)) {
              throw unknown_line(line, bar->controls());
            }
            return bar_answer(*bar);
          }};
}

}  // namespace doxa::exhibits
