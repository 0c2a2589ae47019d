// What is claimed of the belief as the state of a decision process. Equation tags refer to planning.md.

#include <numeric>

#include "belief_mdp.h"
#include "doxa/models/pomdp/smoother.h"
#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The rounding of a value of n steps: each step adds up terms over next states and observations, which are at
// most the largest reward times the number of steps.
double tolerance_of(const BeliefMdp& mdp, std::size_t steps) {
  double largest = 0;
  for (const std::vector<double>& of_action : mdp.reward)
    for (const double r : of_action) largest = std::max(largest, std::abs(r));
  const auto n = static_cast<double>(steps);
  const auto terms = static_cast<double>(2 * mdp.m.states.size() + mdp.m.observations.size() + 8);
  return rounding * terms * n * n * std::max(largest, 1.0);
}

double average(std::span<const double> b, std::span<const double> values) {
  return std::inner_product(b.begin(), b.end(), values.begin(), 0.0);
}

double non_zeros(const Pomdp& m) {
  return static_cast<double>(m.transition.non_zeros() + m.emission.non_zeros());
}

// For how many steps ahead all actions and observations can be enumerated.
std::size_t planning_depth(const Pomdp& m) {
  const auto branches = static_cast<double>(m.actions.size() * m.observations.size());
  const double step = non_zeros(m) / static_cast<double>(m.actions.size()) +
                      static_cast<double>(m.states.size() + m.observations.size());
  std::size_t depth = 1;
  for (double work = branches * step; depth < 6 && work <= 1e7; work *= branches) ++depth;
  return depth;
}

// The depth up to which all policy trees, A^(1 + O + O² + …) of them, can be enumerated.
std::size_t tree_depth(const Pomdp& m, std::size_t most, double& trees) {
  trees = static_cast<double>(m.actions.size());
  std::size_t depth = 1;
  for (; depth < most; ++depth) {
    const double more =
        static_cast<double>(m.actions.size()) * std::pow(trees, static_cast<double>(m.observations.size()));
    const double work = more * static_cast<double>(m.states.size() * m.observations.size());
    if (!(work <= 1e6)) break;
    trees = more;
  }
  return depth;
}

}  // namespace

void claim_sufficiency(Chapter& chapter, const Pomdp& m, std::span<const std::size_t> actions,
                       std::span<const std::size_t> observations) {
  const std::size_t states = m.states.size(), steps = actions.size();
  const double whole = log_evidence(m, {actions, observations});
  double worst = 0;
  Belief belief = initial_belief(m);
  Pomdp from_here = m;  // this model starts from b_k and knows nothing else of the past
  for (std::size_t k = 0; k <= steps; ++k) {
    if (k) update(m, belief, actions[k - 1], observations[k - 1]);
    from_here.start = probabilities(belief);
    const double future = log_evidence(from_here, {actions.subspan(k), observations.subspan(k)});
    worst = std::max(worst, std::abs(belief.log_evidence + future - whole));  // (08.19)
  }
  chapter.claims.equal(
      "all that follows depends on the past through the belief: log p(past) + log p(future | "
      "belief) is the log-evidence at each of " +
          std::to_string(steps + 1) + " moments (largest difference)",
      worst, 0,
      rounding * static_cast<double>(steps) * (3 * static_cast<double>(states) + 8 + std::abs(whole)),
      "a rounding for each term of each step's sums, and for each logarithm added up");
}

void claim_planning(Chapter& chapter, const Pomdp& m, bool usual_tiger) {
  if (non_zeros(m) * static_cast<double>(m.observations.size()) > 1e8) return;
  const BeliefMdp mdp(m);
  const auto is_zero = [](const std::vector<double>& rewards) {
    return std::all_of(rewards.begin(), rewards.end(), [](double r) { return r == 0; });
  };
  if (std::all_of(mdp.reward.begin(), mdp.reward.end(), is_zero)) {
    std::cout << "\nThe model gives no rewards, so there is nothing to plan for.\n";
    return;
  }
  const std::size_t depth = planning_depth(m);
  const Belief start = initial_belief(m);
  std::cout << "\nThe largest expected sum of rewards, discounted by " << significant(m.discount)
            << " a step, from b_0 on:\n";
  Table table({"steps", "blind", "with the belief", "state seen", "what looking is worth", "first action"});
  double least_gain = std::numeric_limits<double>::infinity(), least_regret = least_gain;
  for (std::size_t n = 1; n <= depth; ++n) {
    std::vector<double> q;
    for (std::size_t a = 0; a < m.actions.size(); ++a) q.push_back(mdp.action_value(start, a, n));
    const double most = *std::max_element(q.begin(), q.end());
    const auto is_best = [&](double value) { return value >= most - tolerance_of(mdp, n); };
    const auto first = static_cast<std::size_t>(std::find_if(q.begin(), q.end(), is_best) - q.begin());
    const double blind = mdp.blind_value(m.start, n), seeing = average(m.start, mdp.seeing_value(n));
    least_gain = std::min(least_gain, most - blind);
    least_regret = std::min(least_regret, seeing - most);
    const double looking = std::abs(most - blind) < tolerance_of(mdp, n) ? 0 : most - blind;
    table.row({n, blind, most, seeing, looking, m.actions[first]});
    chapter.results.set("value." + std::to_string(n), most);
    chapter.results.set("value." + std::to_string(n) + ".blind", blind);
  }
  chapter.print("values", table);

  const double tolerance = tolerance_of(mdp, depth);
  const std::string why = "a rounding for each term of the sums of each step, of rewards of this size";
  double count = 0;
  const std::size_t tree = tree_depth(m, std::min<std::size_t>(depth, 4), count);
  double best_tree = -std::numeric_limits<double>::infinity();
  for (const std::vector<double>& values : mdp.tree_values(tree))
    best_tree = std::max(best_tree, average(m.start, values));  // (08.23)
  chapter.claims.equal("planning in beliefs, " + std::to_string(tree) + (tree == 1 ? " step" : " steps") +
                           " ahead, finds the best of all " + decimal(count, 0) +
                           " policy trees, which know of no belief",
                       mdp.value(start, tree), best_tree, tolerance, why);
  chapter.claims.at_least("looking never makes a plan worse (the least gain over a blind one)", least_gain, 0,
                          tolerance, why);
  chapter.claims.at_least("and seeing the state is at least as good (the least gain over the belief)",
                          least_regret, 0, tolerance, why);
  if (usual_tiger)
    chapter.claims.equal("Tiger's value of three steps is −1.95 + 0.95² (7.225 − 2.25 − 0.255)",
                         mdp.value(start, 3), -1.95 + 0.95 * 0.95 * (7.225 - 2.25 - 0.255),  // (08.18)
                         tolerance, why);
  if (m.states.size() == 2) chapter.figure("value", value_figure(mdp, std::min<std::size_t>(depth, 4)));
}

Figure value_figure(const BeliefMdp& mdp, std::size_t steps) {
  Figure figure("Value of a belief, by the number of steps that are left");
  Axes& axes = figure.axes("What a belief is worth", "b(" + mdp.m.states[0] + ")", "V_n(b) / reward");
  const auto at = series(steps_to(200), [](double i) { return i / 200; });
  for (std::size_t n = 1; n <= steps; ++n) {
    const auto value = series(at, [&](double p) {
      Belief belief = initial_belief(mdp.m);
      belief.posterior = {p, 1 - p};
      return mdp.value(belief, n);
    });
    axes.line(at, value, {.label = "n = " + std::to_string(n)});
  }
  return figure;
}
