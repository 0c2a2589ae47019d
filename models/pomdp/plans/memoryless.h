#pragma once

#include <vector>

#include "doxa/models/pomdp/plans/controller.h"
#include "doxa/models/pomdp/plans/planning_model.h"

namespace doxa {

/// A deterministic policy that remembers the last observation and nothing else; the first action, before
/// anything is seen, is chosen apart.
struct MemorylessPolicy {
  std::size_t first = 0;
  std::vector<std::size_t> after;  ///< the action after each observation, [O]
};

/// The same policy as a controller of 1 + O nodes. Throws as require_controller does.
Controller controller(const Pomdp& m, const MemorylessPolicy& policy);

struct BestMemoryless {
  ValueBounds value;        ///< of the best of all deterministic memoryless policies from the start
  MemorylessPolicy policy;  ///< one that is worth at least value.lower
  std::size_t bounded = 0;  ///< policies, whole ones and begun ones, that were bounded
  bool complete = false;    ///< whether none was left out: then the bounds differ by rounding only
};

/// The best deterministic memoryless policy, among A^{O+1}. To find it is NP-hard (Littman, "Memoryless
/// policies: theoretical limitations and practical results", SAB 1994, section 3). Policies are enumerated as
/// a tree, one observation a level, in which a branch is cut off when it cannot hold a better policy than the
/// best known: a policy that is only begun is worth at most what one gets who sees the state after the
/// observations that are still open. With more than `most` policies, begun ones included, the enumeration
/// ends: the bounds hold, but need not be close. (A policy may do better by drawing its actions at random;
/// that is not considered.)
BestMemoryless best_memoryless(const PlanningModel& m, std::size_t most = 200'000);

}  // namespace doxa
