#include "doxa/models/pomdp/plans/lower_bound.h"

#include <algorithm>
#include <array>
#include <limits>

#include "doxa/models/pomdp/plans/kernels/plan_kernels.h"

namespace doxa {

LowerBound::LowerBound(const PlanningModel& m, const AlphaVectors& initial)
    : m_(m), future_(m.states()), alpha_(m.states()) {
  for (std::size_t k = 0; k < initial.size(); ++k) append(initial.actions[k], initial.values[k]);
}

std::pair<std::size_t, double> LowerBound::best(const SparseBelief& x) const {
  static_assert(block_size == plan_block);
  const auto products = plan_kernels(kernels().set).products;
  std::pair<std::size_t, double> best{0, -std::numeric_limits<double>::infinity()};
  std::array<double, block_size> product;
  for (std::size_t begin = 0; begin < size(); begin += block_size) {
    const double most = products(static_cast<Index>(x.size()), x.state.data(), x.probability.data(),
                                 blocks_[begin / block_size].data(), product.data());
    if (!(most > best.second)) continue;
    const auto where = std::find(product.begin(), product.end(), most);
    best = {begin + static_cast<std::size_t>(where - product.begin()), most};
  }
  return best;
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
      future_[s] += seen.probability[j] * at(chosen[seen.column[j]], s);
  }
  m_.back_up(action, future_, alpha_);
  for (double& v : alpha_) v -= m_.slack();
  if (!(b.dot(alpha_) > before)) return false;
  drop_dominated_by(alpha_);
  append(action, alpha_);
  return true;
}

void LowerBound::resize(std::size_t vectors) {
  actions_.resize(vectors);
  const std::size_t blocks = (vectors + block_size - 1) / block_size;
  while (blocks_.size() > blocks) blocks_.pop_back();
  while (blocks_.size() < blocks) blocks_.emplace_back(m_.states() * block_size, 0.0);
}

void LowerBound::append(std::size_t action, std::span<const double> alpha) {
  const std::size_t k = size();
  resize(k + 1);
  actions_[k] = action;
  // Also where the next ones of this block will be: the first of equals is the one that counts.
  for (std::size_t s = 0; s < m_.states(); ++s) std::fill_n(&at(k, s), block_size - k % block_size, alpha[s]);
}

void LowerBound::drop_dominated_by(std::span<const double> alpha) {
  std::vector<bool> dominated(size(), true);
  std::vector<std::size_t> left(size());  // those not yet seen to be above alpha somewhere
  for (std::size_t k = 0; k < left.size(); ++k) left[k] = k;
  for (std::size_t s = 0; s < m_.states() && !left.empty(); ++s)
    std::erase_if(left, [&](std::size_t k) {
      if (at(k, s) > alpha[s]) dominated[k] = false;
      return !dominated[k];
    });
  if (left.empty()) return;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < dominated.size(); ++k) {
    if (dominated[k]) continue;
    actions_[kept] = actions_[k];
    for (std::size_t s = 0; s < m_.states(); ++s) at(kept, s) = at(k, s);
    ++kept;
  }
  resize(kept);
}

AlphaVectors LowerBound::take() {
  AlphaVectors v;
  for (std::size_t k = 0; k < size(); ++k) {
    std::vector<double> alpha(m_.states());
    for (std::size_t s = 0; s < m_.states(); ++s) alpha[s] = at(k, s);
    v.append(actions_[k], std::move(alpha));
    if (k % block_size == block_size - 1) Block().swap(blocks_[k / block_size]);
  }
  resize(0);
  return v;
}

}  // namespace doxa
