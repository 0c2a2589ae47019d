// Chapter 10: learns a world model and its filtering posterior from action-observation sequences alone, and
// measures how close its predictions come to those of the exact Bayes filter.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

void run(Chapter& chapter, BeliefSettings s) {
  const bool published = s.as_published(chapter);
  const bool tiger = s.pomdp.file.empty() && s.episodes.empty();
  if (chapter.quick()) {
    s.counts = {.validation = 100, .curve = 50, .held_out = 200};
    s.curve_points = 3;
    if (!chapter.arguments().given("samples")) s.samples = 64;
  }
  const EpisodeData data = read_data(chapter, s);
  const auto actions = static_cast<Index>(data.pomdp.actions.size());
  const auto observations = static_cast<Index>(data.pomdp.observations.size());

  // The Markov posterior of (10.4), and the same with a recurrent summary of the past latents.
  const FilteringPosterior::Sizes markov{actions, observations, s.latent > 0 ? s.latent : 8, s.hidden, 0};
  auto recurrent = markov;
  recurrent.summary = s.hidden;
  const Index steps = s.steps > 0 ? s.steps : chapter.quick() ? 300 : tiger ? 3000 : 8000;
  Philox initial(chapter.seed(), 5);
  std::vector<BeliefVariant<FilteringPosterior>> variants;
  for (const auto& [name, sizes] : {std::pair{"markov", markov}, std::pair{"recurrent", recurrent}}) {
    FilteringPosterior model(sizes, initial);
    if (s.variant == "all" || s.variant == name) variants.push_back({name, std::move(model), steps});
  }
  const std::vector<LearnedBelief> learned = learn(chapter, s, data, variants);
  report(chapter, s, learned);  // (10.10), whose limit is the exact filter's (10.1)

  const LearnedBelief& best = best_of(learned);
  std::vector<const LearnedBelief*> all;
  for (const LearnedBelief& l : learned) all.push_back(&l);
  chapter.figure("learning", learning_figure(data, learned));
  chapter.figure("calibration", calibration_figure(data, all));
  chapter.figure("track", track_figure(data, {&best}));
  one_step(chapter);
  claim_bounds(chapter, s, data, learned);
  if (published && chapter.complete()) {
    true_parameters(chapter, data, variants);
    chapter.claims.at_least("memory_score of the chosen variant on Tiger", best.score.memory.score,
                            chapter.quick() ? 0.5 : 0.85, 0,
                            chapter.quick()
                                ? "half of what memory is worth, after a tenth of the training steps"
                                : "what this chapter set out to reach; the table has its standard error");
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("10-filtering-posterior",
                      "Learning a filtering posterior from actions and observations alone");
  BeliefSettings s;
  add_flags(arguments, s, {"markov", "recurrent"}, {.latent = "width of the latent; 0: 8"});
  return run_chapter(arguments, argc, argv, [&](Chapter& chapter) { run(chapter, s); });
}
