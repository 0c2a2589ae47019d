#pragma once

#include <vector>

#include "doxa/models/pomdp/plans/fixed_point.h"
#include "doxa/models/pomdp/plans/planning_model.h"

namespace doxa {

/// A finite-state controller: in node n it takes the action actions[n], and when o is seen it goes to node
/// next[n][o]. Source: Hansen, "An improved policy iteration algorithm for partially observable MDPs", NIPS
/// 1997.
struct Controller {
  std::vector<std::size_t> actions;            ///< [N]
  std::vector<std::vector<std::size_t>> next;  ///< [N][O]
  std::size_t start = 0;                       ///< the node of the first action

  std::size_t size() const { return actions.size(); }
};

/// Throws std::invalid_argument, in one line, unless there is a node and every node, action and observation
/// is one that controller and model have: "controller: node 1 goes to node 7 after hear-left, it has 2".
void require_controller(const Pomdp& m, const Controller& c);

/// What a controller is worth from each of its nodes and each state, the solution of the linear system
///
///     v(n,s) = r(s,a_n) + d Σ_{s'} T(s'|s,a_n) Σ_o O(o|a_n,s') v(next(n,o), s').
struct ControllerValue {
  ValueBounds at_start;  ///< Σ_s b_0(s) v(start,s)
  BoundedVector values;  ///< v(n,s) at n·S + s, [N·S]
};

/// The system is solved by iteration, to bounds that hold rigorously and lie as close as rounding lets them
/// (`fixed_point`). Throws as require_controller does.
ControllerValue evaluate(const PlanningModel& m, const Controller& c);

}  // namespace doxa
