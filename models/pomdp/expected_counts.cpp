#include "doxa/models/pomdp/expected_counts.h"

#include <algorithm>
#include <numeric>

namespace doxa {
namespace {

// The position of entry (row, column) of a table, which must be stored.
std::size_t position(const StochasticMatrix& table, std::size_t row, std::size_t column) {
  const auto columns = table.row(row).column;
  return table.begin[row] +
         static_cast<std::size_t>(std::lower_bound(columns.begin(), columns.end(), column) - columns.begin());
}

// n_i - p_i Σ_j n_j.
void fisher(std::span<const double> counts, std::span<const double> p, std::span<double> gradient) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  for (std::size_t i = 0; i < counts.size(); ++i) gradient[i] = counts[i] - p[i] * total;
}

std::vector<double> fisher(const StochasticMatrix& table, std::span<const double> counts) {
  std::vector<double> gradient(counts.size());
  for (std::size_t r = 0; r < table.rows(); ++r) {
    const std::size_t first = table.begin[r], n = table.begin[r + 1] - first;
    fisher(counts.subspan(first, n), table.row(r).probability, std::span(gradient).subspan(first, n));
  }
  return gradient;
}

}  // namespace

ExpectedCounts no_counts(const Pomdp& m) {
  return {std::vector<double>(m.states.size(), 0.0), std::vector<double>(m.transition.non_zeros(), 0.0),
          std::vector<double>(m.emission.non_zeros(), 0.0), 0};
}

void add_counts(ExpectedCounts& counts, const Pomdp& m, const Smoothed& t) {
  for (std::size_t s = 0; s < t.states; ++s) counts.start[s] += probability(t, 0, s);
  for (std::size_t k = 1; k <= t.horizon(); ++k) {
    const std::size_t first_row = t.actions[k - 1] * t.states;
    for (const PairProbability& xi : pairwise(m, t, k))
      counts.transition[position(m.transition, first_row + xi.previous, xi.next)] += xi.probability;
    for (std::size_t s = 0; s < t.states; ++s) {
      const double gamma = probability(t, k, s);
      if (gamma != 0) counts.emission[position(m.emission, first_row + s, t.observations[k - 1])] += gamma;
    }
  }
  counts.log_evidence += t.log_evidence;
}

ExpectedCounts expected_counts(const Pomdp& m, std::span<const Trajectory> trajectories) {
  ExpectedCounts counts = no_counts(m);
  for (const Trajectory& t : trajectories) add_counts(counts, m, smooth(m, t));
  return counts;
}

EvidenceGradient evidence_gradient(const Pomdp& m, const ExpectedCounts& counts) {
  EvidenceGradient gradient{std::vector<double>(m.start.size()), fisher(m.transition, counts.transition),
                            fisher(m.emission, counts.emission)};
  fisher(counts.start, m.start, gradient.start);
  return gradient;
}

}  // namespace doxa
