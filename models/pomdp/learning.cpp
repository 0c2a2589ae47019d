#include "doxa/models/pomdp/learning.h"

#include <numeric>

#include "doxa/autograd/ops.h"
#include "doxa/models/nn/adam.h"
#include "doxa/models/pomdp/taped_filter.h"

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

LearnedModel evidence_ascent(const Pomdp& first, std::span<const Trajectory> trajectories,
                             const EvidenceAscentOptions& options) {
  const Episodes e = episodes(trajectories);
  const double observations = static_cast<double>(e.batch * e.horizon);

  PomdpParameters tables(first);
  Parameters learned;
  if (options.learned.start) learned.push_back(&tables.start);
  if (options.learned.transition) learned.push_back(&tables.transition);
  if (options.learned.emission) learned.push_back(&tables.emission);

  LearnedModel result{first, {}};
  // The gradient of a logit vanishes with its probability. Where the best probability is 0, the logit must
  // fall for ever, so the steps must not shrink with the gradient: with this β₂ Adam remembers the squared
  // gradient for a short time only, and ε is too small to matter.
  Adam adam{.beta2 = 0.9, .epsilon = 1e-20};
  Tape tape;
  const auto loss = [&] {  // nats a step
    tape.clear();
    const Var y = -mean(log_predictive(tables.on(tape, options.learned), e));
    result.log_evidence.push_back(-static_cast<double>(y.item()) * observations);
    return y;
  };
  for (std::size_t i = 0; i < options.steps; ++i) {
    tape.backward(loss());
    adam.rate = options.rate * (1 - static_cast<double>(i) / static_cast<double>(options.steps));
    adam.step(learned);
  }
  loss();
  result.model = to_pomdp(tables, first);
  return result;
}

}  // namespace doxa
