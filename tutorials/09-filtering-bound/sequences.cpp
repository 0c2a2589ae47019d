// Blind plans: a sequence of actions that is fixed beforehand. Some are worth more than the coin.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// Listen at step k where bit k of `plan` is set, else open the left door. (The two doors are alike.)
std::vector<double> listening_of(std::size_t plan, std::size_t horizon) {
  std::vector<double> listening;
  for (std::size_t k = 0; k < horizon; ++k) listening.push_back((plan >> k & 1) == 1 ? 1 : 0);
  return listening;
}

std::string letters(const std::vector<double>& listening) {
  std::string text;
  for (const double w : listening) text += w > 0 ? 'L' : 'D';
  return text;
}

// Roars before the first door, and after it.
struct Roars {
  std::size_t first_run = 0, later = 0;
};
Roars roars(const std::vector<double>& listening) {
  Roars r;
  bool door = false;
  for (const double w : listening) {
    door = door || w == 0;
    if (w > 0) ++(door ? r.later : r.first_run);
  }
  return r;
}

}  // namespace

void sequences(Chapter& chapter, const Setting& uniform, double ear) {
  const Pomdp& m = uniform.model;
  const std::size_t horizon = uniform.horizon, plans = std::size_t{1} << horizon,
                    listen = index_of(m.actions, "listen", "action"),
                    open = index_of(m.actions, "open-left", "action");
  const double coin = -static_cast<double>(horizon) * std::log(2.0), slack = rounding(uniform, coin);
  double from_formula = 0, from_gain = 0, five_then_door = 0;
  std::size_t above = 0, equal = 0, exceptions = 0;
  std::vector<double> first_run;  // what so many roars before the first door add to the coin
  for (std::size_t n = 0; n <= horizon; ++n)
    first_run.push_back(
        n == 0 ? 0 : tiger_formula(ear, std::vector<double>(n, 1)) + static_cast<double>(n) * std::log(2.0));
  const double cost = std::log(0.5) - (std::log(ear) + std::log(1 - ear)) / 2;  // of a roar after a door
  for (std::size_t plan = 0; plan < plans; ++plan) {
    const std::vector<double> listening = listening_of(plan, horizon);
    const HistoryPolicy policy = [&](const History& h, std::size_t a) {
      return a == (listening[h.steps()] > 0 ? listen : open) ? 1.0 : 0.0;
    };
    const double bound = best_causal_bound(m, policy, horizon);
    from_formula = worse(from_formula, std::abs(bound - tiger_formula(ear, listening)));
    const Roars r = roars(listening);
    from_gain = worse(from_gain,
                      std::abs(bound - coin - first_run[r.first_run] + static_cast<double>(r.later) * cost));
    if (letters(listening) == "LLLLLD") five_then_door = bound;
    const bool is_above = bound > coin + slack;
    above += is_above;
    equal += std::abs(bound - coin) <= slack;
    exceptions += is_above != (r.first_run >= 3 && r.later == 0);
  }

  std::cout << "\nBlind plans, fixed beforehand. So many roars before the first door are worth, against the "
               "coin:\n";
  Table table({"roars before the first door", {"nats", 3}});
  for (std::size_t n = 1; n <= horizon; ++n) table.row({n, first_run[n]});
  chapter.print("sequences", table);
  std::cout << "and each roar after it " << significant(-cost, 3) << ". Of the " << plans << " plans of "
            << horizon << " steps, " << above << " are worth more than the coin and " << equal
            << " as much.\n"
            << "Listening five times and then opening a door: "
            << significant(uniform.per_step(five_then_door), 4)
            << " nats a step; the coin: " << significant(uniform.per_step(coin), 4) << ".\n";
  chapter.results.set("sequences.above", above);
  chapter.results.set("sequences.equal", equal);
  chapter.results.set("sequences.below", plans - above - equal);
  chapter.results.set("sequences.five_then_door", uniform.per_step(five_then_door));
  chapter.results.set("sequences.cost", cost);
  for (std::size_t n = 1; n <= horizon; ++n)
    chapter.results.set("sequences.first_run." + std::to_string(n), first_run[n]);

  chapter.claims.equal("(09.12) the dynamic programme gives Tiger's formula for all " +
                           std::to_string(plans) + " blind plans (largest difference)",
                       from_formula, 0, rounding(uniform, 5), rounding_of_terms);
  chapter.claims.equal(
      "a blind plan scores as the coin, plus what its roars before the first door add, less δ for each roar "
      "after it (largest difference)",
      from_gain, 0, rounding(uniform, 5), rounding_of_terms);
  if (ear != default_ear) return;
  chapter.claims.at_least("not every blind policy loses to the coin: listen five times, then open a door",
                          five_then_door, coin, 0, "an inequality between exact values, 0.2 nats apart");
  chapter.claims.equal(
      "a plan beats the coin if three roars or more come before the first door and none after it, and only "
      "then (exceptions)",
      static_cast<double>(exceptions), 0, 0, "a count");
}
