#include "doxa/models/files/file.h"
#include "doxa/models/nn/checkpoint.h"
#include "doxa/models/pomdp/episode_file.h"
#include "doxa/models/pomdp/simulate.h"
#include "support/belief_learning/experiment.h"

namespace doxa::support {
namespace {

namespace fs = std::filesystem;

// --checkpoint FILE and --resume FILE name one file where one variant is trained, else one for each variant.
fs::path of_variant(const std::string& file, const std::string& name, const BeliefSettings& s) {
  return s.variant == "all" ? fs::path(file + "." + name) : fs::path(file);
}

fs::path checkpoint_of(const std::string& name, const BeliefSettings& s, const fs::path& out) {
  const std::string& kept = s.checkpoint.empty() ? s.resume : s.checkpoint;  // default: the one resumed
  return kept.empty() ? out / (name + ".safetensors") : of_variant(kept, name, s);
}

// Variants that a stopped run did not reach have no checkpoint and start from the beginning: then empty.
fs::path resumed_by(const std::string& name, const BeliefSettings& s) {
  if (s.resume.empty()) return {};
  const fs::path from = of_variant(s.resume, name, s);
  return s.variant != "all" || fs::exists(from) ? from : fs::path();
}

std::vector<RunFile> files_of(const BeliefSettings& s, const std::vector<std::string>& variants,
                              const fs::path& out) {
  std::vector<RunFile> files{{.flag = "--episodes", .path = s.episodes}};
  const char* kept_by = !s.checkpoint.empty() ? "--checkpoint" : !s.resume.empty() ? "--resume" : "--out";
  for (const std::string& name : variants) {
    if (s.variant != "all" && s.variant != name) continue;
    const std::string of = s.variant == "all" ? " (" + name + ")" : "";
    if (!s.resume.empty())
      files.push_back({.flag = "--resume" + of, .path = of_variant(s.resume, name, s), .continues = name});
    files.push_back(
        {.flag = kept_by + of, .path = checkpoint_of(name, s, out), .written = true, .continues = name});
  }
  return files;
}

EpisodeData data_of(Pomdp pomdp, const BeliefSettings& s, std::uint64_t seed) {
  std::vector<double> weights = s.action_weights;
  if (s.pomdp.file.empty() && weights.empty()) weights = {0.9, 0.05, 0.05};
  std::vector<double> policy = open_loop_policy(pomdp, weights);
  if (s.episodes.empty())
    return simulated_data(std::move(pomdp), std::move(policy), static_cast<std::size_t>(s.horizon), s.counts,
                          seed);
  EpisodeSource source;
  std::vector<Trajectory> recorded = read_episodes(s.episodes, pomdp, &source);
  say_what_was_ignored(source);
  if (recorded.size() < 20)
    throw UsageError("--episodes: " + s.episodes + " has " + std::to_string(recorded.size()) +
                     (recorded.size() == 1 ? " episode" : " episodes") + ", expected at least 20");
  require_possible(pomdp, recorded, source);
  return recorded_data(std::move(pomdp), std::move(policy), std::move(recorded), s.counts);
}

}  // namespace

bool BeliefSettings::as_published(const Chapter& chapter) const {
  for (const char* flag :
       {"pomdp", "episodes", "action-weights", "horizon", "steps", "schedule", "hidden", "latent", "batch"})
    if (chapter.arguments().given(flag)) return false;
  return true;
}

void add_flags(Arguments& arguments, BeliefSettings& s, const std::vector<std::string>& variants,
               const BeliefFlagsHelp& help) {
  add_flags(arguments, s.pomdp, "the model to learn from, in the .pomdp format (default: Tiger)");
  arguments.text(
      "episodes", "FILE.csv", s.episodes,
      "learn from these episodes (columns episode, action, observation), a tenth each for validation and "
      "test (default: simulated)");
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
  arguments.integer(
      "schedule", s.schedule, {0, 10'000'000},
      "steps over which the learning rate falls, at least --steps; more, for a run that --resume will "
      "lengthen to so many, as if it had been that long from the beginning; 0: --steps");
  arguments.integer("batch", s.batch, {1, 4096}, help.batch);
  arguments.integer("hidden", s.hidden, {1, 4096}, "width of the networks");
  arguments.integer("latent", s.latent, {0, 1024}, help.latent);
  arguments.integer("samples", s.samples, {2, 65'536},
                    "samples of the belief for the score, in two independent halves: an even number");
  arguments.text(
      "checkpoint", "FILE", s.checkpoint,
      "where to keep the state of training; of several variants each has FILE.NAME (default: in DIR)");
  arguments.text("resume", "FILE", s.resume,
                 "go on from such a checkpoint; one that is not called FILE.NAME takes --variant NAME");
  arguments.excludes("episodes", {"action-weights", "horizon"}, "the file says what was done");
  arguments.uses([&s, &arguments, variants] { return files_of(s, variants, arguments.out()); });
}

EpisodeData read_data(Chapter& chapter, const BeliefSettings& s) {
  if (s.samples % 2 != 0)
    throw UsageError("--samples: found " + std::to_string(s.samples) + ", expected an even number");
  EpisodeData data = data_of(read_model(chapter, s.pomdp), s, chapter.seed());
  std::cout << data.pomdp.states.size() << " states (never shown to the learner), "
            << data.pomdp.actions.size() << " actions, " << data.pomdp.observations.size()
            << " observations; episodes of " << data.horizon << " steps\n\n"
            << std::flush;
  return data;
}

void require_checkpoints(const Chapter& chapter, const BeliefSettings& s,
                         const std::vector<std::string>& variants) {
  if (!s.resume.empty() && s.variant == "all" && std::ranges::none_of(variants, [&](const std::string& name) {
        return fs::exists(of_variant(s.resume, name, s));
      }))
    throw UsageError(
        "--resume: there is no " + of_variant(s.resume, variants.front(), s).string() +
        " nor that of another variant" +
        (fs::exists(s.resume) ? "; where " + s.resume + " is that of one, name it by --variant" : ""));
  for (const std::string& name : variants) {
    if (const fs::path from = resumed_by(name, s); !from.empty()) {
      require_regular_file(from, ".safetensors file");
      read_checkpoint(from);  // a damaged one is refused before another variant has trained for minutes
    }
    require_rewritable(checkpoint_of(name, s, chapter.out()));
  }
}

void require_schedule(const BeliefSettings& s, const std::string& variant, Index steps) {
  if (s.schedule > 0 && steps > s.schedule)
    throw UsageError("--schedule: found " + std::to_string(s.schedule) + ", expected at least the " +
                     std::to_string(steps) + " training steps of " + variant);
}

Training training_loop(const std::string& variant, Index steps, const Chapter& chapter,
                       const BeliefSettings& s, const EpisodeData& data, Progress& progress) {
  Training t;
  t.run.settings = {{"variant", variant},
                    {"seed", std::to_string(chapter.seed())},
                    {"batch", std::to_string(s.batch)},
                    {"hidden", std::to_string(s.hidden)},
                    {"latent", std::to_string(s.latent)}};
  t.run.settings.insert(data.identity.begin(), data.identity.end());
  const Index planned = s.schedule > 0 ? s.schedule : steps;
  t.steps = steps;
  t.rate = {.peak = s.rate, .steps = planned, .warm_up = std::max<Index>(1, planned / 50)};
  t.max_norm = s.max_norm;
  t.validate_every = std::max<Index>(1, planned / s.curve_points);
  t.on_step = [&progress, exact = data.exact_on_curve](const TrainingStep& now) {
    progress.step([&] {
      return "loss " + significant(now.loss, 4) +
             (now.validation ? ", excess " + significant(*now.validation - exact, 3) : "");
    });
  };
  t.checkpoint = checkpoint_of(variant, s, chapter.out());
  t.checkpoint_every = std::max<Index>(1, steps / 4);
  t.resume = resumed_by(variant, s);
  return t;
}

}  // namespace doxa::support
