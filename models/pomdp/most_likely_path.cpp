#include "doxa/models/pomdp/most_likely_path.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "doxa/models/pomdp/belief.h"

namespace doxa {
namespace {

// high + low with |low| at most half a unit in the last place of high: a sum with a relative error of 2^-104
// for each addition (Dekker, Numerische Mathematik 18, 1971). Minus infinity stands for impossible.
struct LogSum {
  double high = -std::numeric_limits<double>::infinity(), low = 0;

  bool possible() const { return high != -std::numeric_limits<double>::infinity(); }
};

// x + y for finite x and y; Knuth's TwoSum gives the error of the double sum.
LogSum operator+(const LogSum& x, double y) {
  const double sum = x.high + y, part = sum - x.high;
  const double low = x.low + ((x.high - (sum - part)) + (y - part));
  const double high = sum + low;
  return {high, low - (high - sum)};
}

// Whether x > y by more than the rounding of 2^20 additions in each.
bool exceeds(const LogSum& x, const LogSum& y) {
  if (!x.possible() || !y.possible()) return x.possible();
  return (x.high - y.high) + (x.low - y.low) > 0x1p-82 * std::max(-x.high, -y.high);
}

}  // namespace

MostLikelyPath most_likely_path(const Pomdp& m, const History& h) {
  const std::size_t horizon = h.steps(), states = m.states.size();
  std::vector<LogSum> best(states), next(states);  // δ_{k-1} and δ_k
  for (std::size_t s = 0; s < states; ++s)
    if (m.start[s] != 0) best[s] = {std::log(m.start[s]), 0};

  std::vector<std::uint32_t> previous(horizon * states);  // where the best path to s' at step k comes from
  for (std::size_t k = 1; k <= horizon; ++k) {
    const std::size_t a = h.actions[k - 1], o = h.observations[k - 1];
    require_action(m, a);
    require_observation(m, o);
    std::uint32_t* const from = &previous[(k - 1) * states];
    std::fill(next.begin(), next.end(), LogSum());
    for (std::size_t s = 0; s < states; ++s) {  // ascending, so that of equal paths the lowest stays
      if (!best[s].possible()) continue;
      const StochasticMatrix::Row row = transition_row(m, a, s);
      for (std::size_t i = 0; i < row.size(); ++i) {
        const LogSum path = best[s] + std::log(row.probability[i]);
        if (!exceeds(path, next[row.column[i]])) continue;
        next[row.column[i]] = path;
        from[row.column[i]] = static_cast<std::uint32_t>(s);
      }
    }
    bool possible = false;
    for (std::size_t s = 0; s < states; ++s) {
      if (!next[s].possible()) continue;
      const double likelihood = emission_row(m, a, s)[o];
      next[s] = likelihood == 0 ? LogSum() : next[s] + std::log(likelihood);
      possible = possible || next[s].possible();
    }
    if (!possible) throw ImpossibleObservation(m, k, a, o);
    std::swap(best, next);
  }

  MostLikelyPath path{std::vector<std::size_t>(horizon + 1), 0};
  std::size_t state = 0;
  for (std::size_t s = 1; s < states; ++s)
    if (exceeds(best[s], best[state])) state = s;
  path.log_probability = best[state].high;
  path.states[horizon] = state;
  for (std::size_t k = horizon; k >= 1; --k) path.states[k - 1] = state = previous[(k - 1) * states + state];
  return path;
}

}  // namespace doxa
