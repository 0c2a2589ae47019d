// The belief of every model that the project ships, along a trajectory.

#include <filesystem>

#include "doxa/models/pomdp/entropy_rate.h"
#include "doxa/models/pomdp/file.h"
#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr std::size_t shipped_steps = 1000, drawn_steps = 60;

std::vector<std::filesystem::path> shipped_models() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(DOXA_POMDP_DIR))
    if (entry.path().extension() == ".pomdp") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

// The belief in the true state s_k of a trajectory, at the time and afterwards, [T+1].
struct BeliefInTruth {
  std::vector<double> filtered, smoothed;  // b_k(s_k), γ_k(s_k)

  BeliefInTruth(const Pomdp& m, const Trajectory& t) {
    const Smoothed all = smooth(m, t);
    for (std::size_t k = 0; k <= t.horizon(); ++k) {
      filtered.push_back(static_cast<double>(all.filtered[k * all.states + t.states[k]]));
      smoothed.push_back(probability(all, k, t.states[k]));
    }
  }
};

void draw(Axes& axes, const BeliefInTruth& belief, bool labelled) {
  const std::vector<double> time = steps_to(drawn_steps);
  const std::span filtered = std::span(belief.filtered).first(time.size()),
                  smoothed = std::span(belief.smoothed).first(time.size());
  axes.y_range = Range{-0.05, 1.05};
  axes.y_ticks({0, 0.5, 1}, {"0", "0.5", "1"});
  axes.line(time, filtered,
            {.label = labelled ? "at the time" : "", .color = Color::blue, .dash = Dash::solid});
  axes.line(time, smoothed,
            {.label = labelled ? "afterwards" : "", .color = Color::vermillion, .dash = Dash::dashed});
}

}  // namespace

void show_shipped_models(Chapter& chapter) {
  const std::vector<std::filesystem::path> paths = shipped_models();
  std::cout << "\nThe shipped models, with actions at random and all alike. What a step tells in nats (by "
               "simulation, with its\nstandard error), and the belief in the true state, averaged over one "
               "trajectory of "
            << shipped_steps << " steps:\n";
  Table table({"model",
               "states",
               "actions",
               "observations",
               "nats a step",
               {"±", 1},
               {"guess", 3},
               {"at the time", 3},
               {"afterwards", 3}});
  Figure figure("Belief in the true state of each shipped model, at the time and afterwards",
                paths.size() > 1 ? 2 : 1, 220);
  const EntropyRateOptions options{
      .burn_in = 50, .horizon = 200, .trajectories = chapter.quick() ? 20u : 100u};
  for (const std::filesystem::path& path : paths) {
    const Pomdp m = read_pomdp(path);
    const std::string name = path.stem().string();
    const std::vector<double> policy = open_loop_policy(m);
    Philox random(chapter.seed());
    const Trajectory t = simulate(m, policy, shipped_steps, random);
    const BeliefInTruth belief(m, t);
    const double filtered = estimate_mean(belief.filtered).mean,
                 smoothed = estimate_mean(belief.smoothed).mean;
    const MeanEstimate rate = entropy_rate(m, policy, options, random);
    table.row({name, m.states.size(), m.actions.size(), m.observations.size(), rate.mean, rate.standard_error,
               1 / static_cast<double>(m.states.size()), filtered, smoothed});
    const std::string key = "shipped." + name;
    chapter.results.set(key + ".nats_per_step", rate.mean);
    chapter.results.set(key + ".nats_per_step.standard_error", rate.standard_error);
    chapter.results.set(key + ".belief_in_truth.filtered", filtered);
    chapter.results.set(key + ".belief_in_truth.smoothed", smoothed);
    draw(figure.axes(name, "step k", "belief in the true state"), belief, path == paths.front());
    claim_backward_evidence(chapter, m, t, "on " + name + ", " + std::to_string(shipped_steps) + " steps, ");
  }
  chapter.print("shipped", table);
  chapter.figure("shipped", figure);
}
