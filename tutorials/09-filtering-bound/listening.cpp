// Tiger when listening with probability w: the best causal bound in closed form, and for which w it is worth
// less than having no memory at all.

#include "doxa/models/pomdp/simulate.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

double tiger_formula(double w, std::size_t horizon) {
  //! [tiger-formula]
  const double right = std::log(0.85), wrong = std::log(0.15), c = 0.85 * 0.85 + 0.15 * 0.15;
  const double guess = (right + wrong) / 2, door = std::log(0.5);
  double believed = 0, disbelieved = 0, reset = 0;  // G(o_1), G(not o_1), and after a door
  for (std::size_t j = 1; j < horizon; ++j) {
    const double still = std::pow(w, static_cast<double>(j));  // no door up to the j-th step after the first
    believed += still * (c * right + (1 - c) * wrong) + (w - still) * guess + (1 - w) * door;
    disbelieved += still * (c * wrong + (1 - c) * right) + (w - still) * guess + (1 - w) * door;
    reset += w * guess + (1 - w) * door;
  }
  return (1 - w) * (door + reset) +
         w * std::log(0.5 * (0.85 * std::exp(believed) + 0.15 * std::exp(disbelieved)));  // (09.12)
  //! [tiger-formula]
}

namespace {

// Where tiger_formula crosses -T log 2 between 1/2 and 1, or 1 if it stays below.
double threshold(std::size_t horizon) {
  const double memoryless = -static_cast<double>(horizon) * std::log(2.0);
  double low = 0.5, high = 1;
  if (tiger_formula(1, horizon) < memoryless) return 1;
  while (high - low > 1e-15) {
    const double middle = (low + high) / 2;
    (tiger_formula(middle, horizon) < memoryless ? low : high) = middle;
  }
  return high;
}

}  // namespace

void listening(Chapter& chapter, const Setting& uniform) {
  Setting setting = uniform;
  const auto with_weight = [&](double w) -> const Setting& {
    setting.probabilities = {w, (1 - w) / 2, (1 - w) / 2};
    return setting;
  };
  const std::size_t points = chapter.quick() ? 11 : 41;
  std::vector<double> weight, evidence, best;
  double from_formula = 0, best_of_any = -1;
  for (std::size_t i = 0; i < points; ++i) {
    const double w = static_cast<double>(i) / static_cast<double>(points - 1);
    const Setting& s = with_weight(w);
    const double bound = best_causal_bound(s.model, s.policy(), s.horizon);
    weight.push_back(w);
    best.push_back(s.per_step(bound));
    evidence.push_back(s.per_step(expected_log_evidence(s.model, s.policy(), s.horizon)));
    from_formula = std::max(from_formula, std::abs(bound - tiger_formula(w, s.horizon)));
    if (w > 0 && w < threshold(s.horizon)) best_of_any = std::max(best_of_any, bound - memoryless_score(s));
  }
  const double at = threshold(setting.horizon), log_2 = std::log(2.0);
  const Setting& there = with_weight(at);
  const double bound_there = best_causal_bound(there.model, there.policy(), there.horizon);

  std::cout
      << "\nListening with probability w, else a door. The best causal bound is below the predictor without "
         "memory, -log 2 a step, for 0 < w < w*:\n";
  Table table({"steps T", "w*"}, 5);
  for (const std::size_t horizon : {2u, 3u, 4u, 5u, 6u, 8u, 16u, 64u, 256u})
    table.row({horizon, threshold(horizon)});
  std::cout << table;

  Figure figure("Best causal bound, evidence and memoryless predictor on Tiger against the listening weight");
  Axes& axes = figure.axes("the true model, " + std::to_string(setting.horizon) + " steps",
                           "probability of listening, w", "nats a step");
  axes.line(weight, evidence, {.label = "evidence = best smoothing q"});
  axes.line(weight, best, {.label = "best causal q"});
  axes.horizontal(-log_2, "no memory", {.color = Color::ink, .dash = Dash::dotted});
  axes.vertical(at, "w*", {.color = Color::ink, .dash = Dash::dotted});
  chapter.figure("listening", figure);
  chapter.results.set("listening.threshold", at);

  chapter.claims.equal("(09.12) the dynamic programme gives Tiger's formula for " + std::to_string(points) +
                           " weights of listening (largest difference)",
                       from_formula, 0, rounding(setting, 5), rounding_of_terms);
  chapter.claims.at_most(
      "(09.13) for all of these 0 < w < w*, the true model with its best causal q is worth less "
      "than no memory (the largest difference)",
      best_of_any, 0, 0, "an inequality between exact values; they differ by far more than rounding");
  chapter.claims.equal("at w = w* the two are equal", bound_there, memoryless_score(there),
                       rounding(setting, 5),
                       "the root of (09.12) to 1e-15, and " + std::string(rounding_of_terms));
}
