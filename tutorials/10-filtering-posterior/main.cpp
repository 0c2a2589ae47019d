// Chapter 10: learns a world model and its filtering posterior from action-observation sequences alone, and
// measures how close its predictions come to those of the exact Bayes filter.

#include <iostream>

#include "sections.h"
#include "variants.h"

using namespace doxa;
using namespace doxa::support;

namespace {

void run(Chapter& chapter, BeliefSettings s) {
  const bool published = s.as_published(chapter);
  const bool tiger = s.pomdp.empty() && s.episodes.empty();
  if (chapter.quick()) {
    s.held_out = 200;
    s.validation = 100;
    s.few = 50;
    s.curve_points = 3;
  }
  const BeliefData data(s, chapter.seed());
  const auto actions = static_cast<Index>(data.pomdp.actions.size());
  const auto observations = static_cast<Index>(data.pomdp.observations.size());
  std::cout << data.pomdp.states.size() << " states (never shown to the learner), " << actions << " actions, "
            << observations << " observations; episodes of " << data.held_out[0].horizon() << " steps\n\n";

  const FilteringPosterior::Sizes markov{actions, observations, s.latent > 0 ? s.latent : 8, s.hidden, 0};
  auto recurrent = markov;
  recurrent.summary = s.hidden;
  Philox initial(chapter.seed(), 5);
  std::vector<BeliefVariant> variants;
  for (const auto& [name, sizes] : {std::pair{"markov", markov}, std::pair{"recurrent", recurrent}}) {
    BeliefVariant v = make(name, sizes, initial);
    v.steps = s.steps > 0 ? s.steps : chapter.quick() ? 300 : tiger ? 3000 : 8000;
    if (s.variant == "all" || s.variant == name) variants.push_back(std::move(v));
  }
  const std::vector<BeliefVariant> learned = learn(chapter, s, data, std::move(variants));
  report(chapter, s, learned);  // (10.10), whose limit is the exact filter's (10.1)

  const BeliefVariant& best = chosen(learned);
  chapter.figure("learning", learning_figure(data, learned));
  chapter.figure("calibration", calibration_figure(data, pointers(learned)));
  chapter.figure("track", track_figure(data, {&best}));
  one_step(chapter);
  claim_bounds(chapter, s, data, learned);
  if (published) {
    true_parameters(chapter, data, learned);
    chapter.claims.at_least(
        "memory_score of the chosen variant on Tiger", best.score.score, chapter.quick() ? 0.5 : 0.85, 0,
        chapter.quick() ? "half of what memory is worth, after a tenth of the training steps"
                        : "what this chapter set out to reach; the table has its standard error");
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("10-filtering-posterior",
                      "Learning a filtering posterior from actions and observations alone");
  BeliefSettings s;
  add_flags(arguments, s, {"markov", "recurrent"});
  return run_chapter(arguments, argc, argv, [&](Chapter& chapter) { run(chapter, s); });
}
