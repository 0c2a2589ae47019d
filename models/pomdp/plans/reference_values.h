#pragma once

#include <vector>

#include "doxa/models/pomdp/plans/alpha_vectors.h"
#include "doxa/models/pomdp/plans/fixed_point.h"
#include "doxa/models/pomdp/plans/planning_model.h"

namespace doxa {

// The values around the optimum V* of a discounted POMDP, each of which says what a piece of knowledge is
// worth. From the start distribution, and from every other belief,
//
//     blind <= memoryless <= V* <= fast informed <= QMDP <= state seen;
//
// `best_memoryless` is in memoryless.h, V* in plan.h. All are proved bounds (planning_model.h says of what,
// and how rounding is counted). All throw std::invalid_argument as PlanningModel does.

/// One of these values. As a function of beliefs it is V(b) = max_k Σ_s b(s) α_k(s), of which every α is
/// known between two vectors.
struct ReferenceValue {
  ValueBounds at_start;       ///< V(b_0)
  AlphaVectors lower, upper;  ///< the same vectors from below and from above
};

/// One action for ever: α_a(s) = r(s,a) + d Σ_{s'} T(s'|s,a) α_a(s'), a vector for each action, and the best
/// of them. Nothing that is seen is used, and the action never changes. A *sequence* of actions that is
/// chosen beforehand uses no observation either and may be worth more, even more than every memoryless
/// policy: `open_loop_model` is for that. Source: Hauskrecht, "Incremental methods for computing bounds in
/// partially observable Markov decision processes", AAAI 1997.
ReferenceValue blind(const PlanningModel& m);

/// The fast informed bound,
///
///     α_a(s) = r(s,a) + d Σ_o max_{a'} Σ_{s'} T(s'|s,a) O(o|a,s') α_{a'}(s'):
///
/// who acts has learned the state of one step ago. Source: Hauskrecht, "Value-function approximations for
/// partially observable Markov decision processes", JAIR 13 (2000), section 4.5.
ReferenceValue fast_informed(const PlanningModel& m);

/// QMDP, Q_a(s) = r(s,a) + d Σ_{s'} T(s'|s,a) max_{a'} Q_{a'}(s'), V(b) = max_a Σ_s b(s) Q_a(s): after this
/// action the state is seen for ever. Its policy takes the maximising action. Source: Littman, Cassandra &
/// Kaelbling, "Learning policies for partially observable environments: scaling up", ICML 1995, section 4.
ReferenceValue qmdp(const PlanningModel& m);

/// What a policy could get in each state if it saw it, [S]: V(s) = max_a [r(s,a) + d Σ_{s'} T(s'|s,a) V(s')],
/// the optimum of the underlying MDP. Of a belief it is Σ_s b(s) V(s).
struct StateSeen {
  ValueBounds at_start;
  BoundedVector values;
};
StateSeen state_seen(const PlanningModel& m);

/// The same with the minimum over actions: every policy, however bad, gets at least this in each state.
StateSeen worst_case(const PlanningModel& m);

/// Bounds of Σ_s b(s) v(s) for a vector that is known between bounds, and of max_k Σ_s b(s) α_k(s). They
/// throw std::invalid_argument if b is not a belief of the model.
ValueBounds value_bounds(const PlanningModel& m, const BoundedVector& v, std::span<const double> belief);
ValueBounds value_bounds(const PlanningModel& m, const ReferenceValue& v, std::span<const double> belief);

/// The model as one sees it who does not look: one observation, called "nothing", and the rewards r(s,a). Its
/// policies are the sequences of actions chosen beforehand, and its optimum the value of the best of them,
///
///     blind <= open loop <= V*.
///
/// The rewards are rounded, by no more than the slack of a backup. Throws as `validate` does.
Pomdp open_loop_model(const Pomdp& m);

}  // namespace doxa
