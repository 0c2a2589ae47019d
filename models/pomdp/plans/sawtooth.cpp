#include "doxa/models/pomdp/plans/sawtooth.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "doxa/models/files/file.h"

namespace doxa {
namespace {

// x / b is rounded once; less a few roundings, the quotient times b is at most x. Quotients so small that
// they may have lost digits count as 0.
constexpr double safely_below = 1 - 0x1p-51, smallest_quotient = 0x1p-960;

std::uint64_t hash(const SparseBelief& b) {
  const auto bytes = [](const auto& v) {
    return std::string_view(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(v[0]));
  };
  return fnv1a(bytes(b.state)) * 31 + fnv1a(bytes(b.probability));
}

}  // namespace

SawtoothBound::SawtoothBound(std::size_t states, AlphaVectors initial)
    : initial_(std::move(initial)), dense_(states, 0.0) {
  corner_.assign(states, -std::numeric_limits<double>::infinity());
  for (const std::vector<double>& alpha : initial_.values)
    for (std::size_t s = 0; s < states; ++s) corner_[s] = std::max(corner_[s], alpha[s]);
  places_.resize(states);
  bytes_ = ((initial_.size() + 2) * sizeof(double) + sizeof(places_[0])) * states;
}

double SawtoothBound::initial_at(const SparseBelief& x) const {
  double most = -std::numeric_limits<double>::infinity();
  for (const std::vector<double>& alpha : initial_.values) most = std::max(most, x.dot(alpha));
  return most;
}

// Into its list; points that lower nothing are at the end.
void SawtoothBound::place(std::size_t p) {
  const Point& point = points_[p];
  std::vector<Place>& places = places_[point.b.state[point.mode]];
  const Place here{point.drop / point.b.probability[point.mode], p};
  places.insert(std::upper_bound(places.begin(), places.end(), here,
                                 [](const Place& a, const Place& b) { return a.most > b.most; }),
                here);
}

void SawtoothBound::displace(std::size_t p) {
  const Point& point = points_[p];
  std::erase_if(places_[point.b.state[point.mode]], [p](const Place& other) { return other.point == p; });
}

void SawtoothBound::place_all() {
  for (std::vector<Place>& places : places_) places.clear();
  for (std::size_t p = 0; p < points_.size(); ++p) place(p);
}

// The largest c_i drop_i over all points but one. If none is above `enough`, that is returned, and no point.
SawtoothBound::Drop SawtoothBound::largest_drop(const SparseBelief& x, double enough,
                                                std::size_t except) const {
  Drop largest{enough, points_.size(), 0};
  for (std::size_t i = 0; i < x.size(); ++i) dense_[x.state[i]] = x.probability[i];
  for (std::size_t k = 0; k < x.size(); ++k)
    for (const Place& p : places_[x.state[k]]) {
      // The roundings of both sides weigh less than that.
      if (x.probability[k] * p.most * (1 + 0x1p-49) <= largest.drop) break;
      const Point& point = points_[p.point];
      if (point.b.size() > x.size() || p.point == except) continue;
      double c = std::numeric_limits<double>::infinity();
      const double least = largest.drop / point.drop;
      for (std::size_t i = 0; i < point.b.size() && c > least; ++i)
        c = std::min(c, dense_[point.b.state[i]] / point.b.probability[i]);
      c *= safely_below;
      if (c > smallest_quotient && c * point.drop > largest.drop) largest = {c * point.drop, p.point, c};
    }
  for (std::size_t i = 0; i < x.size(); ++i) dense_[x.state[i]] = 0;
  return largest;
}

// c u_i and the initial bound of what the point leaves of x. An entry of that is wrong by 2 roundings of x(s);
// one that may be rounding alone is dropped, at most 16 more. The slack has room for them: all roundings of such
// a backup are at most 5 S + 4 O + 31. Of one state the corner is the best bound.
double SawtoothBound::initial_beside(const SparseBelief& x, const Drop& d) const {
  const Point& point = points_[d.point];
  rest_.state.clear();
  rest_.probability.clear();
  for (std::size_t i = 0, j = 0; i < x.size(); ++i) {
    double left = x.probability[i];
    if (j < point.b.size() && point.b.state[j] == x.state[i]) left -= d.c * point.b.probability[j++];
    if (left <= 0x1p-49 * x.probability[i]) continue;
    rest_.state.push_back(x.state[i]);
    rest_.probability.push_back(left);
  }
  if (rest_.size() < 2) return std::numeric_limits<double>::infinity();
  return d.c * point.u + initial_at(rest_);
}

double SawtoothBound::operator()(const SparseBelief& x) const {
  const double corners = x.dot(corner_), initial = initial_at(x);
  const double gained = std::max(0.0, corners - initial);
  const Drop d = largest_drop(x, 0, points_.size());
  const double bound = corners - std::max(gained, d.drop);
  return d.point < points_.size() ? std::min(bound, initial_beside(x, d)) : bound;
}

void SawtoothBound::lower_at(const SparseBelief& b, double u) {
  if (b.size() == 1) {
    double& v = corner_[b.state[0]];
    if (!(u < v)) return;
    v = u;
    for (Point& point : points_) point.drop = point.b.dot(corner_) - point.u;
    place_all();
    return;
  }
  const std::uint64_t key = hash(b);
  const auto [first, last] = by_hash_.equal_range(key);
  for (auto i = first; i != last; ++i)
    if (Point& known = points_[i->second]; known.b.state == b.state && known.b.probability == b.probability) {
      known.u = std::min(known.u, u);
      known.drop = b.dot(corner_) - known.u;
      displace(i->second);
      place(i->second);
      return;
    }
  by_hash_.emplace(key, points_.size());
  const auto mode = std::max_element(b.probability.begin(), b.probability.end()) - b.probability.begin();
  points_.push_back({b, u, b.dot(corner_) - u, static_cast<std::size_t>(mode)});
  place(points_.size() - 1);
  bytes_ += bytes_of_point(b);
}

void SawtoothBound::prune() {
  // One by one, the oldest first: a point may be implied by others only as long as they stay.
  std::vector<bool> implied(points_.size());
  for (std::size_t p = 0; p < points_.size(); ++p) {
    const Point& point = points_[p];
    const double initial = initial_at(point.b), corners = point.b.dot(corner_);
    const double enough = std::max(0.0, corners - initial);
    implied[p] = largest_drop(point.b, enough, p).drop >= point.drop;
    if (!implied[p]) continue;
    bytes_ -= bytes_of_point(point.b);
    displace(p);
  }
  std::size_t kept = 0;
  for (std::size_t p = 0; p < points_.size(); ++p)
    if (!implied[p]) {
      if (kept != p) points_[kept] = std::move(points_[p]);
      ++kept;
    }
  points_.erase(points_.begin() + static_cast<std::ptrdiff_t>(kept), points_.end());
  place_all();
  by_hash_.clear();
  for (std::size_t p = 0; p < points_.size(); ++p) by_hash_.emplace(hash(points_[p].b), p);
}

}  // namespace doxa
