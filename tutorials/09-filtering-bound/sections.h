#pragma once

#include <numeric>

#include "doxa/autograd/random.h"
#include "doxa/models/pomdp/causal_posterior.h"
#include "doxa/models/pomdp/history.h"
#include "doxa/models/pomdp/mean_field_posterior.h"
#include "doxa/models/pomdp/pomdp.h"
#include "support/tutorial.h"

// A model, an open-loop policy and a number of steps: all averages are over these histories.
struct Setting {
  std::string key, policy_name;  // "listen90", "90 % listen"
  doxa::Pomdp model;
  std::vector<double> probabilities;  // π(a)
  std::size_t horizon;

  doxa::HistoryPolicy policy() const { return doxa::ignoring_history(probabilities); }
  double per_step(double nats) const { return nats / static_cast<double>(horizon); }
};

// The random streams of the seed.
enum Stream : std::uint64_t {
  causal_noise = 1,
  mean_field_noise,
  smoothing_noise,
  ascent_start,
  one_step_models
};

// By how much two ways of adding up the terms of a history may differ: a few roundings for each of the S²
// terms of each step, for numbers of this size. The sum over histories is compensated and adds nothing.
double rounding(const Setting& setting, double size);
extern const char* const rounding_of_terms;

// The exact numbers of one setting, in nats for the whole horizon.
struct Exact {
  double evidence, marginal;  // marginal: (09.13)
  doxa::BestCausal best;
  doxa::CausalPosterior best_mean_field;               // the best that coordinate ascent finds
  doxa::FilteringBound causal, mean_field, smoothing;  // the bounds of these two, and of the exact posterior
};
Exact solve(const Setting& setting);

inline double total(const std::vector<double>& terms) {
  return std::accumulate(terms.begin(), terms.end(), 0.0);
}

// (09.13): E Σ_k log p(o_k | a_{k-1}), the score of a predictor that knows only k and the last action. On Tiger
// that is a fair coin.
double marginal_score(const Setting& setting);

// How often Tiger's roar is right, unless --ear says otherwise.
inline constexpr double default_ear = 0.85;
// (09.12): the best causal bound on Tiger, in nats, if at step k we listen with probability listening[k],
// whatever was done and heard; the same for a model whose roar is right with another probability than the
// world's; and with one w for all steps.
double tiger_formula(double ear, const std::vector<double>& listening);
double tiger_formula(double ear, const std::vector<double>& listening, double model_ear);
double tiger_formula(double ear, double w, std::size_t horizon);

// Sections, each with its claims. The first three hold for every model.
void decomposition(doxa::support::Chapter& chapter, const Setting& setting, const Exact& exact);
void families(doxa::support::Chapter& chapter, const Setting& setting, const Exact& exact);
void summary_in_the_prior(doxa::support::Chapter& chapter, const Setting& setting, const Exact& exact);

// Tiger, whose roar is right with probability `ear`.
void bet(doxa::support::Chapter& chapter, const Setting& listening, double ear);
void sequences(doxa::support::Chapter& chapter, const Setting& uniform, double ear);
void moves_on_tiger(doxa::support::Chapter& chapter, const Setting& listening, double ear);
void policies(doxa::support::Chapter& chapter, const std::vector<Setting>& settings,
              const std::vector<Exact>& exact);
void listening(doxa::support::Chapter& chapter, const Setting& uniform, double ear);
void ascent(doxa::support::Chapter& chapter, const Setting& uniform);

// One step, without a POMDP.
void reversed(doxa::support::Chapter& chapter);
