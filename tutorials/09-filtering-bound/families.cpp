// What each family of posteriors can reach, and where in time the rest is lost.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

Figure gap_figure(const std::vector<Setting>& settings, const std::vector<Exact>& exact) {
  Figure figure("The gap of the best causal posterior, step by step, for three policies on Tiger", 3, 260);
  const std::vector<double> step = spaced(1, static_cast<double>(settings[0].horizon), 1);
  std::vector<std::string> names;
  for (const double k : step) names.push_back(decimal(k, 0));
  double highest = 0;
  for (const Exact& e : exact)
    for (const double gap : e.causal.gap) highest = std::max(highest, gap);
  for (std::size_t i = 0; i < settings.size(); ++i) {
    Axes& axes = figure.axes(settings[i].policy_name, "step k", i == 0 ? "E KL(q* ‖ posterior) / nats" : "");
    axes.x_ticks(step, names);
    axes.y_range = Range{0, 1.05 * highest};
    axes.bars(step, exact[i].causal.gap, {.color = Color::vermillion});
  }
  return figure;
}

// A probability of the left door as a number of roars: Bayes' rule is as sure after so many more on the left
// than on the right.
double in_roars(double probability, double of_one) {
  return std::log(probability / (1 - probability)) / std::log(of_one / (1 - of_one));
}

}  // namespace

void families(Chapter& chapter, const Setting& setting, const Exact& exact) {
  const Pomdp& m = setting.model;
  const CausalPosterior beliefs = belief_posterior(m, setting.policy(), setting.horizon);  // (09.7)
  const double of_beliefs = expected_filtering_bound(m, setting.policy(), beliefs).bound;
  std::cout << "\nWhat each family reaches, " << setting.policy_name << " policy, nats a step:\n";
  Table table({"posterior", "bound", "gap"}, 6);
  const auto row = [&](const char* name, double bound) {
    table.row({name, setting.per_step(bound), decimal(setting.per_step(exact.evidence - bound), 6)});
  };
  row("(A) the beliefs, Π b_k(s_k)", of_beliefs);
  row("(A) mean field, Π q(s_k|h_k), by coordinate ascent", exact.mean_field.bound);
  row("(B) Markov, Π q(s_k|s_{k-1},h_k), the best", exact.best.bound);
  row("smoothing, the best: p(s_{1:T}|h_T)", exact.smoothing.bound);
  row(setting.key == "model" ? "no posterior: p(o_k|a_{k-1}), (09.13)" : "no posterior: the coin",
      exact.marginal);
  chapter.print("families", table);
  chapter.results.set("families.beliefs", setting.per_step(of_beliefs));
  chapter.results.set("families.mean_field", setting.per_step(exact.mean_field.bound));
  chapter.results.set("families.best_causal", setting.per_step(exact.best.bound));
  chapter.results.set("families.best_smoothing", setting.per_step(exact.smoothing.bound));

  chapter.claims.equal("(09.9) the value of the dynamic programme is the bound of the q that it finds",
                       exact.causal.bound, exact.best.bound, rounding(setting, exact.evidence),
                       rounding_of_terms);
  chapter.claims.at_least(
      "(09.7), (09.8) the best causal q scores no less than the beliefs and the best mean field found",
      exact.best.bound, std::max(exact.mean_field.bound, of_beliefs), rounding(setting, exact.evidence),
      rounding_of_terms);
  chapter.claims.equal("(09.5) the bound of the best smoothing q is the filter's evidence",
                       exact.smoothing.bound, exact.evidence, rounding(setting, exact.evidence),
                       rounding_of_terms);
  if (exact.best.bound > -std::numeric_limits<double>::infinity())
    chapter.claims.equal("at the last step, where there is no future left, the best causal q has no gap",
                         exact.causal.gap.back(), 0, rounding(setting, 0), rounding_of_terms);
}

void policies(Chapter& chapter, const std::vector<Setting>& settings, const std::vector<Exact>& exact) {
  std::cout << "\nThree policies, " << settings[0].horizon << " steps, nats a step:\n";
  Table table({"policy", "evidence = best smoothing", "the coin: p(o_k|a_{k-1})", "best causal (B)",
               "best mean field (A)"},
              6);
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const Setting& s = settings[i];
    const Exact& e = exact[i];
    table.row({s.policy_name, s.per_step(e.evidence), s.per_step(e.marginal), s.per_step(e.best.bound),
               s.per_step(e.mean_field.bound)});
    const auto set = [&](const char* name, double nats) {
      chapter.results.set("tiger." + s.key + "." + name, s.per_step(nats));
    };
    set("evidence", e.evidence);
    set("best_causal", e.best.bound);
    set("best_smoothing", e.smoothing.bound);
    set("best_mean_field", e.mean_field.bound);
    set("coin", e.marginal);
  }
  chapter.print("policies", table);
  std::cout << "\nThe gap of the best causal q by step, nats:\n";
  std::vector<Column> header{"policy"};
  for (std::size_t k = 1; k <= settings[0].horizon; ++k) header.push_back("k = " + std::to_string(k));
  header.push_back("sum");
  Table gaps(header);
  for (std::size_t i = 0; i < settings.size(); ++i) {
    std::vector<Cell> row{settings[i].policy_name};
    for (const double gap : exact[i].causal.gap) row.emplace_back(decimal(gap, 4)).is_number = true;
    row.emplace_back(decimal(total(exact[i].causal.gap), 4)).is_number = true;
    gaps.row(row);
  }
  chapter.print("gaps", gaps);
  const double of_one =
      emission_row(settings[0].model, index_of(settings[0].model.actions, "listen", "action"), 0)[0];
  std::cout << "\nWhat q*(s_1|h_1) makes of a single roar on the left, where the belief in that door is "
            << significant(of_one, 2) << ":\n";
  Table first({"policy", "q*(tiger-left)", {"is the belief after so many roars", 3}});
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const std::vector<std::size_t> listen{index_of(settings[i].model.actions, "listen", "action")},
        left{index_of(settings[i].model.observations, "hear-left", "observation")};
    const double q =
        along(settings[i].model, exact[i].best.posterior, {listen, left}).row(1, 0)[0];  // (09.10)
    first.row({settings[i].policy_name, q, in_roars(q, of_one)});
    chapter.results.set("tiger." + settings[i].key + ".after_one_roar", q);
  }
  chapter.print("first_roar", first);
  chapter.figure("gap", gap_figure(settings, exact));
  double before = 0;
  for (std::size_t k = 1; k < settings[2].horizon; ++k) before = std::max(before, exact[2].causal.gap[k]);
  chapter.claims.equal("listening only, the whole gap arises at the first step (the largest of a later one)",
                       before, 0, rounding(settings[2], 0), rounding_of_terms);
}
