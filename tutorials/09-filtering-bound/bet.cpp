// The chapter in small: after the first roar of Tiger, how sure may a posterior be that cannot be revised?

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// What is best after the first of `roars` roars: how likely q holds its door, and the bound.
struct Bet {
  double q, bound;
};

Bet best_bet(double ear, std::size_t roars) {
  const auto later = static_cast<double>(roars - 1);
  //! [bet]
  const double right = std::log(ear), wrong = std::log(1 - ear);
  const double agree = ear * ear + (1 - ear) * (1 - ear);  // that a later roar is the first one again
  const double f1 = agree * right + (1 - agree) * wrong;   // what a later roar scores if the tiger is there,
  const double f0 = agree * wrong + (1 - agree) * right;   // and if it is behind the other door
  const double there = 0.5 * ear * std::exp(later * f1);   // prior, first roar, and what is yet to come
  const double other = 0.5 * (1 - ear) * std::exp(later * f0);
  return {.q = there / (there + other), .bound = std::log(there + other)};
  //! [bet]
}

double log_odds(double p) { return std::log(p / (1 - p)); }
double kl(double q, double p) { return q * std::log(q / p) + (1 - q) * std::log((1 - q) / (1 - p)); }

// One of the two futures of the first roar: its probability, and the evidence and the posterior of both roars.
struct Future {
  double probability, log_evidence, posterior;
  double bound(double q) const { return log_evidence - kl(q, posterior); }
};

struct Futures {
  Future agree, differ;
  double average(double q) const {
    return agree.probability * agree.bound(q) + differ.probability * differ.bound(q);
  }
  double log_evidence() const {
    return agree.probability * agree.log_evidence + differ.probability * differ.log_evidence;
  }
};

// With an ear of 0.85 the roars agree with probability 0.745, and the posterior is then 0.970; or they differ,
// with probability 0.255, and it is one half.
Futures futures(double ear) {
  const double miss = 1 - ear, same = ear * ear + miss * miss;
  return {{same, std::log(0.5 * same), ear * ear / same}, {1 - same, std::log(ear * miss), 0.5}};
}

void draw_average(Axes& axes, const Futures& f, double low, double high) {
  const std::vector<double> q = spaced(low, high, (high - low) / 200);
  axes.line(q, series(q, [&](double p) { return f.average(p); }),
            {.label = "average of the two", .color = Color::vermillion, .dash = Dash::solid, .width = 2.4});
}

Figure bet_figure(double ear, const Futures& f) {
  Figure figure("The bound against q(left) after a roar on the left, in two futures and on average", 2);
  Axes& wide = figure.axes("two futures of one bet", "q(left) after a roar on the left", "nats, both roars");
  const std::vector<double> q = spaced(0.5, 0.9951, 0.005);
  wide.line(q, series(q, [&](double p) { return f.agree.bound(p); }),
            {.label = "the roars agree", .color = Color::orange, .dash = Dash::dashed});
  wide.line(q, series(q, [&](double p) { return f.differ.bound(p); }),
            {.label = "they differ", .color = Color::orange, .dash = Dash::dotted});
  draw_average(wide, f, 0.5, 0.995);
  wide.y_range = Range{-3.3, -0.9};
  Axes& near = figure.axes("the average, near its top", "q(left) after a roar on the left");
  const double best = best_bet(ear, 2).q;
  draw_average(near, f, ear - 0.02, std::min(0.995, 2 * best - ear + 0.02));
  near.horizontal(2 * std::log(0.5), "the coin", {.color = Color::ink, .dash = Dash::dotted});
  near.vertical(ear, "the belief", {.color = Color::green, .dash = Dash::dashed});
  near.vertical(best, "the best", {.color = Color::vermillion, .dash = Dash::dotted});
  return figure;
}

// The marginals of a chain, in the first state.
std::vector<double> marginals(const PathPosterior& q) {
  std::vector<double> of_first, marginal{1.0};
  for (std::size_t k = 1; k <= q.steps(); ++k) {
    std::vector<double> next(q.states, 0.0);
    for (std::size_t s = 0; s < marginal.size(); ++s)
      for (std::size_t to = 0; to < q.states; ++to) next[to] += marginal[s] * q.row(k, s)[to];
    of_first.push_back(next[0]);
    marginal = next;
  }
  return of_first;
}

