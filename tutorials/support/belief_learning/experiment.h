#pragma once

#include <chrono>

#include "doxa/models/beliefs/score.h"
#include "doxa/models/beliefs/training.h"
#include "doxa/models/nn/training.h"
#include "support/pomdp_input.h"
#include "support/progress.h"
#include "support/tutorial.h"

// How the chapters that learn a belief from episodes present it: their flags, the progress of training,
// tables, figures, and the claims that they share. Training and scoring are in models/beliefs/.

namespace doxa::support {

struct BeliefSettings {
  PomdpInput pomdp = {};
  std::string episodes = {};  // empty: simulated
  std::vector<double> action_weights = {};
  Index horizon = 32, steps = 0, schedule = 0, batch = 32, hidden = 64,
        latent = 0;          // 0: from the model's sizes
  std::string variant = {};  // "all", or one
  std::string checkpoint = {}, resume = {};
  Index samples = 128;  // of the belief, for the score
  EpisodeCounts counts = {};
  Index curve_points = 8;
  double rate = 1e-2, max_norm = 1;

  // Whether this is the run that the claims of a chapter are about: Tiger, its policy and horizon, and the
  // text's length of training.
  bool as_published(const Chapter& chapter) const;
};

// What --help says of flags that do not mean the same in every chapter.
struct BeliefFlagsHelp {
  std::string latent, batch = "episodes a training step";
};
void add_flags(Arguments& arguments, BeliefSettings& settings, const std::vector<std::string>& variants,
               const BeliefFlagsHelp& help);

// Reads or simulates the episodes, and prints what they are of. Throws UsageError, and FileError also for
// episodes that the model calls impossible.
EpisodeData read_data(Chapter& chapter, const BeliefSettings& settings);

// A model to be trained for so many steps.
template <BeliefModel M>
struct BeliefVariant {
  std::string name;
  M model;
  Index steps;
};

// Refuses a --schedule that is shorter than the training.
void require_schedule(const BeliefSettings& settings, const std::string& variant, Index steps);

// The settings of the training loop of one variant: rate, validation, checkpoint; it shows its progress.
Training training_loop(const std::string& variant, Index steps, const Chapter& chapter,
                       const BeliefSettings& settings, const EpisodeData& data, Progress& progress);
// Refuses a --resume for which no variant has a checkpoint, and checkpoints that cannot be read or written.
void require_checkpoints(const Chapter& chapter, const BeliefSettings& settings,
                         const std::vector<std::string>& variants);

// Trains and scores the variants one after another. A signal (see StopRequest) ends it after the step it
// comes in: the variant of that step is still scored, later ones are removed from `variants`. Each variant's
// state is kept in its checkpoint.
template <BeliefModel M>
std::vector<LearnedBelief> learn(Chapter& chapter, const BeliefSettings& s, const EpisodeData& data,
                                 std::vector<BeliefVariant<M>>& variants) {
  std::vector<std::string> names;
  for (const BeliefVariant<M>& v : variants) {
    require_schedule(s, v.name, v.steps);
    names.push_back(v.name);
  }
  require_checkpoints(chapter, s, names);
  BeliefTraining belief{.batch = s.batch,
                        .seed = chapter.seed(),
                        .stream = 16,
                        .validation_samples = std::min<Index>(64, s.samples)};
  const StopRequest stop;
  std::vector<LearnedBelief> learned;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    BeliefVariant<M>& v = variants[i];
    LearnedBelief& l = learned.emplace_back(LearnedBelief{.name = v.name, .steps = v.steps});
    l.untrained = curve_loss(v.model, data, belief.validation_samples);
    {
      Progress progress("training " + v.name, static_cast<std::size_t>(v.steps));
      const auto begin = std::chrono::steady_clock::now();
      Training loop = training_loop(v.name, v.steps, chapter, s, data, progress);
      loop.stop = [&] { return static_cast<bool>(stop); };
      l.training = train_belief(v.model, data, belief, std::move(loop));
      l.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    l.score = score_belief(v.model, data, s.samples, Philox(chapter.seed(), 7));
    belief.stream += 2;
    if (!stop) continue;
    chapter.stopped(stop.signal(), "step " + std::to_string(l.training.steps) + " of " + l.name);
    std::cout << "stopped " << chapter.stop() << '\n';
    variants.erase(variants.begin() + static_cast<std::ptrdiff_t>(learned.size()), variants.end());
  }
  return learned;
}

// The table of all variants, and their values in results.json: those of the best one, those of the best one
// whose latent is in use under "live.", and each one's own under its name.
void report(Chapter& chapter, const BeliefSettings& settings, const std::vector<LearnedBelief>& learned);

// Claims that hold for every model, POMDP and length of training, if the POMDP is where the episodes come
// from.
void claim_bounds(Chapter& chapter, const BeliefSettings& settings, const EpisodeData& data,
                  const std::vector<LearnedBelief>& learned);

// The excess over the exact filter after each share of the training, from the untrained model on. What is below
// 1e-4 is drawn there.
struct LearningCurve {
  std::vector<double> share, excess;
};
LearningCurve learning_curve(const EpisodeData& data, const LearnedBelief& learned);

Figure learning_figure(const EpisodeData& data, const std::vector<LearnedBelief>& learned);
Figure track_figure(const EpisodeData& data, const std::vector<const LearnedBelief*>& shown);
Figure calibration_figure(const EpisodeData& data, const std::vector<const LearnedBelief*>& shown);

// How far a run with the same seed on another machine may be from the committed one, because its rounding
// differs: four standard deviations over seeds 1, 2 and 3, the largest among the variants.
struct TrainingSpread {
  double score = 0.06, score_error = 0.01;
  double nll = 0.005, sampling = 0.0005, bound = 0.03, kl = 0.07;  // nats per step
  double kl_ahead = 0.012, calibration = 0.02;                     // of predictions
  double probe_cross_entropy = 0.06, probe_kl = 0.04, probe_total_variation = 0.025;
};
inline constexpr TrainingSpread spread;

}  // namespace doxa::support
