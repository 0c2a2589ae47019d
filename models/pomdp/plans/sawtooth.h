#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "doxa/models/pomdp/plans/alpha_vectors.h"
#include "doxa/models/pomdp/plans/planning_model.h"

namespace doxa {

/// An upper bound of V*, extended to non-negative vectors x that need not sum to 1 by V*(c x) = c V*(x); then
/// V* is convex and V*(x + y) <= V*(x) + V*(y). It is known at points, V*(b_i) <= u_i, and in the corners,
/// V*(e_s) <= v(s). As long as x >= c b_i in every state,
///
///     V*(x) <= c u_i + V*(x - c b_i) <= Σ_s x(s) v(s) - c (Σ_s b_i(s) v(s) - u_i),
///
/// and the largest such c is min_{s: b_i(s) > 0} x(s) / b_i(s). The bound is the least over all points, the
/// sawtooth, and no more than the fast informed bound, max_a Σ_s x(s) α_a(s); nor, with the point that gives
/// the least, than c u_i + max_a Σ_s (x(s) - c b_i(s)) α_a(s), the same for what the point leaves of x. It
/// takes no linear programme.
/// Source: Hauskrecht, "Value-function approximations for partially observable Markov decision processes",
/// JAIR 13 (2000), section 4.2.
class SawtoothBound {
 public:
  /// `initial` are vectors whose maximum is an upper bound, one for each action: the fast informed bound.
  SawtoothBound(std::size_t states, AlphaVectors initial);

  /// The bound at x, in plain double arithmetic: the slack of the backup that uses it counts the rounding.
  double operator()(const SparseBelief& x) const;

  /// Learns that V*(b) <= u, for a point that sums to 1 within rounding. Where b is one state, with
  /// probability 1, its corner is lowered, and with it all that was joined to it.
  void lower_at(const SparseBelief& b, double u);

  /// Drops the points that the others imply.
  void prune();

  std::size_t points() const { return points_.size(); }
  const SparseBelief& point(std::size_t i) const { return points_[i].b; }
  std::size_t bytes() const { return bytes_; }
  /// How much lower_at(b, …) may add to them.
  static std::size_t bytes_of_point(const SparseBelief& b) {
    return overhead_of_point + b.size() * (sizeof(double) + sizeof(std::uint32_t));
  }

 private:
  struct Point {
    SparseBelief b;
    double u;
    double drop;       // Σ_s b(s) v(s) - u
    std::size_t mode;  // of the entries of b, that of the most probable state, s_i
  };
  // Where to look: c_i <= x(s_i) / b_i(s_i), so that the point lowers the bound by at most x(s_i) `most`.
  struct Place {
    double most;  // drop / b_i(s_i)
    std::size_t point;
  };
  // The point itself and its place in the lists below, thrice for lists that grow, and what the heap adds.
  static constexpr std::size_t overhead_of_point = 3 * (sizeof(Point) + sizeof(Place)) + 128;

  // How much a point lowers the bound of the corners, c_i drop_i.
  struct Drop {
    double drop;
    std::size_t point;  // none: points()
    double c;
  };
  Drop largest_drop(const SparseBelief& x, double enough, std::size_t except) const;
  double initial_beside(const SparseBelief& x, const Drop& d) const;
  double initial_at(const SparseBelief& x) const;
  void place(std::size_t point);
  void displace(std::size_t point);
  void place_all();

  AlphaVectors initial_;
  std::vector<double> corner_;  // v(s), [S]
  std::vector<Point> points_;
  std::vector<std::vector<Place>> places_;  // [S], of the points with s_i = s, the largest `most` first
  std::unordered_multimap<std::uint64_t, std::size_t> by_hash_;
  std::size_t bytes_ = 0;
  mutable std::vector<double> dense_;  // [S], all 0 between calls
  mutable SparseBelief rest_;
};

}  // namespace doxa