// One episode, whose first roar misleads: belief, best causal q and smoothed belief in the left door.
void episode(Chapter& chapter, const Setting& listening, const CausalPosterior& best) {
  const Pomdp& m = listening.model;
  const std::vector<std::size_t> actions(listening.horizon, index_of(m.actions, "listen", "action"));
  std::vector<std::size_t> heard(listening.horizon, index_of(m.observations, "hear-right", "observation"));
  heard[0] = index_of(m.observations, "hear-left", "observation");
  const History h{actions, heard};
  std::vector<double> belief;
  Belief b = initial_belief(m);
  for (std::size_t k = 0; k < h.steps(); ++k) {
    update(m, b, actions[k], heard[k]);
    belief.push_back(probability(b, 0));
  }
  const std::vector<double> causal = marginals(along(m, best, h)), smoothed = marginals(path_posterior(m, h));

  std::cout << "\nAn episode whose first roar misleads. Probability of the left door:\n";
  Table table({"k", "heard", "belief b_k", "best causal q*", "smoothed"});
  for (std::size_t k = 0; k < h.steps(); ++k)
    table.row({k + 1, k == 0 ? "left" : "right", belief[k], causal[k], smoothed[k]});
  chapter.print("episode", table);
  Figure figure("Belief, best causal posterior and smoothed belief in the left door over one episode");
  Axes& axes = figure.axes("one roar on the left, then the others on the right", "step k", "p(left)");
  const std::vector<double> step = spaced(1, static_cast<double>(h.steps()), 1);
  axes.line(step, belief, {.label = "belief", .color = Color::green, .marker = Marker::square});
  axes.line(step, causal, {.label = "best causal q*", .color = Color::vermillion, .marker = Marker::circle});
  axes.line(step, smoothed, {.label = "smoothed", .color = Color::blue, .marker = Marker::triangle});
  axes.y_range = Range{-0.04, 1.04};
  std::vector<std::string> names;
  for (const double k : step) names.push_back(decimal(k, 0));
  axes.x_ticks(step, names);
  chapter.figure("episode", figure);

  double moved = 0;
  for (const double p : causal) moved = std::max(moved, std::abs(p - causal[0]));
  chapter.claims.equal("listening only, q* never changes its mind after the first roar (largest change)",
                       moved, 0, rounding(listening, 0), rounding_of_terms);
}

}  // namespace

void bet(Chapter& chapter, const Setting& listening, double ear) {
  const Futures f = futures(ear);
  const Bet best = best_bet(ear, 2);
  const double coin = 2 * std::log(0.5);
  std::cout
      << "You listen twice, and the first roar comes from the left. Before the second, write down q, the\n"
         "probability of the left door. It is scored against the posterior of both roars:\n";
  Table table({"q(left)", "", "roars agree: " + decimal(f.agree.probability, 3),
               "differ: " + decimal(f.differ.probability, 3), "average"});
  const auto row = [&](const std::string& q, const char* name, double agree, double differ, double average) {
    std::vector<Cell> cells{q, name};
    for (const double nats : {agree, differ, average}) cells.emplace_back(decimal(nats, 4)).is_number = true;
    table.row(cells);
  };
  const auto row_of = [&](double q, const char* name) {
    row(decimal(q, 3), name, f.agree.bound(q), f.differ.bound(q), f.average(q));
  };
  row_of(ear, "the belief");
  row_of(best.q, "the best");
  row("later", "waits for the second roar", f.agree.log_evidence, f.differ.log_evidence, f.log_evidence());
  row("none", "the coin: every roar has ½", coin, coin, coin);
  chapter.print("bet", table);
  chapter.figure("bet", bet_figure(ear, f));
  chapter.results.set("bet.agree", f.agree.probability);
  chapter.results.set("bet.q", best.q);
  chapter.results.set("bet.bound", best.bound);
  chapter.results.set("bet.belief_bound", f.average(ear));
  chapter.results.set("bet.evidence", f.log_evidence());
  chapter.results.set("bet.coin", coin);

  std::cout << "\nThe more roars are still to come, the surer is the best q after the first:\n";
  Table surer({"roars in all", {"q*(its door)", 4}, {"is the belief after so many roars", 3}});
  double from_rule = 0;
  for (std::size_t roars = 1; roars <= listening.horizon; ++roars) {
    const double q = best_bet(ear, roars).q, worth = log_odds(q) / log_odds(ear);
    surer.row({roars, q, worth});
    const double lead = 1 + static_cast<double>(roars - 1) * (2 * ear - 1) * (2 * ear - 1);
    from_rule = worse(from_rule, std::abs(worth - lead));
  }
  chapter.print("surer", surer);

  Setting twice = listening;
  twice.horizon = 2;
  const BestCausal by_engine = best_causal_posterior(twice.model, twice.policy(), 2);
  chapter.claims.equal(
      "two roars: the best bet worked out by hand scores what the dynamic programme (09.9) finds", best.bound,
      by_engine.bound, rounding(twice, best.bound), rounding_of_terms);
  chapter.claims.equal(
      "two roars: so does the average of evidence less divergence over the two futures, at the best q",
      f.average(best.q), best.bound, rounding(twice, best.bound), rounding_of_terms);
  chapter.claims.equal(
      "up to " + std::to_string(listening.horizon) +
          " roars: the log-odds of the best q, in roars, are the mean lead of its door (largest difference)",
      from_rule, 0, rounding(listening, 10) / (1 - best_bet(ear, listening.horizon).q),
      "log-odds divide the roundings of q by 1 - q");
  if (ear == default_ear)
    chapter.claims.at_most("two roars: the best bet scores less than the coin, which heard neither",
                           best.bound, coin, 0, "an inequality between exact values, 0.0015 nats apart");
  episode(chapter, listening,
          best_causal_posterior(listening.model, listening.policy(), listening.horizon).posterior);
}
