// Chapter 08: what can be known of a hidden state, computed exactly. Equation tags refer to the texts beside
// it.

#include <span>

#include "belief_mdp.h"
#include "doxa/models/pomdp/episode_file.h"
#include "experiment.h"
#include "support/pomdp_input.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// On Tiger: listen, open a door after six steps, listen again.
std::vector<std::size_t> listen_and_open(const Pomdp& m) {
  std::vector<std::size_t> plan(12, index_of(m.actions, "listen", "action"));
  plan[6] = index_of(m.actions, "open-left", "action");
  return plan;
}

// What a step of the simulation and of the filter costs, in products. Most claims take some hundred thousand
// steps.
std::size_t cost_of_a_step(const Pomdp& m) {
  const std::size_t actions = m.actions.size();
  return (m.transition.non_zeros() + m.emission.non_zeros()) / actions +
         50 * actions;  // drawing an action goes through all weights of the policy
}
constexpr std::size_t affordable_cost = 150'000;

// A simulated trajectory, whose hidden states are known.
void run_on_simulation(Chapter& chapter, const Pomdp& m, bool is_tiger, std::span<const double> policy,
                       std::size_t horizon) {
  Philox random(chapter.seed());
  const Trajectory t = simulate(m, policy, horizon, random);  // (08.1)
  show_filtering(chapter, m, t);
  if (cost_of_a_step(m) > affordable_cost) {
    std::cout << "\nA step of this model takes " << cost_of_a_step(m)
              << " products: claims that need many steps are left out.\n";
    claim_normalisation(chapter, m, t);
    claim_backward_evidence(chapter, m, t);
    claim_last_belief(chapter, m, t);
    return;
  }
  claim_enumeration(chapter, m, t);
  claim_normalisation(chapter, m, t);
  claim_expected_belief(chapter, m, t);
  claim_calibration(chapter, m, policy, random);
  claim_long_run(chapter, m, policy, random);
  if (is_tiger) claim_tiger(chapter, m, t);
  claim_backward_evidence(chapter, m, t);
  claim_last_belief(chapter, m, t);
  claim_smoothing(chapter, m, t);
  claim_sharpness(chapter, m, is_tiger ? listen_and_open(m) : t.actions);
  if (is_tiger) claim_tiger_smoothing(chapter, m, t);
  const std::size_t shown = std::min(t.horizon(), table_rows);
  claim_sufficiency(chapter, m, std::span(t.actions).first(shown), std::span(t.observations).first(shown));
  claim_planning(chapter, m, is_tiger);
  if (is_tiger) show_shipped_models(chapter);
}

// A trajectory from a file, of any length, whose states nobody knows.
void run_on_file(Chapter& chapter, const Pomdp& m, const std::string& file) {
  EpisodeSource source;
  const Trajectory t = read_trajectory(file, m, &source);
  say_what_was_ignored(source);
  require_possible(m, std::span(&t, 1), source);
  chapter.file("beliefs.csv", beliefs_csv(m, t));
  show_filtering(chapter, m, t);
  claim_backward_evidence(chapter, m, t);
  claim_last_belief(chapter, m, t);
  claim_normalisation(chapter, m, t);
  claim_expected_belief(chapter, m, t);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("08-belief", "exact belief in a partially observable world");
  PomdpInput input;
  std::string trajectory;
  std::vector<double> weights;
  std::size_t horizon = 24;
  add_flags(arguments, input, "the model, in Cassandra's format instead of Tiger");
  arguments.numbers("action-weights", "W,W,…", weights,
                    "how often each action is taken, in the file's order (default: all alike; Tiger 90,5,5)");
  arguments.integer("horizon", horizon, {1, 100'000}, "steps of the trajectory shown");
  arguments.text("trajectory", "FILE.csv", trajectory,
                 "a trajectory, with columns action and observation; writes beliefs.csv");
  arguments.excludes("trajectory", {"action-weights", "horizon", "quick", "seed"},
                     "the file says what was done");
  arguments.uses([&]() -> std::vector<RunFile> {
    if (trajectory.empty()) return {};
    return {{.flag = "--trajectory", .path = trajectory},
            {.flag = "--out", .path = arguments.out() / "beliefs.csv", .written = true}};
  });

  return run_chapter(arguments, argc, argv, [&](Chapter& chapter) {
    const bool is_tiger = !arguments.given("pomdp");
    if (is_tiger && weights.empty()) weights = {90, 5, 5};
    const Pomdp m = read_model(chapter, input);
    std::cout << "A model of " << m.states.size() << " states, " << m.actions.size() << " actions and "
              << m.observations.size() << " observations. One trajectory and its belief:\n";
    if (arguments.given("trajectory"))
      run_on_file(chapter, m, trajectory);
    else
      run_on_simulation(chapter, m, is_tiger, open_loop_policy(m, weights), horizon);
  });
}
