#include "doxa/models/pomdp/plans/reference_values.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace doxa {
namespace {

constexpr double lowest = -std::numeric_limits<double>::infinity();

// r(s,a) + d Σ_{s'} T(s'|s,a) next(s').
template <class Next>
double bellman(const PlanningModel& m, std::size_t a, std::size_t s, Next next) {
  const StochasticMatrix::Row row = transition_row(m.model(), a, s);
  double sum = 0;
  for (std::size_t j = 0; j < row.size(); ++j) sum += row.probability[j] * next(row.column[j]);
  return m.reward(a)[s] + m.discount() * sum;
}

AlphaVectors one_for_each_action(const PlanningModel& m, const std::vector<double>& v) {
  AlphaVectors vectors;
  const auto row = [&](std::size_t a) { return v.begin() + static_cast<std::ptrdiff_t>(a * m.states()); };
  for (std::size_t a = 0; a < m.actions(); ++a) vectors.append(a, std::vector<double>(row(a), row(a + 1)));
  return vectors;
}

ReferenceValue reference(const PlanningModel& m, const BoundedVector& v) {
  ReferenceValue r{{}, one_for_each_action(m, v.lower), one_for_each_action(m, v.upper)};
  r.at_start = value_bounds(m, r, m.model().start);
  return r;
}

// The MDP's values with the best or the worst action.
template <class Choose>
StateSeen mdp(const PlanningModel& m, Choose choose) {
  StateSeen seen;
  seen.values = fixed_point(m, m.states(), [&](const std::vector<double>& v, std::size_t s) {
    double chosen = bellman(m, 0, s, [&](std::size_t next) { return v[next]; });
    for (std::size_t a = 1; a < m.actions(); ++a)
      chosen = choose(chosen, bellman(m, a, s, [&](std::size_t next) { return v[next]; }));
    return chosen;
  });
  seen.at_start = value_bounds(m, seen.values, m.model().start);
  return seen;
}

}  // namespace

ReferenceValue blind(const PlanningModel& m) {
  return reference(
      m, fixed_point(m, m.actions() * m.states(), [&](const std::vector<double>& v, std::size_t i) {
        const std::size_t a = i / m.states();
        return bellman(m, a, i % m.states(), [&](std::size_t s) { return v[a * m.states() + s]; });
      }));
}

ReferenceValue fast_informed(const PlanningModel& m) {
  // By observation, then by a': Σ_{s'} T(s'|s,a) O(o|a,s') α_{a'}(s').
  std::vector<double> sums(m.observations() * m.actions());
  std::vector<std::uint32_t> possible;
  return reference(
      m, fixed_point(m, m.actions() * m.states(), [&](const std::vector<double>& v, std::size_t i) {
        const std::size_t a = i / m.states(), s = i % m.states(), actions = m.actions();
        const StochasticMatrix::Row row = transition_row(m.model(), a, s);
        possible.clear();
        for (std::size_t j = 0; j < row.size(); ++j) {
          const StochasticMatrix::Row seen = emission_row(m.model(), a, row.column[j]);
          for (std::size_t k = 0; k < seen.size(); ++k) {
            const double joint = row.probability[j] * seen.probability[k];
            possible.push_back(seen.column[k]);
            for (std::size_t next = 0; next < actions; ++next)
              sums[seen.column[k] * actions + next] += joint * v[next * m.states() + row.column[j]];
          }
        }
        std::sort(possible.begin(), possible.end());
        possible.erase(std::unique(possible.begin(), possible.end()), possible.end());
        double future = 0;
        for (const std::uint32_t o : possible) {
          double best = lowest;
          for (std::size_t next = 0; next < actions; ++next)
            best = std::max(best, std::exchange(sums[o * actions + next], 0.0));
          future += best;
        }
        return m.reward(a)[s] + m.discount() * future;
      }));
}

ReferenceValue qmdp(const PlanningModel& m) {
  return reference(m,
                   fixed_point(m, m.actions() * m.states(), [&](const std::vector<double>& q, std::size_t i) {
                     return bellman(m, i / m.states(), i % m.states(), [&](std::size_t next) {
                       double best = lowest;
                       for (std::size_t a = 0; a < m.actions(); ++a)
                         best = std::max(best, q[a * m.states() + next]);
                       return best;
                     });
                   }));
}

StateSeen state_seen(const PlanningModel& m) {
  return mdp(m, [](double x, double y) { return std::max(x, y); });
}

StateSeen worst_case(const PlanningModel& m) {
  return mdp(m, [](double x, double y) { return std::min(x, y); });
}

ValueBounds value_bounds(const PlanningModel& m, const BoundedVector& v, std::span<const double> belief) {
  m.require_belief(belief, "value_bounds");
  SparseBelief b = sparse(belief);
  b.divide_by(b.mass());
  return {b.dot(v.lower) - m.dot_slack(), b.dot(v.upper) + m.dot_slack()};
}

ValueBounds value_bounds(const PlanningModel& m, const ReferenceValue& v, std::span<const double> belief) {
  m.require_belief(belief, "value_bounds");
  require_vectors(m.model(), v.lower);
  require_vectors(m.model(), v.upper);
  SparseBelief b = sparse(belief);
  b.divide_by(b.mass());
  ValueBounds bounds{lowest, lowest};
  for (const std::vector<double>& alpha : v.lower.values) bounds.lower = std::max(bounds.lower, b.dot(alpha));
  for (const std::vector<double>& alpha : v.upper.values) bounds.upper = std::max(bounds.upper, b.dot(alpha));
  return {bounds.lower - m.dot_slack(), bounds.upper + m.dot_slack()};
}

Pomdp open_loop_model(const Pomdp& m) {
  validate(m);
  Pomdp open = m;
  open.observations = {"nothing"};
  open.emission = {};
  open.emission.columns = 1;
  open.reward = {};
  for (std::size_t a = 0; a < m.actions.size(); ++a)
    for (std::size_t s = 0; s < m.states.size(); ++s) {
      open.emission.append_row(std::vector<double>{1});
      open.reward.set({.action = static_cast<std::uint32_t>(a), .state = static_cast<std::uint32_t>(s)},
                      expected_reward(m, a, s));
    }
  return open;
}

}  // namespace doxa
