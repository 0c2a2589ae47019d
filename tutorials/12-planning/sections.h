#pragma once

#include <optional>

#include "doxa/models/beliefs/dreamer.h"
#include "doxa/models/pomdp/plans/belief_policy.h"
#include "doxa/models/pomdp/plans/memoryless.h"
#include "doxa/models/pomdp/plans/plan.h"
#include "doxa/models/pomdp/plans/reference_values.h"
#include "support/pomdp_input.h"
#include "support/tutorial.h"

// ---- exact values

// A model with its optimum between proved bounds, and the values around it.
struct Known {
  std::string name;    // "tiger", "tiger-wait", or "given" for the reader's
  std::string prefix;  // of its names in the results; empty for the first model
  doxa::Pomdp m;
  doxa::Plan best;
  doxa::ReferenceValue blind, informed, qmdp;
  doxa::StateSeen seen;
  doxa::BestMemoryless memoryless;
  doxa::Plan open_loop;                                         // of the model that shows nothing
  std::vector<std::pair<std::size_t, doxa::ValueBounds>> gaps;  // V* after so many backups

  const doxa::PlanningModel& planning() const { return *best.model; }
  double optimum() const { return best.value().middle(); }
  bool is_given() const { return name == "given"; }
};
Known solve(std::string name, std::string prefix, const doxa::Pomdp& m);

// What may be imagined, and the policy that follows from it.
//
// The actor sees the state: the best action of the underlying MDP in a state drawn from the belief.
doxa::BeliefPolicy hidden_state_policy(const Known& k);
// A sequence is sought anew at each belief, and its first action taken: greedy in the values of sequences.
doxa::BeliefPolicy replanning_policy(const Known& k);
// The policy that acts on Q averaged over the belief.
doxa::BeliefPolicy qmdp_policy(const Known& k);
// The policy that acts on the belief: that of the certificate.
doxa::BeliefPolicy best_policy(const Known& k);

// What each of the five promises and what it earns.
struct Imagined {
  std::string name, key;
  doxa::ValueBounds promised, earned;
  std::size_t first;  // its likeliest first action
  // Where `earned` is left wide open: by how much less than the best policy it earned in the same episodes.
  std::optional<doxa::MeanEstimate> lost = {};
};
std::vector<Imagined> promised_and_earned(const Known& k);

void bet(doxa::support::Chapter& chapter, const Known& with_waiting);
void show_values(doxa::support::Chapter& chapter, const std::vector<Known>& models);
void show_certificate(doxa::support::Chapter& chapter, const Known& k);

// ---- learned values

// Where one agent's state is written and read; empty: nowhere.
struct ActingFiles {
  std::string checkpoint, resume;
};

struct LearningSettings {
  std::string variant = "all";
  doxa::Index steps = 0;  // iterations; 0: the chapter's
  std::string checkpoint = {}, resume = {};

  // Where two models are learned, all variants learn in the first and one in the second, to save time.
  bool trains(const std::string& name, bool second_model) const;
  // FILE, with the name of the model and of the variant behind it where there are several.
  ActingFiles files(const std::string& model, const std::string& name) const;
};
void learn_to_act(doxa::support::Chapter& chapter, const std::vector<Known>& models,
                  const LearningSettings& settings);
