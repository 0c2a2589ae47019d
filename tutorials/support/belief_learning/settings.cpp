#include "support/belief_learning/experiment.h"

namespace doxa::support {

bool BeliefSettings::as_published(const Chapter& chapter) const {
  for (const char* flag :
       {"pomdp", "episodes", "action-weights", "horizon", "steps", "hidden", "latent", "batch"})
    if (chapter.arguments().given(flag)) return false;
  return true;
}

void add_flags(Arguments& arguments, BeliefSettings& s, const std::vector<std::string>& variants) {
  arguments.text("pomdp", "FILE", s.pomdp, "the model to learn from, in the .pomdp format (default: Tiger)");
  arguments.text(
      "episodes", "FILE.csv", s.episodes,
      "learn from these episodes of it, a tenth each kept for validation and test (default: simulated)");
  arguments.numbers(
      "action-weights", "W,W,…", s.action_weights,
      "the policy: one weight an action, in the file's order (Tiger: 0.9,0.05,0.05; else uniform)");
  std::vector<std::string> choices = variants;
  choices.insert(choices.begin(), "all");
  s.variant = "all";
  arguments.choice("variant", s.variant, choices, "what to train");
  arguments.integer("horizon", s.horizon, {1, 4096}, "steps an episode");
  arguments.integer("steps", s.steps, {0, 10'000'000},
                    "training steps of each variant; 0: as many as fit the time");
  arguments.integer("batch", s.batch, {1, 4096}, "episodes a training step");
  arguments.integer("hidden", s.hidden, {1, 4096}, "width of the networks");
  arguments.integer("latent", s.latent, {0, 1024}, "width or classes of the latent; 0: from the model");
  arguments.text(
      "checkpoint", "FILE", s.checkpoint,
      "where to keep the state of training; of several variants each has FILE.NAME (default: in DIR)");
  arguments.text("resume", "FILE", s.resume, "go on from such a checkpoint");
}

}  // namespace doxa::support
