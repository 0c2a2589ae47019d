#pragma once

#include <functional>
#include <memory>
#include <span>

#include "doxa/models/pomdp/plans/lower_bound.h"
#include "doxa/models/pomdp/plans/sawtooth.h"
#include "doxa/models/pomdp/plans/value_bounds.h"

namespace doxa {

/// How far a plan has come.
struct PlanProgress {
  std::size_t trials = 0, backups = 0;  ///< trials from the start; points backed up, above and below
  ValueBounds value;                    ///< of V*(b_0)
  std::size_t vectors = 0, points = 0;  ///< of the lower and of the upper bound
  std::size_t bytes = 0;                ///< of memory that both take
};

struct PlanOptions {
  double absolute_gap = 0;     ///< the plan ends when upper - lower is at most this …
  double relative_gap = 1e-3;  ///< … or at most this part of max(|lower|, |upper|)
  std::size_t max_backups = 1'000'000;
  /// Of both bounds together, and of the beliefs that a trial remembers; never exceeded, unless the bounds
  /// that it starts with do. Beside it are the model and the beliefs that follow from one.
  std::size_t max_bytes = std::size_t{1} << 28;
  std::function<void(const PlanProgress&)> on_trial = {};  ///< called before the first trial and after each
  std::function<bool()> stop = {};                         ///< asked after each trial: true ends the plan
};

enum class PlanEnd {
  gap,       ///< the target is reached
  rounding,  ///< the gap is as narrow as double precision can prove, and the target narrower
  backups,   ///< max_backups are spent
  memory,    ///< max_bytes leave no room for a backup
  stopped,   ///< `stop` returned true
};

/// A certificate for the optimum of a discounted POMDP, and the policy whose worth is at least its lower end.
struct Plan {
  PlanProgress progress;
  PlanEnd end = PlanEnd::gap;
  AlphaVectors policy;  ///< its greedy policy earns at least progress.value.lower from the start
  std::shared_ptr<const PlanningModel> model;
  std::shared_ptr<const SawtoothBound> above;

  const ValueBounds& value() const { return progress.value; }  ///< lower <= V*(b_0) <= upper
};

/// Plans for the discounted infinite horizon,
///
///     V*(b) = max_a [ ρ(b,a) + d Σ_o p(o|b,a) V*(b^{a,o}) ],      ρ(b,a) = Σ_s b(s) r(s,a),
///
/// between a lower bound, the blind policies improved by point-based backups, and an upper one, the fast
/// informed bound lowered at points that the sawtooth joins. Each trial walks from the start along the action
/// whose upper bound is largest and the observation that leaves the most uncertainty above what half the gap
/// at the start allows at that depth, and backs up both bounds on its way back (HSVI2: Smith & Simmons,
/// "Point-based POMDP algorithms: improved analysis and implementation", UAI 2005, sections 2 and 3).
///
/// The bounds hold for the model, whatever rounding did (planning_model.h), whenever the plan ends; while it
/// goes on, the lower one never falls and the upper one never rises. The same model and options give the same
/// bits.
///
/// Throws std::invalid_argument for an invalid model, a discount of 1 or too close to it, rewards that are
/// not finite, and gaps that are negative or NaN.
Plan plan(const Pomdp& m, const PlanOptions& options = {});

/// lower <= V*(b) <= upper at any belief. Throws std::invalid_argument if b is not a belief of the model.
ValueBounds value_bounds(const Plan& p, std::span<const double> belief);

}  // namespace doxa
