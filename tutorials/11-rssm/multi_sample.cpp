#include <span>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

void show_multi_sample(Chapter& chapter, Learned& learned) {
  for (std::size_t v = 0; v < learned.models.size(); ++v) {
    RssmLearner& learner = learned.models[v].model;
    const Index copies = learner.objective.samples;
    if (copies == 1) continue;
    const std::vector<Trajectory>& all = learned.data.held_out;
    Philox random(13);
    Tape tape;
    std::vector<double> minus_bound;  // of a few episodes each, for the tape's sake
    constexpr std::size_t few = 10;
    for (std::size_t i = 0; i + few <= all.size(); i += few) {
      std::vector<Trajectory> copied;
      for (std::size_t j = i; j < i + few; ++j)
        copied.insert(copied.end(), static_cast<std::size_t>(copies), all[j]);
      tape.clear();
      const Evaluation evaluation(tape);
      minus_bound.push_back(
          static_cast<double>(loss(tape, learner, episodes(copied), random).item()));  // (11.8)
    }
    if (minus_bound.empty()) continue;
    const std::string& name = learned.models[v].name;
    const double many = estimate_mean(minus_bound).mean, one = -learned.score(name).score.mean_bound();
    std::cout << name << ": −bound of " << copies << " samples, (11.8), " << significant(many, 4)
              << "; of one, " << significant(one, 4) << "\n\n";
    chapter.results.set(name + ".minus_multi_bound", many, spread.bound);
  }
}
