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
  bytes_ = (initial_.size() + 2) * states * sizeof(double);
}

double SawtoothBound::initial_at(const SparseBelief& x) const {
  double most = -std::numeric_limits<double>::infinity();
  for (const std::vector<double>& alpha : initial_.values) most = std::max(most, x.dot(alpha));
  return most;
}

// The largest c_i drop_i over all points but one, at least `enough`.
double SawtoothBound::largest_drop(const SparseBelief& x, double enough, std::size_t except) const {
  for (std::size_t i = 0; i < x.size(); ++i) dense_[x.state[i]] = x.probability[i];
  for (std::size_t p = 0; p < points_.size(); ++p) {
    const Point& point = points_[p];
    if (point.b.size() > x.size() || p == except || !(point.drop > 0)) continue;
    double c = std::numeric_limits<double>::infinity();
    const double least = enough / point.drop;
    for (std::size_t i = 0; i < point.b.size() && c > least; ++i)
      c = std::min(c, dense_[point.b.state[i]] / point.b.probability[i]);
    if (c > least && c > smallest_quotient) enough = std::max(enough, c * safely_below * point.drop);
  }
  for (std::size_t i = 0; i < x.size(); ++i) dense_[x.state[i]] = 0;
  return enough;
}

double SawtoothBound::operator()(const SparseBelief& x) const {
  const double corners = x.dot(corner_), initial = initial_at(x);
  return corners - largest_drop(x, std::max(0.0, corners - initial), points_.size());
}

void SawtoothBound::lower_at(const SparseBelief& b, double u) {
  if (b.size() == 1) {
    double& v = corner_[b.state[0]];
    if (!(u < v)) return;
    v = u;
    for (Point& point : points_) point.drop = point.b.dot(corner_) - point.u;
    return;
  }
  const std::uint64_t key = hash(b);
  const auto [first, last] = by_hash_.equal_range(key);
  for (auto i = first; i != last; ++i)
    if (Point& known = points_[i->second]; known.b.state == b.state && known.b.probability == b.probability) {
      known.u = std::min(known.u, u);
      known.drop = b.dot(corner_) - known.u;
      return;
    }
  by_hash_.emplace(key, points_.size());
  points_.push_back({b, u, b.dot(corner_) - u});
  bytes_ += sizeof(Point) + 64 + b.size() * (sizeof(double) + sizeof(std::uint32_t));
}

void SawtoothBound::prune() {
  // One by one, the oldest first: a point may be implied by others only as long as they stay.
  for (std::size_t p = 0; p < points_.size();) {
    const Point& point = points_[p];
    const double initial = initial_at(point.b), corners = point.b.dot(corner_);
    const double enough = std::max(0.0, corners - initial);
    const bool implied = largest_drop(point.b, enough, p) >= point.drop;
    if (!implied) {
      ++p;
      continue;
    }
    bytes_ -= sizeof(Point) + 64 + point.b.size() * (sizeof(double) + sizeof(std::uint32_t));
    points_.erase(points_.begin() + static_cast<std::ptrdiff_t>(p));
  }
  by_hash_.clear();
  for (std::size_t p = 0; p < points_.size(); ++p) by_hash_.emplace(hash(points_[p].b), p);
}

}  // namespace doxa
