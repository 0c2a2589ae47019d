#include "doxa/distributions/categorical.h"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace doxa {
namespace {

Var checked(Var logits) {
  if (logits.rank() < 1) throw std::invalid_argument("Categorical: logits have shape [], expected at least one axis");
  Index i = 0;
  for (const Real l : logits.value()) {
    if (std::isnan(l) || l == std::numeric_limits<Real>::infinity())
      throw std::invalid_argument("Categorical: logits[" + std::to_string(i) + "] is " + std::to_string(l) +
                                  ", expected a number below infinity");
    ++i;
  }
  return logits;
}

}  // namespace

Categorical::Categorical(Var logits) : log_probs(log_softmax(checked(logits), -1)) {}

Var log_prob(const Categorical& q, std::span<const Index> x) { return gather(q.log_probs, x); }

Var entropy(const Categorical& q) { return -sum(exp(q.log_probs) * q.log_probs, -1); }

std::vector<Index> sample(const Categorical& q, Philox& random) {
  const auto k = static_cast<std::size_t>(q.log_probs.shape()[q.log_probs.rank() - 1]);
  const std::span<const Real> log_probs = q.log_probs.value();
  std::vector<Index> draws;
  std::vector<double> probs(k);
  for (std::size_t at = 0; at < log_probs.size(); at += k) {
    for (std::size_t i = 0; i < k; ++i) probs[i] = std::exp(static_cast<double>(log_probs[at + i]));
    draws.push_back(random.categorical(probs));
  }
  return draws;
}

Var kl_divergence(const Categorical& q, const Categorical& p) {
  return sum(exp(q.log_probs) * (q.log_probs - p.log_probs), -1);
}

static_assert(Distribution<Categorical> && !Reparametrised<Categorical>);

}  // namespace doxa
