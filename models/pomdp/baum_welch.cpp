#include "doxa/models/pomdp/baum_welch.h"

#include <numeric>

namespace doxa {
namespace {

// Each row by its counts, n_i / Σ_j n_j. Entries that become 0 are dropped.
StochasticMatrix frequencies(const StochasticMatrix& table, std::span<const double> counts) {
  StochasticMatrix learned;
  learned.columns = table.columns;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    const StochasticMatrix::Row row = table.row(r);
    const std::span<const double> n = counts.subspan(table.begin[r], row.size());
    const double total = std::accumulate(n.begin(), n.end(), 0.0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double p = total == 0 ? row.probability[i] : n[i] / total;
      if (p == 0) continue;
      learned.column.push_back(row.column[i]);
      learned.probability.push_back(p);
    }
    learned.begin.push_back(learned.probability.size());
  }
  return learned;
}

}  // namespace

Pomdp maximise(const Pomdp& m, const ExpectedCounts& counts, LearnedTables learned) {
  Pomdp next = m;
  if (learned.transition) next.transition = frequencies(m.transition, counts.transition);
  if (learned.emission) next.emission = frequencies(m.emission, counts.emission);
  const double trajectories = std::accumulate(counts.start.begin(), counts.start.end(), 0.0);
  for (std::size_t s = 0; learned.start && trajectories != 0 && s < next.start.size(); ++s)
    next.start[s] = counts.start[s] / trajectories;
  return next;
}

LearnedModel baum_welch(const Pomdp& first, std::span<const Trajectory> trajectories,
                        const BaumWelchOptions& options) {
  LearnedModel learned{first, {}};
  ExpectedCounts counts = expected_counts(first, trajectories);
  learned.log_evidence.push_back(counts.log_evidence);
  for (std::size_t i = 0; i < options.iterations; ++i) {
    learned.model = maximise(learned.model, counts, options.learned);
    const double before = counts.log_evidence;
    counts = expected_counts(learned.model, trajectories);
    learned.log_evidence.push_back(counts.log_evidence);
    if (counts.log_evidence - before < options.tolerance) break;
  }
  return learned;
}

}  // namespace doxa
