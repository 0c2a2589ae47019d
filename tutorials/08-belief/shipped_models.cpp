// The belief of every model that the project ships, along a trajectory.

#include <filesystem>

#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/file.h"
#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr std::size_t shipped_steps = 200, drawn_steps = 60;

std::vector<std::filesystem::path> shipped_models() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(DOXA_POMDP_DIR))
    if (entry.path().extension() == ".pomdp") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

// Of one trajectory: the belief in the true state s_k at the time and afterwards, [T+1], and the evidence.
struct BeliefInTruth {
  std::vector<double> filtered, smoothed;  // b_k(s_k), γ_k(s_k)
  double log_evidence;

  BeliefInTruth(const Pomdp& m, const Trajectory& t) {
    const Smoothed all = smooth(m, t);
    for (std::size_t k = 0; k <= t.horizon(); ++k) {
      filtered.push_back(static_cast<double>(all.filtered[k * all.states + t.states[k]]));
      smoothed.push_back(probability(all, k, t.states[k]));
    }
    log_evidence = all.log_evidence;
  }
};

// Of each of many trajectories: the mean over its steps of the surprise in nats, and of the two beliefs.
struct Means {
  std::vector<double> surprise, filtered, smoothed;

  void add(const BeliefInTruth& belief, const Trajectory& t) {
    surprise.push_back(-belief.log_evidence / static_cast<double>(t.horizon()));
    filtered.push_back(estimate_mean(belief.filtered).mean);
    smoothed.push_back(estimate_mean(belief.smoothed).mean);
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
  const std::size_t count = chapter.quick() ? 20 : 100;
  std::cout
      << "\nThe shipped models, all actions alike. Means over the same " << count << " trajectories of "
      << shipped_steps
      << " steps each, with standard\nerrors: the surprise of a step in nats, and the belief in the true "
         "state at the time and afterwards.\n";
  Table table({"model",
               "states",
               "observations",
               {"surprise", 3},
               {"±", 1},
               {"guess", 3},
               {"at the time", 3},
               {"±", 1},
               {"afterwards", 3},
               {"±", 1}});
  Figure figure("Belief in the true state of each shipped model, at the time and afterwards",
                paths.size() > 1 ? 2 : 1, 220);
  double least_gain = std::numeric_limits<double>::infinity();
  for (const std::filesystem::path& path : paths) {
    const Pomdp m = read_pomdp(path);
    const std::string name = path.stem().string();
    Philox random(chapter.seed());
    Means means;
    double backwards = 0, size = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Trajectory t = simulate(m, open_loop_policy(m), shipped_steps, random);
      const BeliefInTruth belief(m, t);
      means.add(belief, t);
      backwards -= backward_evidence(m, t);
      size += std::abs(belief.log_evidence);
      if (i == 0)
        draw(figure.axes(name, "step k", "belief in the true state"), belief, path == paths.front());
    }
    const MeanEstimate surprise = estimate_mean(means.surprise), filtered = estimate_mean(means.filtered),
                       smoothed = estimate_mean(means.smoothed),
                       gain = estimate_mean_difference(means.smoothed, means.filtered);
    least_gain = std::min(least_gain, gain.mean + 4 * gain.standard_error);
    table.row({name, m.states.size(), m.observations.size(), surprise.mean, surprise.standard_error,
               1 / static_cast<double>(m.states.size()), filtered.mean, filtered.standard_error,
               smoothed.mean, smoothed.standard_error});
    const std::string key = "shipped." + name;
    chapter.results.set(key + ".surprise", surprise.mean);
    chapter.results.set(key + ".surprise.standard_error", surprise.standard_error);
    chapter.results.set(key + ".belief_in_truth.filtered", filtered.mean);
    chapter.results.set(key + ".belief_in_truth.smoothed", smoothed.mean);
    const auto steps = static_cast<double>(count * shipped_steps);
    chapter.claims.equal(
        "on " + name + " the surprise is that of these trajectories, computed from their ends", surprise.mean,
        backwards / steps, rounding * (3 * static_cast<double>(m.states.size()) + 8 + size),
        "a rounding for each term of each step's sums, and for each logarithm added up");
  }
  chapter.print("shipped", table);
  chapter.figure("shipped", figure);
  chapter.claims.at_least(
      "on each, the true state is believed more afterwards (the least mean gain and 4 standard errors)",
      least_gain, 0, 1e-12, "one run in 16 000 is farther off; where nothing is in doubt both are 1");
}
