#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doxa/models/beliefs/learned_belief.h"
#include "doxa/models/beliefs/score.h"
#include "doxa/models/pomdp/pomdp.h"
#include "doxa/models/pomdp/simulate.h"
#include "support/chapter.h"
#include "support/figure.h"

// What the chapters that learn a belief from episodes have in common: their flags, their episodes, how a
// variant is trained and scored, and how that is shown.

namespace doxa::support {

struct BeliefSettings {
  std::string pomdp = {};     // empty: Tiger
  std::string episodes = {};  // empty: simulated
  std::vector<double> action_weights = {};
  Index horizon = 32, steps = 0, batch = 32, hidden = 64, latent = 0;  // 0: from the model's sizes
  std::string variant = {};                                            // empty: all
  std::string checkpoint = {}, resume = {};
  Index samples = 64;  // of the belief, for the score
  std::size_t held_out = 500, validation = 250, few = 100, curve_points = 8;
  double rate = 1e-2, max_norm = 1;

  bool as_published(
      const Chapter& chapter) const;  // Tiger, its policy and its horizon: what claims may be made of
};

void add_flags(Arguments& arguments, BeliefSettings& settings, const std::vector<std::string>& variants);

// The episodes, all from one model and one policy, and the two reference predictors' values on the held-out
// ones, in nats per step.
struct BeliefData {
  Pomdp pomdp;
  std::vector<double> policy;
  std::vector<Trajectory> training;  // of a file; none: drawn afresh for every step
  std::vector<Trajectory> validation, held_out;
  std::vector<double> exact, last;  // one a held-out trajectory
  double exact_few;                 // of the first `few` of the validation episodes
  std::string fingerprint;  // of the model, the policy and the episodes: another run's data have another

  BeliefData(const BeliefSettings& settings, std::uint64_t seed);
};

// A variant as it was trained and what became of it.
struct BeliefVariant {
  std::unique_ptr<LearnedBelief> model;
  std::shared_ptr<void> owner;  // of what the model's functions refer to
  Index steps = 0;              // to be done
  Index done = 0;
  std::vector<double> curve_step = {}, curve_excess = {};  // over the exact filter, nats per step
  std::vector<std::vector<double>> predictions = {};       // on the held-out trajectories
  std::vector<double> nll = {}, bound = {}, kl = {};       // nats per step, one a held-out trajectory
  double validation = 0;                                   // nats per step
  MemoryScore score = {};
  double seconds = 0;

  const std::string& name() const { return model->name; }
  double mean_kl() const;
  double mean_bound() const;
  bool live() const { return mean_kl() >= 0.05; }  // nats per step: the latent is in use
};

// Trains and scores the variants one after another. Ctrl-C ends it after the step it comes in; the variant of
// that step is still scored, later ones are left out. Each variant's state is kept in its checkpoint.
std::vector<BeliefVariant> learn(Chapter& chapter, const BeliefSettings& settings, const BeliefData& data,
                                 std::vector<BeliefVariant> variants);

const BeliefVariant& chosen(const std::vector<BeliefVariant>& variants);  // on the validation episodes
const BeliefVariant* chosen_live(
    const std::vector<BeliefVariant>& variants);  // of the live ones; null: none is

// The table of all variants, and their values in results.json: those of the chosen one, of the best live one
// under "live.", and each one's own under its name.
void report(Chapter& chapter, const BeliefSettings& settings, const std::vector<BeliefVariant>& variants);

// What holds for every model, POMDP and length of training.
void claim_bounds(Chapter& chapter, const BeliefSettings& settings, const BeliefData& data,
                  const std::vector<BeliefVariant>& variants);

inline std::vector<const BeliefVariant*> pointers(const std::vector<BeliefVariant>& variants) {
  std::vector<const BeliefVariant*> all;
  for (const BeliefVariant& v : variants) all.push_back(&v);
  return all;
}
Figure learning_figure(const BeliefData& data, const std::vector<BeliefVariant>& variants);
Figure track_figure(const BeliefData& data, const std::vector<const BeliefVariant*>& shown);
Figure calibration_figure(const BeliefData& data, const std::vector<const BeliefVariant*>& shown);

// How far a run of the same seed may be from the committed one where another machine's rounding leads
// training another way: four standard deviations over seeds 1, 2 and 3, the largest of any variant's.
struct TrainingSpread {
  double score = 0.06, score_error = 0.01;
  double nll = 0.005, bound = 0.03, kl = 0.07;  // nats per step
  double kl_ahead = 0.012, calibration = 0.02;  // of predictions
  double probe_cross_entropy = 0.06, probe_kl = 0.04, probe_total_variation = 0.025;
};
inline constexpr TrainingSpread spread;

struct MeanAndError {
  double mean, standard_error;
};
MeanAndError mean_and_error(const std::vector<double>& x);
inline double mean(const std::vector<double>& x) { return mean_and_error(x).mean; }

}  // namespace doxa::support
