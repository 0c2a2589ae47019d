// Sections "bet" and "values": what each way of imagining promises, and what it earns. Equation tags refer to
// README.md.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The middle of two bounds; 0 where it differs from that by less than what the certificates leave open.
double shown(const ValueBounds& v) { return std::abs(v.middle()) < 1e-5 ? 0.0 : v.middle(); }

// A number where both ends agree in three digits, and else both of them.
Cell between(const ValueBounds& v) {
  if (v.gap() <= 1e-3 * (1 + std::abs(v.middle()))) return shown(v);
  return significant(v.lower, 3) + " … " + significant(v.upper, 3);
}

// What bounds and their evaluation may leave open, beyond rounding.
double open_at(const ValueBounds& v) { return 1e-9 * (1 + std::abs(v.middle())); }

// The claim's numbers are those of the pair that is closest to contradicting it.
void claim_not_above(Chapter& chapter, const std::string& sentence,
                     const std::vector<std::pair<ValueBounds, ValueBounds>>& pairs) {
  const auto& [low, high] = *std::ranges::max_element(
      pairs, {}, [](const auto& p) { return p.first.lower - p.second.upper - open_at(p.second); });
  chapter.claims.at_most(sentence, low.lower, high.upper, open_at(high),
                         "proved bounds on both sides; rounding of their last digits");
}

void claim_order(Chapter& chapter, const Known& k) {
  const ValueBounds best = k.best.value();
  claim_not_above(chapter, k.name + ": blind ≤ the last observation only ≤ V*, blind ≤ a sequence ≤ V*",
                  {{k.blind.at_start, k.memoryless.value},
                   {k.memoryless.value, best},
                   {k.blind.at_start, k.open_loop.value()},
                   {k.open_loop.value(), best}});
  claim_not_above(chapter, k.name + ": V* ≤ the fast informed bound ≤ QMDP ≤ the state seen",
                  {{best, k.informed.at_start},
                   {k.informed.at_start, k.qmdp.at_start},
                   {k.qmdp.at_start, k.seen.at_start}});  // (12.4)
}

// (12.1): acting once and going on with a bound of V* gives a value that the other bound cannot contradict.
void claim_one_step(Chapter& chapter, const Known& k) {
  const PlanningModel& m = k.planning();
  const SparseBelief b = sparse(k.m.start);
  std::vector<SparseBelief> after;
  ValueBounds ahead{-std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (std::size_t a = 0; a < m.actions(); ++a) {
    const double now = b.dot(m.reward(a));
    ValueBounds of_action{now, now};
    m.successors(b, a, after);
    for (SparseBelief& next : after) {
      const double p = next.mass();
      if (!(p > 0)) continue;
      std::vector<double> dense(m.states(), 0.0);
      for (std::size_t i = 0; i < next.size(); ++i) dense[next.state[i]] = next.probability[i] / p;
      const ValueBounds v = value_bounds(k.best, dense);
      of_action.lower += m.discount() * p * v.lower;
      of_action.upper += m.discount() * p * v.upper;
    }
    ahead.lower = std::max(ahead.lower, of_action.lower);
    ahead.upper = std::max(ahead.upper, of_action.upper);
  }
  claim_not_above(chapter, k.name + ": (12.1) with either bound one step ahead does not contradict the other",
                  {{ahead, k.best.value()}, {k.best.value(), ahead}});
}

void claim_earned(Chapter& chapter, const Known& k, const std::vector<Imagined>& all) {
  std::vector<std::pair<ValueBounds, ValueBounds>> pairs;
  for (const Imagined& i : all) pairs.emplace_back(i.earned, k.best.value());
  claim_not_above(chapter, k.name + ": whatever is imagined, at most V* is earned", pairs);
  chapter.claims.at_least(
      k.name + ": who acts on the belief earns the lower end of the certificate", all.back().earned.upper,
      k.best.value().lower, open_at(k.best.value()),
      "the greedy policy of the certificate's vectors earns at least their value");  // (12.3)
}

void claim_tiger(Chapter& chapter, const Known& tiger, const Known& waiting,
                 const std::vector<std::vector<Imagined>>& all) {
  Claims& claims = chapter.claims;
  claims.equal("tiger: V* is the published 19.3714", tiger.optimum(), 19.3714, 1e-4,
               "published to four decimals");
  claims.equal("tiger-wait: an action that costs and tells nothing adds nothing to V*", waiting.optimum(),
               tiger.optimum(), 2e-6, "both certificates are 1e-6 wide");
  claims.equal("tiger: a door at once, for ever, earns -45/(1 - d) = -900", all[0][0].earned.middle(), -900,
               1e-4, "the bounds of the evaluation are 1e-6 wide");  // (12.6)
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}}) {
    claims.equal("tiger-wait: with " + all[1][i].name + " one waits for ever and earns 0",
                 all[1][i].earned.middle(), 0, 1e-5, "the bounds of the evaluation are 1e-6 wide");
    claims.equal("tiger: with " + all[0][i].name + " one listens and earns V*", all[0][i].earned.middle(),
                 tiger.optimum(), 1e-4, "the bounds of the evaluation, and of the sequences' values");
  }
}

