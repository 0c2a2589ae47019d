#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "doxa/models/pomdp/plans/planning_model.h"
#include "tests/support/random_pomdp.h"

namespace doxa::testing {

inline Pomdp classic_model(const std::string& name) {
  return read_pomdp(DOXA_SOURCE_DIR "/models/pomdp/classics/" + name + ".pomdp");
}

// A random model with rewards of both signs that depend on all that they can.
inline Pomdp random_rewarded(std::size_t states, std::size_t actions, std::size_t observations,
                             double discount, Philox& random) {
  Pomdp m = random_pomdp(states, actions, observations, random);
  m.discount = discount;
  for (std::uint32_t a = 0; a < actions; ++a)
    for (std::uint32_t s = 0; s < states; ++s) {
      m.reward.set({.action = a, .state = s}, random.normal());
      const auto next = static_cast<std::uint32_t>(random.uniform_index(static_cast<Index>(states)));
      const auto seen = static_cast<std::uint32_t>(random.uniform_index(static_cast<Index>(observations)));
      m.reward.set({a, s, next, seen}, 3 * random.normal());
    }
  return m;
}

// The tables of a model in long double, rows divided by their sums: ten bits more than a double has.
struct LongTables {
  using Real = long double;
  std::size_t states, actions, observations;
  Real discount;
  std::vector<Real> start, transition, emission, reward;  // [S], [A][S][S], [A][S][O], [A][S]

  explicit LongTables(const Pomdp& m)
      : states(m.states.size()),
        actions(m.actions.size()),
        observations(m.observations.size()),
        discount(m.discount) {
    const auto append = [](std::vector<Real>& table, const StochasticMatrix::Row& row, std::size_t columns) {
      Real sum = 0;
      for (const double p : row.probability) sum += p;
      for (std::size_t c = 0; c < columns; ++c) table.push_back(row[c] / sum);
    };
    for (std::size_t a = 0; a < actions; ++a)
      for (std::size_t s = 0; s < states; ++s) {
        append(transition, transition_row(m, a, s), states);
        append(emission, emission_row(m, a, s), observations);
      }
    for (std::size_t a = 0; a < actions; ++a)
      for (std::size_t s = 0; s < states; ++s) {
        Real sum = 0;
        for (std::size_t t = 0; t < states; ++t)
          for (std::size_t o = 0; o < observations; ++o)
            sum += p(a, s, t) * q(a, t, o) * Real(m.reward(a, s, t, o));
        reward.push_back(sum);
      }
    start = distribution(m.start);
  }
  std::vector<Real> distribution(const std::vector<double>& b) const {
    Real sum = 0;
    for (const double x : b) sum += x;
    std::vector<Real> p;
    for (const double x : b) p.push_back(x / sum);
    return p;
  }
  Real p(std::size_t a, std::size_t s, std::size_t t) const {
    return transition[(a * states + s) * states + t];
  }
  Real q(std::size_t a, std::size_t t, std::size_t o) const {
    return emission[(a * states + t) * observations + o];
  }

  // x_o(t) = O(o|a,t) Σ_s x(s) T(t|s,a).
  std::vector<Real> successor(const std::vector<Real>& x, std::size_t a, std::size_t o) const {
    std::vector<Real> y(states);
    for (std::size_t t = 0; t < states; ++t) {
      for (std::size_t s = 0; s < states; ++s) y[t] += x[s] * p(a, s, t);
      y[t] *= q(a, t, o);
    }
    return y;
  }
  // V_n(x) by its definition, over all trees of n steps: max_a Σ_s x(s) r(s,a) + d Σ_o V_{n-1}(x_o).
  Real best_value(const std::vector<Real>& x, std::size_t steps) const {
    if (steps == 0) return 0;
    Real best = -std::numeric_limits<Real>::infinity();
    for (std::size_t a = 0; a < actions; ++a) {
      Real sum = 0, future = 0;
      for (std::size_t s = 0; s < states; ++s) sum += x[s] * reward[a * states + s];
      if (discount > 0)
        for (std::size_t o = 0; o < observations; ++o) future += best_value(successor(x, a, o), steps - 1);
      best = std::max(best, sum + discount * future);
    }
    return best;
  }
};

// v = c + M v by elimination with pivots, in long double; M is [n][n].
inline std::vector<long double> solve_affine(std::vector<long double> m, std::vector<long double> v) {
  const std::size_t n = v.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) m[i * n + j] = (i == j ? 1 : 0) - m[i * n + j];
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(m[i * n + k]) > std::abs(m[pivot * n + k])) pivot = i;
    for (std::size_t j = 0; j < n; ++j) std::swap(m[k * n + j], m[pivot * n + j]);
    std::swap(v[k], v[pivot]);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const long double factor = m[i * n + k] / m[k * n + k];
      for (std::size_t j = k; j < n; ++j) m[i * n + j] -= factor * m[k * n + j];
      v[i] -= factor * v[k];
    }
  }
  for (std::size_t k = 0; k < n; ++k) v[k] /= m[k * n + k];
  return v;
}

inline void expect_contains(const ValueBounds& bounds, long double v, const std::string& what) {
  EXPECT_LE(static_cast<long double>(bounds.lower), v)
      << what << ": below by " << static_cast<double>(v - bounds.lower);
  EXPECT_GE(static_cast<long double>(bounds.upper), v)
      << what << ": above by " << static_cast<double>(bounds.upper - v);
}

// A belief in the interior, on a face or in a corner.
inline std::vector<double> random_belief(std::size_t states, Philox& random) {
  return random_distribution(states, random);
}

// Rewards c R + d in every case, those that are not written (0) included.
inline Pomdp rescaled(const Pomdp& m, double c, double d) {
  Pomdp other = m;
  other.reward = {};
  other.reward.set({}, d);
  for (const Reward::Entry& e : m.reward.entries()) other.reward.set(e.pattern, c * e.value + d);
  return other;
}

}  // namespace doxa::testing
