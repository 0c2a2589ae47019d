#include "doxa/models/pomdp/plans/lower_bound.h"

#include <algorithm>
#include <limits>

namespace doxa {

LowerBound::LowerBound(const PlanningModel& m, const AlphaVectors& initial)
    : m_(m), future_(m.states()), alpha_(m.states()) {
  for (std::size_t k = 0; k < initial.size(); ++k) append(initial.actions[k], initial.values[k]);
}

std::pair<std::size_t, double> LowerBound::best(const SparseBelief& x) const {
  const std::size_t count = size();
  products_.assign(count, 0.0);
  double* const product = products_.data();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double* const value = row(x.state[i]);
    const double weight = x.probability[i];
    for (std::size_t k = 0; k < count; ++k) product[k] += weight * value[k];
  }
  const auto most = std::max_element(products_.begin(), products_.end());
  return {static_cast<std::size_t>(most - products_.begin()), *most};
}

bool LowerBound::back_up(const SparseBelief& b, const std::vector<std::vector<SparseBelief>>& after,
                         const std::vector<bool>& candidates) {
  const auto [elsewhere, before] = best(b);  // the vector for observations that are impossible at b
  double most = -std::numeric_limits<double>::infinity();
  std::size_t action = 0;
  std::vector<std::size_t> chosen, trial(m_.observations());
  for (std::size_t a = 0; a < m_.actions(); ++a) {
    if (!candidates[a]) continue;
    double future = 0;
    for (std::size_t o = 0; o < m_.observations(); ++o) {
      trial[o] = elsewhere;
      if (after[a][o].size() == 0) continue;
      const auto [k, value] = best(after[a][o]);
      trial[o] = k;
      future += value;
    }
    if (const double here = b.dot(m_.reward(a)) + m_.discount() * future; here > most) {
      most = here;
      action = a;
      chosen = trial;
    }
  }
  if (!(most - before > m_.slack())) return false;
  for (std::size_t s = 0; s < m_.states(); ++s) {
    const StochasticMatrix::Row seen = emission_row(m_.model(), action, s);
    future_[s] = 0;
    for (std::size_t j = 0; j < seen.size(); ++j)
      future_[s] += seen.probability[j] * row(s)[chosen[seen.column[j]]];
  }
  m_.back_up(action, future_, alpha_);
  for (double& v : alpha_) v -= m_.slack();
  if (!(b.dot(alpha_) > before)) return false;
  drop_dominated_by(alpha_);
  append(action, alpha_);
  return true;
}

void LowerBound::append(std::size_t action, std::span<const double> alpha) {
  const std::size_t count = size();
  if (count == room_) {
    const std::size_t room = room_ + room_ / 2 + 8;
    std::vector<double> larger(m_.states() * room);
    for (std::size_t s = 0; s < m_.states(); ++s) std::copy_n(row(s), count, larger.data() + s * room);
    values_.swap(larger);
    room_ = room;
  }
  actions_.push_back(action);
  for (std::size_t s = 0; s < m_.states(); ++s) row(s)[count] = alpha[s];
}

void LowerBound::drop_dominated_by(std::span<const double> alpha) {
  std::vector<bool> dominated(size(), true);
  std::vector<std::size_t> left(size());  // those not yet seen to be above alpha somewhere
  for (std::size_t k = 0; k < left.size(); ++k) left[k] = k;
  for (std::size_t s = 0; s < m_.states() && !left.empty(); ++s)
    std::erase_if(left, [&](std::size_t k) {
      if (row(s)[k] > alpha[s]) dominated[k] = false;
      return !dominated[k];
    });
  if (left.empty()) return;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < dominated.size(); ++k) {
    if (dominated[k]) continue;
    actions_[kept] = actions_[k];
    for (std::size_t s = 0; s < m_.states(); ++s) row(s)[kept] = row(s)[k];
    ++kept;
  }
  actions_.resize(kept);
}

AlphaVectors LowerBound::vectors() const {
  AlphaVectors v;
  for (std::size_t k = 0; k < size(); ++k) {
    std::vector<double> alpha(m_.states());
    for (std::size_t s = 0; s < m_.states(); ++s) alpha[s] = row(s)[k];
    v.append(actions_[k], std::move(alpha));
  }
  return v;
}

}  // namespace doxa
