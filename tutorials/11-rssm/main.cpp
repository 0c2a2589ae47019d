// Chapter 11: a recurrent state-space model in its variants, and which of them comes close to Bayes.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

void run(Chapter& chapter, BeliefSettings s) {
  const bool published = s.as_published(chapter);
  if (chapter.quick()) {
    s.counts = {.validation = 100, .curve = 50, .held_out = 200};
    if (!chapter.arguments().given("samples")) s.samples = 32;
    s.curve_points = 2;
  }
  const EpisodeData data = read_data(chapter, s);
  const auto actions = static_cast<Index>(data.pomdp.actions.size());
  const auto observations = static_cast<Index>(data.pomdp.observations.size());

  Trained variants;
  std::vector<RssmLearner> untrained;
  Philox initial(chapter.seed(), 5);
  // In multiplications and additions, for each variant.
  const double budget = chapter.quick() ? 1e10 : s.pomdp.file.empty() && s.variant == "all" ? 1.8e11 : 8e11;
  for (const RssmVariant& v : rssm_variants()) {
    if (s.variant != "all" && s.variant != v.name) continue;
    const RssmSettings sizes = settings_for(v, s, actions, observations);
    const Index steps = s.steps > 0 ? s.steps : affordable_steps(sizes, s, budget);
    variants.push_back({v.name, {Rssm(sizes, initial), v.objective}, steps});
    Philox other(chapter.seed(), 6);
    untrained.push_back({Rssm(sizes, other), v.objective});
  }
  const std::vector<LearnedBelief> learned = learn(chapter, s, data, variants);
  report(chapter, s, learned);
  show_beliefs(chapter, s, data, learned, variants, untrained);
  const LearnedBelief& best = best_of(learned);
  const LearnedBelief* live = best_live_of(learned);
  std::vector<const LearnedBelief*> shown{&learned.front()};
  if (&best != shown.front()) shown.push_back(&best);
  if (live && std::ranges::find(shown, live) == shown.end()) shown.push_back(live);
  chapter.figure("learning", learning_figure(data, learned));
  chapter.figure("calibration", calibration_figure(data, shown));
  chapter.figure("track", track_figure(data, shown));
  claim_bounds(chapter, s, data, learned);
  claim_no_leak(chapter, data, variants);
  claim_copied_observation(chapter, data);
  if (published && s.variant == "all" && chapter.complete()) claim_tiger(chapter, data, learned);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("11-rssm",
                      "A recurrent state-space model, its variants, and how close each comes to Bayes");
  BeliefSettings s;
  std::vector<std::string> names;
  for (const RssmVariant& v : rssm_variants()) names.push_back(v.name);
  add_flags(arguments, s, names,
            {.latent = "width of a Gaussian latent, classes of a discrete one; 0: width 8, or two classes "
                       "for each observation, at least 8 and at most 64",
             .batch = "episodes a training step; multi-sample takes a quarter as many, at least one, and "
                      "draws four times from each"});
  return run_chapter(arguments, argc, argv, [&](Chapter& chapter) { run(chapter, s); });
}
