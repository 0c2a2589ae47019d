#pragma once

#include <functional>
#include <optional>

#include "doxa/models/beliefs/rssm_learner.h"
#include "support/belief_learning/experiment.h"

// The sections of the chapter that train, in the order of a whole run.
enum class Part { three, balance, table };

// A kind of recurrent state-space model that the chapter trains, and the section that is about it.
struct RssmVariant {
  std::string name;
  doxa::RssmSettings::Summary summary;
  bool categorical;  // the latent; else Gaussian
  doxa::RssmSettings::Inference inference = doxa::RssmSettings::Inference::filtering;
  doxa::RssmObjective objective = {};
  Part part = Part::three;
};
const std::vector<RssmVariant>& rssm_variants();

// What the flags --summary, --kl-balance and --free-nats change in the one variant that is trained; empty:
// nothing.
struct VariantChanges {
  std::string summary = {}, kl_balance = {}, free_nats = {};
};
void add_flags(doxa::support::Arguments& arguments, VariantChanges& changes,
               const doxa::support::BeliefSettings& settings);
RssmVariant changed(RssmVariant variant, const VariantChanges& changes);

// The sizes of a variant for a POMDP with so many actions and observations.
doxa::RssmSettings settings_for(const RssmVariant& variant, const doxa::support::BeliefSettings& s,
                                doxa::Index actions, doxa::Index observations);

// As many steps as a budget of multiplications and additions allows.
doxa::Index affordable_steps(const doxa::RssmSettings& sizes, const doxa::support::BeliefSettings& s,
                             double budget);

using Trained = std::vector<doxa::support::BeliefVariant<doxa::RssmLearner>>;

// What a run has learned so far: models, their scores, and for each the same network untrained.
struct Learned {
  doxa::EpisodeData data;
  Trained models = {};
  std::vector<doxa::RssmLearner> untrained = {};
  std::vector<doxa::LearnedBelief> scores = {};

  std::size_t at(std::string_view name) const;  // throws std::logic_error for what was not trained
  const doxa::LearnedBelief& score(std::string_view name) const { return scores[at(name)]; }
};

// What each of the three models does along one held-out episode, beside the exact belief.
void one_episode(doxa::support::Chapter& chapter, Learned& learned);

// (11.5) on Tiger while one listens: what a memory of samples may lose, exactly.
void memory_of_samples(doxa::support::Chapter& chapter);

// How the discrete variant comes out for several shares of (11.6).
// By how much a score or a KL of these may differ on another machine: at α = 0.5 and below, a code may form
// or not.
inline constexpr double spread_of_balance = 0.3;
void show_balance(doxa::support::Chapter& chapter, const Learned& learned,
                  const std::vector<std::string>& names);

// The bound (11.8) that the multi-sample variant is trained by, on the held-out episodes, beside (11.3).
void show_multi_sample(doxa::support::Chapter& chapter, Learned& learned);

// How much of the exact belief is in each variant, beyond its one-step predictions: predictions further
// ahead, calibration, and what a linear probe reads off its summary, and off that of an untrained network.
// Returns the largest KL of a probe, as a share of that of who knows the actions only; 0 if none was fitted.
double show_beliefs(doxa::support::Chapter& chapter, const doxa::support::BeliefSettings& settings,
                    Learned& learned, const std::vector<doxa::LearnedBelief>& shown);

// Learning curves and calibration.
void draw_figures(doxa::support::Chapter& chapter, const Learned& learned);

// No prediction moves by a bit when what comes after it is changed: prior, emission and belief see the past
// only.
void claim_no_leak(doxa::support::Chapter& chapter, Learned& learned);

// What the variants reach on Tiger, in the chapter's own run.
void claim_three(doxa::support::Chapter& chapter, const Learned& learned);
void claim_balance(doxa::support::Chapter& chapter, const Learned& learned);
void claim_table(doxa::support::Chapter& chapter, const std::vector<doxa::LearnedBelief>& seven,
                 double most_missed_by_a_probe);
