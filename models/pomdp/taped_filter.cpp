#include "doxa/models/pomdp/taped_filter.h"

#include <limits>
#include <stdexcept>
#include <string>

namespace doxa {
namespace {

void require_shapes(const PomdpLogits& logits) {
  const Shape b = logits.start.shape(), t = logits.transition.shape(), o = logits.emission.shape();
  if (b.rank() != 1 || t.rank() != 3 || o.rank() != 3 || t[1] != b[0] || t[2] != b[0] || o[1] != b[0] ||
      o[0] != t[0])
    throw std::invalid_argument("log_predictive: shapes " + b.str() + ", " + t.str() + ", " + o.str() +
                                ", expected [S], [A,S,S], [A,S,O]");
}

void require_indices(const char* what, std::span<const Index> indices, Index count, const Episodes& e) {
  if (static_cast<Index>(indices.size()) != e.batch * e.horizon)
    throw std::invalid_argument("log_predictive: " + std::to_string(indices.size()) + " " + what +
                                "s, expected " + std::to_string(e.batch * e.horizon));
  for (const Index i : indices)
    if (i < 0 || i >= count)
      throw std::invalid_argument("log_predictive: " + std::string(what) + " " + std::to_string(i) +
                                  ", the tables have " + std::to_string(count));
}

// Minus infinity is an impossible observation. NaN, which logits that are NaN give, passes.
void require_possible(Var log_p, const Episodes& e, Index k) {
  for (std::size_t b = 0; b < log_p.value().size(); ++b)
    if (log_p.value()[b] == -std::numeric_limits<Real>::infinity())
      throw std::domain_error("step " + std::to_string(k) + " of episode " + std::to_string(b) +
                              ": observation " + std::to_string(e.observations_at(k)[b]) +
                              " is impossible after action " + std::to_string(e.actions_at(k)[b]));
}

}  // namespace

Var log_predictive(const PomdpLogits& logits, const Episodes& e) {
  require_shapes(logits);
  const Shape table = logits.emission.shape();
  const Index actions = table[0], states = table[1], observations = table[2];
  if (e.horizon < 1 || e.batch < 1) throw std::invalid_argument("log_predictive: no steps");
  require_indices("action", e.actions, actions, e);
  require_indices("observation", e.observations, observations, e);

  const Var log_transition = log_softmax(logits.transition, -1);
  // Row a O + o has the S numbers log O(o|a,·).
  const Var log_likelihood =
      reshape(permute(log_softmax(logits.emission, -1), {0, 2, 1}), Shape{actions * observations, states});
  Var belief = reshape(log_softmax(logits.start, -1), Shape{1, states});  // log b_0, for all episodes
  std::vector<Var> all;
  std::vector<Index> seen(static_cast<std::size_t>(e.batch));
  for (Index k = 1; k <= e.horizon; ++k) {
    for (std::size_t b = 0; b < seen.size(); ++b)
      seen[b] = e.actions_at(k)[b] * observations + e.observations_at(k)[b];
    const Var before = reshape(belief, Shape{belief.shape()[0], states, 1});
    const Var predicted = logsumexp(before + take(log_transition, e.actions_at(k)), 1);  // log b^-_k, [B,S]
    const Var joint = predicted + take(log_likelihood, seen);
    const Var log_p = logsumexp(joint, -1, true);
    require_possible(log_p, e, k);
    belief = joint - log_p;  // Bayes' rule
    all.push_back(reshape(log_p, Shape{e.batch}));
  }
  return stack(all, 0);
}

Var log_evidence(const PomdpLogits& logits, const Episodes& e) { return sum(log_predictive(logits, e), 0); }

}  // namespace doxa
