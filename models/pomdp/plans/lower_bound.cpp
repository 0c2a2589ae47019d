#include "doxa/models/pomdp/plans/lower_bound.h"

#include <algorithm>
#include <limits>

namespace doxa {
namespace {

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t s = 0; s < a.size(); ++s)
    if (a[s] < b[s]) return false;
  return true;
}

}  // namespace

LowerBound::LowerBound(const PlanningModel& m, AlphaVectors initial)
    : m_(m), vectors_(std::move(initial)), future_(m.states()) {}

std::size_t LowerBound::best(const SparseBelief& x, double& value) const {
  std::size_t k_best = 0;
  value = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < vectors_.size(); ++k)
    if (const double here = x.dot(vectors_.values[k]); here > value) {
      value = here;
      k_best = k;
    }
  return k_best;
}

double LowerBound::operator()(const SparseBelief& x) const {
  double value;
  best(x, value);
  return value;
}

bool LowerBound::back_up(const SparseBelief& b, const std::vector<std::vector<SparseBelief>>& after) {
  double before, most = -std::numeric_limits<double>::infinity();
  const std::size_t elsewhere = best(b, before);  // for the observations that are impossible at b
  std::size_t action = 0;
  std::vector<std::size_t> chosen(m_.observations());
  for (std::size_t a = 0; a < m_.actions(); ++a) {
    double future = 0;
    for (std::size_t o = 0; o < m_.observations(); ++o) {
      chosen[o] = elsewhere;
      if (after[a][o].size() == 0) continue;
      double value;
      chosen[o] = best(after[a][o], value);
      future += value;
    }
    if (const double here = b.dot(m_.reward(a)) + m_.discount() * future; here > most) {
      most = here;
      action = a;
      chosen_ = chosen;
    }
  }
  if (!(most - before > m_.slack())) return false;
  for (std::size_t s = 0; s < m_.states(); ++s) {
    const StochasticMatrix::Row seen = emission_row(m_.model(), action, s);
    future_[s] = 0;
    for (std::size_t j = 0; j < seen.size(); ++j)
      future_[s] += seen.probability[j] * vectors_.values[chosen_[seen.column[j]]][s];
  }
  std::vector<double> alpha(m_.states());
  m_.back_up(action, future_, alpha);
  for (double& v : alpha) v -= m_.slack();
  if (!(b.dot(alpha) > before)) return false;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < vectors_.size(); ++k) {
    if (dominates(alpha, vectors_.values[k])) continue;
    if (kept != k) {
      vectors_.actions[kept] = vectors_.actions[k];
      vectors_.values[kept] = std::move(vectors_.values[k]);
    }
    ++kept;
  }
  vectors_.actions.resize(kept);
  vectors_.values.resize(kept);
  vectors_.append(action, std::move(alpha));
  return true;
}

std::size_t LowerBound::bytes() const {
  return vectors_.size() *
         (m_.states() * sizeof(double) + sizeof(std::vector<double>) + sizeof(std::size_t) + 16);
}

}  // namespace doxa
