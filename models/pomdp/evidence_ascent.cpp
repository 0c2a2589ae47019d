#include "doxa/models/pomdp/evidence_ascent.h"

#include "doxa/autograd/ops.h"
#include "doxa/models/nn/adam.h"
#include "doxa/models/pomdp/taped_filter.h"

namespace doxa {

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
  // fall for ever, so that steps must not shrink with the gradient: Adam remembers its square for a short
  // time only, and ε is too small to matter.
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
