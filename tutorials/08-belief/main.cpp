// Chapter 08: what can be known of a hidden state, computed exactly. Equation tags refer to the texts beside
// it.

#include <optional>
#include <span>

#include "doxa/models/pomdp/episode_file.h"
#include "sections.h"
#include "support/pomdp_input.h"

using namespace doxa;
using namespace doxa::support;

namespace {

struct Options {
  PomdpInput input;
  std::string trajectory, heard;
  std::vector<double> weights;
  std::size_t horizon = 24;
  double ear = default_ear;
};

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

// The model, and a trajectory of it: simulated, with its states, or read from a file.
struct World {
  Pomdp m;
  bool is_tiger, is_simulated;
  std::vector<double> policy = {};
  Philox random;
  Trajectory t = {};

  World(Chapter& chapter, const Options& options)
      : m(read_model(chapter, options.input)),
        is_tiger(options.input.file.empty()),
        is_simulated(options.trajectory.empty()),
        random(chapter.seed()) {
    if (is_tiger) m = tiger_with_ear(m, options.ear);
    if (is_simulated) {
      const std::vector<double> of_tiger{90, 5, 5};
      policy = open_loop_policy(m, is_tiger && options.weights.empty() ? of_tiger : options.weights);
      t = simulate(m, policy, options.horizon, random);  // (08.1)
      return;
    }
    EpisodeSource source;
    t = read_trajectory(options.trajectory, m, &source);
    say_what_was_ignored(source);
    require_possible(m, std::span(&t, 1), source);
  }

  bool affordable() const { return cost_of_a_step(m) <= affordable_cost; }
};

void filtering(Chapter& chapter, World& w, double ear) {
  const Pomdp& m = w.m;
  std::cout << "\nA model of " << m.states.size() << " states, " << m.actions.size() << " actions and "
            << m.observations.size() << " observations. One trajectory and its belief:\n";
  show_filtering(chapter, m, w.t);
  if (w.is_simulated && !w.affordable())
    std::cout << "\nA step of this model takes " << cost_of_a_step(m)
              << " products: claims that need many steps are left out.\n";
  if (w.is_simulated && w.affordable()) claim_enumeration(chapter, m, w.t);
  claim_normalisation(chapter, m, w.t);
  if (!w.is_simulated) {
    chapter.file("beliefs.csv", beliefs_csv(m, w.t));
    claim_expected_belief(chapter, m, w.t);
  } else if (w.affordable()) {
    claim_expected_belief(chapter, m, w.t);
    claim_calibration(chapter, m, w.policy, w.random);
    claim_long_run(chapter, m, w.policy, w.random);
    if (w.is_tiger) claim_tiger(chapter, m, w.t, ear);
  }
  claim_backward_evidence(chapter, m, w.t);
}

void smoothing(Chapter& chapter, const World& w, const Options& options) {
  const bool on_tiger = w.is_tiger && w.is_simulated;
  if (on_tiger) looking_back(chapter, w.m, options.ear, options.heard);
  claim_last_belief(chapter, w.m, w.t, !on_tiger);
  if (!w.is_simulated || !w.affordable()) return;
  claim_smoothing(chapter, w.m, w.t);
  claim_sharpness(chapter, w.m, on_tiger ? listen_and_open(w.m) : w.t.actions);
  if (on_tiger) claim_tiger_smoothing(chapter, w.m, w.t);
}

void planning(Chapter& chapter, const World& w, double ear) {
  if (!w.affordable()) return;
  const std::size_t shown = std::min(w.t.horizon(), table_rows);
  claim_sufficiency(chapter, w.m, std::span(w.t.actions).first(shown),
                    std::span(w.t.observations).first(shown));
  claim_planning(chapter, w.m, w.is_tiger && ear == default_ear);
}

void declare_flags(Arguments& arguments, Options& options) {
  add_flags(arguments, options.input, "the model, in Cassandra's format instead of Tiger");
  arguments.numbers("action-weights", "W,W,…", options.weights,
                    "how often each action is taken, in the file's order (default: all alike; Tiger 90,5,5)");
  arguments.integer("horizon", options.horizon, {1, 100'000}, "steps of the trajectory shown");
  arguments.positive("ear", options.ear, "how often Tiger's roar is right, above 0.5 and up to 0.95");
  arguments.text("heard", "LLRDR", options.heard,
                 "roars of your own: L and R on the left and on the right, D opens a door");
  arguments.text("trajectory", "FILE.csv", options.trajectory,
                 "a trajectory, with columns action and observation; writes beliefs.csv");
  arguments.excludes("trajectory", {"action-weights", "horizon", "quick", "seed", "heard"},
                     "the file says what was done");
  arguments.excludes("pomdp", {"ear", "heard"}, "it is Tiger's");
  arguments.must_hold([&]() -> std::string {
    if (options.ear > 0.5 && options.ear <= 0.95) return fault_of_letters(options.heard);
    return "--ear: found " + significant(options.ear, 4) + ", expected a number above 0.5 and up to 0.95";
  });
  arguments.uses([&]() -> std::vector<RunFile> {
    if (options.trajectory.empty()) return {};
    return {{.flag = "--trajectory", .path = options.trajectory},
            {.flag = "--out", .path = arguments.out() / "beliefs.csv", .written = true}};
  });
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("08-belief", "exact belief in a partially observable world");
  Options options;
  declare_flags(arguments, options);

  std::optional<World> world;
  // Sections that need a flag to be absent are left out beside it, and refused if asked for by name.
  const auto section = [&](const char* name, std::vector<std::string> without, auto run) {
    return Section{name, [&, name, without, run](Chapter& chapter) {
                     for (const std::string& flag : without) {
                       if (!arguments.given(flag)) continue;
                       if (!arguments.given("only")) return;
                       throw UsageError("--only: found '" + std::string(name) + "' beside --" + flag +
                                        ", expected another section");
                     }
                     if (!world) world.emplace(chapter, options);
                     run(chapter);
                   }};
  };
  return run_chapter(
      arguments, argc, argv,
      {section("roars", {"pomdp", "trajectory"},
               [&](Chapter& c) { roars(c, world->m, options.ear, options.heard); }),
       section("filter", {}, [&](Chapter& c) { filtering(c, *world, options.ear); }),
       section("smoothing", {}, [&](Chapter& c) { smoothing(c, *world, options); }),
       section("planning", {"trajectory"}, [&](Chapter& c) { planning(c, *world, options.ear); }),
       section("shipped", {"pomdp", "trajectory"}, [&](Chapter& c) { show_shipped_models(c); })});
}
