// Tiger with actions drawn without looking: the best causal bound in closed form, and for how much listening
// it is worth less than a coin.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

double tiger_formula(double ear, const std::vector<double>& listening, double model_ear) {
  const double agree = ear * ear + (1 - ear) * (1 - ear), right = std::log(model_ear),
               wrong = std::log(1 - model_ear);
  const double gamma = (agree - 0.5) * (right - wrong), delta = std::log(0.5) - (right + wrong) / 2;
  double still = 1, informed = 0, roars = 0;  // w_1 … w_j, S, and Σ w_j
  for (std::size_t j = 1; j < listening.size(); ++j) {
    still *= listening[j];
    informed += still;
    roars += listening[j];
  }
  const double gain =
      std::log(model_ear * std::exp(gamma * informed) + (1 - model_ear) * std::exp(-gamma * informed));
  const auto steps = static_cast<double>(listening.size());
  return steps * std::log(0.5) + listening[0] * gain - delta * roars;  // (09.12)
}

double tiger_formula(double ear, const std::vector<double>& listening) {
  return tiger_formula(ear, listening, ear);
}

double tiger_formula(double ear, double w, std::size_t horizon) {
  return tiger_formula(ear, std::vector<double>(horizon, w));
}

namespace {

double coin(std::size_t horizon) { return -static_cast<double>(horizon) * std::log(2.0); }

bool always_below(double ear, std::size_t horizon) { return tiger_formula(ear, 1, horizon) < coin(horizon); }

// Where tiger_formula crosses the coin's score between 1/2 and 1, or 1 if it stays below.
double threshold(double ear, std::size_t horizon) {
  double low = 0.5, high = 1;
  if (always_below(ear, horizon)) return 1;
  while (high - low > 1e-15) {
    const double middle = (low + high) / 2;
    (tiger_formula(ear, middle, horizon) < coin(horizon) ? low : high) = middle;
  }
  return high;
}

// The bound of models with other ears than the world's.
void draw_ears(Figure& figure, double ear, std::size_t horizon) {
  Axes& axes = figure.axes("models with other ears", "how often the model's roar is right, η");
  const std::vector<double> eta = spaced(0.5, 0.9501, 0.005);
  const auto draw = [&](double w, const char* name, Dash dash) {
    const std::vector<double> weights(horizon, w);
    axes.line(
        eta,
        series(eta, [&](double p) { return tiger_formula(ear, weights, p) / static_cast<double>(horizon); }),
        {.label = name, .color = Color::vermillion, .dash = dash});
  };
  draw(1, "listen only", Dash::solid);
  draw(0.9, "90 %", Dash::dashed);
  draw(1.0 / 3, "uniform", Dash::dotted);
  axes.horizontal(-std::log(2.0), "the coin", {.color = Color::ink, .dash = Dash::dotted});
  axes.vertical(ear, "the world's", {.color = Color::ink, .dash = Dash::dotted});
}

}  // namespace

void listening(Chapter& chapter, const Setting& uniform, double ear) {
  Setting setting = uniform;
  const auto with_weight = [&](double w) -> const Setting& {
    setting.probabilities = {w, (1 - w) / 2, (1 - w) / 2};
    return setting;
  };
  const std::size_t points = chapter.quick() ? 11 : 41;
  const double at = threshold(ear, setting.horizon);
  std::vector<double> weight, evidence, best;
  double from_formula = 0, best_below = -1, least_above = 1;
  for (std::size_t i = 0; i < points; ++i) {
    const double w = static_cast<double>(i) / static_cast<double>(points - 1);
    const Setting& s = with_weight(w);
    const double bound = best_causal_bound(s.model, s.policy(), s.horizon);
    weight.push_back(w);
    best.push_back(s.per_step(bound));
    evidence.push_back(s.per_step(expected_log_evidence(s.model, s.policy(), s.horizon)));
    from_formula = worse(from_formula, std::abs(bound - tiger_formula(ear, w, s.horizon)));
    const double lead = bound - marginal_score(s);
    if (w > 0 && w < at) best_below = worse(best_below, lead);
    if (w > at) least_above = std::min(least_above, lead);
  }

  std::cout
      << "\nEach action by itself: listen with probability w, else a door. The best causal bound is below\n"
         "the coin for 0 < w < w*, and for every w > 0 where there is none:\n";
  Table table({"steps T", {"w*", 4}});
  for (const std::size_t horizon : {2u, 3u, 4u, 5u, 6u, 8u, 16u, 64u, 256u})
    table.row({horizon, always_below(ear, horizon) ? Cell("none") : Cell(threshold(ear, horizon))});
  chapter.print("listening", table);

  Figure figure(
      "Evidence, best causal bound and the coin on Tiger against the probability of listening, and the bound "
      "against the ear of the model",
      2);
  Axes& axes = figure.axes("the true model, " + std::to_string(setting.horizon) + " steps",
                           "probability of listening, w", "nats a step");
  axes.line(weight, evidence,
            {.label = "evidence = best smoothing q", .color = Color::blue, .dash = Dash::solid});
  axes.line(weight, best, {.label = "best causal q", .color = Color::vermillion, .dash = Dash::dashed});
  axes.horizontal(-std::log(2.0), "the coin", {.color = Color::ink, .dash = Dash::dotted});
  if (!always_below(ear, setting.horizon))
    axes.vertical(at, "w*", {.color = Color::ink, .dash = Dash::dotted});
  draw_ears(figure, ear, setting.horizon);
  chapter.figure("listening", figure);
  chapter.results.set("listening.threshold", at);

  chapter.claims.equal("(09.12) the dynamic programme gives Tiger's formula for " + std::to_string(points) +
                           " probabilities of listening (largest difference)",
                       from_formula, 0, rounding(setting, 5), rounding_of_terms);
  if (ear != default_ear) return;
  const Setting& there = with_weight(at);
  chapter.claims.at_most(
      "(09.13) listening with 0 < w < w*, the true model with its best causal q scores less than the coin "
      "(largest difference)",
      best_below, 0, 0, "an inequality between exact values; they differ by far more than rounding");
  chapter.claims.at_least("(09.12) listening with w > w*, it scores more than the coin (least difference)",
                          least_above, 0, 0,
                          "an inequality between exact values; they differ by far more than rounding");
  chapter.claims.equal("at w = w* it scores the same as the coin",
                       best_causal_bound(there.model, there.policy(), there.horizon), marginal_score(there),
                       rounding(setting, 5),
                       "the root of (09.12) to 1e-15, and " + std::string(rounding_of_terms));
}
