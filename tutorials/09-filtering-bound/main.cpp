// Chapter 09: how good a belief that only looks back can be, as a variational posterior. Everything is exact.
// Equation tags refer to README.md.

#include "doxa/models/pomdp/simulate.h"
#include "sections.h"
#include "support/pomdp_input.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The longest horizon up to `most` whose tables over histories are small enough for a few seconds.
std::size_t affordable_horizon(const Pomdp& m, std::size_t most) {
  const std::size_t cells = m.states.size() * m.states.size(),
                    branches = m.actions.size() * m.observations.size();
  std::size_t horizon = 1, histories = branches;
  while (horizon < most && histories <= (std::size_t{1} << 20) / (branches * cells))
    histories *= branches, ++horizon;
  return horizon;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("09-filtering-bound", "the bound of a belief that only looks back, exactly");
  PomdpInput input;
  std::vector<double> weights;
  std::size_t horizon = 6;
  add_flags(arguments, input, "the model, in Cassandra's format instead of Tiger");
  arguments.numbers("action-weights", "W,W,…", weights,
                    "how often each action is taken (default: all alike)");
  arguments.integer(
      "horizon", horizon, {1, 64},
      "steps; all (A·O)^T histories are enumerated (less by default where they are many, and with "
      "--quick at most 4)");
  for (const char* flag : {"action-weights", "horizon"}) arguments.needs(flag, "pomdp");
  arguments.excludes("horizon", {"quick"}, "of a model of yours, the horizon is all that --quick shortens");
  return run_chapter(arguments, argc, argv, [&](Chapter& chapter) {
    if (!arguments.given("pomdp")) {
      const Pomdp tiger = read_model(chapter, input);
      const std::vector<Setting> settings{
          {"uniform", "uniform", tiger, open_loop_policy(tiger), horizon},
          {"listen90", "90 % listen", tiger, open_loop_policy(tiger, std::vector{0.9, 0.05, 0.05}), horizon},
          {"listen", "listen only", tiger, open_loop_policy(tiger, std::vector{1.0, 0.0, 0.0}), horizon}};
      std::vector<Exact> exact;
      for (const Setting& setting : settings) exact.push_back(solve(setting));
      std::cout << "Tiger, " << horizon << " steps: " << count_histories(tiger, horizon)
                << " histories of actions and observations, all of them enumerated.\n";
      decomposition(chapter, settings[0], exact[0]);
      families(chapter, settings[0], exact[0]);
      policies(chapter, settings, exact);
      ascent(chapter, settings[0]);
      listening(chapter, settings[0]);
      summary_in_the_prior(chapter, settings[2], exact[2]);
      reversed(chapter);
      return;
    }
    const Pomdp m = read_model(chapter, input);
    if (!arguments.given("horizon")) horizon = affordable_horizon(m, chapter.quick() ? 4 : 6);
    const Setting setting{"model", "given", m, open_loop_policy(m, weights), horizon};
    const std::size_t histories = count_histories(m, horizon);
    std::cout << "A model of " << m.states.size() << " states, " << m.actions.size() << " actions and "
              << m.observations.size() << " observations; " << horizon << " steps, " << histories
              << " histories.\n";
    const Exact exact = solve(setting);
    decomposition(chapter, setting, exact);
    families(chapter, setting, exact);
    summary_in_the_prior(chapter, setting, exact);
  });
}
