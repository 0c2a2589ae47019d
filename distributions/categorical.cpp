#include "doxa/distributions/categorical.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/autograd/kernels/elementary.h"

namespace doxa {
namespace {

constexpr Real infinity = std::numeric_limits<Real>::infinity();

// The sums below run over the last axis. An impossible value, log q_i = -inf, adds nothing: x log x → 0.
Shape without_last(Var x) { return x.shape().without(x.rank() - 1); }

Var checked(Var logits) {
  const Index k = logits.rank() < 1 ? 0 : logits.shape()[logits.rank() - 1];
  if (k < 1)
    throw std::invalid_argument("Categorical: logits have shape " + logits.shape().str() +
                                ", expected a last axis of at least one value");
  const std::span<const Real> l = logits.value();
  for (std::size_t i = 0; i < l.size(); ++i)
    if (std::isnan(l[i]) || l[i] == infinity)
      throw std::invalid_argument("Categorical: logits[" + std::to_string(i) + "] is " +
                                  (l[i] > 0 ? "inf" : "nan") + ", expected a number below infinity");
  for (std::size_t at = 0; at < l.size(); at += static_cast<std::size_t>(k)) {
    const auto row = l.subspan(at, static_cast<std::size_t>(k));
    if (std::all_of(row.begin(), row.end(), [](Real x) { return x == -infinity; }))
      throw std::invalid_argument("Categorical: logits from [" + std::to_string(at) +
                                  "] on leave no value possible, expected one above -inf");
  }
  return logits;
}

}  // namespace

Categorical::Categorical(Var logits) : log_probs(log_softmax(checked(logits), -1)) {}

Var log_prob(const Categorical& q, std::span<const Index> x) { return gather(q.log_probs, x); }

// y = -Σ q_i l_i with q_i = e^l_i                                            dl_i -= g q_i (l_i + 1)
Var entropy(const Categorical& q) {
  const Index k = q.log_probs.shape()[q.log_probs.rank() - 1];
  return record(
      "categorical_entropy", without_last(q.log_probs), {q.log_probs},
      [k](Record& r) {
        const Real* l = r.value(0);
        for (Index row = 0; row < r.size(); ++row) {
          Real sum = 0;
          for (Index i = row * k; i < (row + 1) * k; ++i)
            if (l[i] != -infinity) sum -= elementary::exp(l[i]) * l[i];
          r.value()[row] = sum;
        }
      },
      [k](Record& r) {
        const Real* l = r.value(0);
        for (Index row = 0; row < r.size(); ++row)
          for (Index i = row * k; i < (row + 1) * k; ++i)
            if (l[i] != -infinity) r.adjoint(0)[i] -= r.adjoint()[row] * elementary::exp(l[i]) * (l[i] + 1);
      });
}

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

// y = Σ q_i (l_i - m_i) with q_i = e^l_i, m_i = log p_i      dl_i += g q_i (l_i - m_i + 1),  dm_i -= g q_i
Var kl_divergence(const Categorical& q, const Categorical& p) {
  if (q.log_probs.shape() != p.log_probs.shape())
    throw std::invalid_argument("kl_divergence: shapes differ: " + q.log_probs.shape().str() + " and " +
                                p.log_probs.shape().str());
  const Index k = q.log_probs.shape()[q.log_probs.rank() - 1];
  return record(
      "categorical_kl", without_last(q.log_probs), {q.log_probs, p.log_probs},
      [k](Record& r) {
        const Real *l = r.value(0), *m = r.value(1);
        for (Index row = 0; row < r.size(); ++row) {
          Real sum = 0;
          for (Index i = row * k; i < (row + 1) * k; ++i)
            if (const Real q_i = elementary::exp(l[i]); q_i != 0) sum += q_i * (l[i] - m[i]);
          r.value()[row] = sum;
        }
      },
      [k](Record& r) {
        const Real *l = r.value(0), *m = r.value(1);
        for (Index row = 0; row < r.size(); ++row)
          for (Index i = row * k; i < (row + 1) * k; ++i) {
            const Real q_i = elementary::exp(l[i]), g = r.adjoint()[row] * q_i;
            if (q_i == 0) continue;
            r.adjoint(0)[i] += g * (l[i] - m[i] + 1);
            r.adjoint(1)[i] -= g;
          }
      });
}

static_assert(Distribution<Categorical> && !Reparametrised<Categorical>);

}  // namespace doxa