void put(Chapter& chapter, const std::string& name, const ValueBounds& v) {
  chapter.results.set(name, v.middle(), 1e-6 * (1 + std::abs(v.middle())) + v.gap());
}

}  // namespace

//! [bet]
// The four policies at the first step of tiger-wait, when nothing has been heard.
void bet(Chapter& chapter, const Known& k) {
  Table table({"what is imagined", "first action", "what it promises", "what it earns"}, 4);
  const std::vector<Imagined> all = promised_and_earned(k);
  for (const Imagined& i : all)
    table.row({i.name, i.key == "hidden" ? "a door, either" : k.m.actions[i.first], shown(i.promised),
               shown(i.earned)});
  std::cout << "Tiger with an action that costs nothing and tells nothing:\n\n";
  chapter.print("bet", table);
  const std::size_t listen = index_of(k.m.actions, "listen", "action");
  const auto listeners = std::ranges::count(all, listen, &Imagined::first);
  chapter.claims.equal("tiger-wait: one of the five listens first, who acts on the belief",
                       static_cast<double>(listeners + (all.back().first == listen)), 2, 0,
                       "none: first actions are counted, and the last row's once more");
}
//! [bet]

void show_values(Chapter& chapter, const std::vector<Known>& models) {
  std::vector<std::string> names{"from the start"};
  for (const Known& k : models) names.push_back(k.name);
  Table ladder({names.begin(), names.end()}, 6);
  const auto row = [&](const std::string& name, const std::string& key, auto value) {
    std::vector<Cell> cells{name};
    for (const Known& k : models) {
      const ValueBounds v = value(k);
      cells.push_back(between(v));
      put(chapter, k.prefix + key, v);
    }
    ladder.row(cells);
  };
  row("blind: one action for ever", "blind", [](const Known& k) { return k.blind.at_start; });
  row("the best sequence of actions", "sequence", [](const Known& k) { return k.open_loop.value(); });
  row("the last observation only", "memoryless", [](const Known& k) { return k.memoryless.value; });
  row("V*, the optimum", "optimum", [](const Known& k) { return k.best.value(); });
  row("the fast informed bound", "informed", [](const Known& k) { return k.informed.at_start; });
  row("QMDP", "qmdp", [](const Known& k) { return k.qmdp.at_start; });
  row("the state seen", "seen", [](const Known& k) { return k.seen.at_start; });
  std::cout << "\nWhat a piece of knowledge is worth:\n\n";
  chapter.print("ladder", ladder);

  Table table({"model", "what is imagined", {"promised", 6}, {"earned", 6}, {"lost", 4}});
  std::vector<std::vector<Imagined>> all;
  for (const Known& k : models) {
    chapter.results.set(k.prefix + "optimum_lower", k.best.value().lower, 1e-3 * (1 + k.best.value().gap()));
    chapter.results.set(k.prefix + "optimum_upper", k.best.value().upper, 1e-3 * (1 + k.best.value().gap()));
    all.push_back(promised_and_earned(k));
    for (const Imagined& i : all.back()) {
      ValueBounds lost{k.best.value().lower - i.earned.upper, k.best.value().upper - i.earned.lower};
      if (lost.lower <= 1e-5)  // perhaps nothing; surely nothing that could be seen, if the bounds are close
        lost = {0, lost.upper <= 1e-3 * (1 + std::abs(k.optimum())) ? 0 : lost.upper};
      const auto estimate = [&](double mean) {
        return significant(mean, 3) + " ± " + significant(i.lost->standard_error, 1);
      };
      if (i.lost)
        table.row({k.name, i.name, between(i.promised), estimate(k.optimum() - i.lost->mean),
                   estimate(i.lost->mean)});
      else
        table.row({k.name, i.name, between(i.promised), between(i.earned), between(lost)});
      put(chapter, k.prefix + "imagined." + i.key + ".promised", i.promised);
      const std::string earned = k.prefix + "imagined." + i.key + ".earned";
      if (i.lost)
        chapter.results.set(earned, k.optimum() - i.lost->mean, 4 * i.lost->standard_error);
      else
        put(chapter, earned, i.earned);
    }
    claim_order(chapter, k);
    claim_one_step(chapter, k);
    claim_earned(chapter, k, all.back());
  }
  std::cout << "\nWhat is promised, what is earned, and what is lost to V*:\n\n";
  chapter.print("imagined", table);
  if (models.size() > 1) claim_tiger(chapter, models[0], models[1], all);
}
