#include "doxa/distributions/categorical.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/log_total.h"
#include "doxa/distributions/parameter_check.h"

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
  check_parameter("Categorical: logits", logits, "a number below infinity",
                  [](Real l) { return l < infinity; });
  const std::span<const Real> l = logits.value();
  for (std::size_t at = 0; at < l.size(); at += static_cast<std::size_t>(k)) {
    const auto row = l.subspan(at, static_cast<std::size_t>(k));
    if (std::all_of(row.begin(), row.end(), [](Real x) { return x == -infinity; }))
      throw std::invalid_argument("Categorical: logits from [" + std::to_string(at) +
                                  "] on leave no value possible, expected one above -inf");
  }
  return logits;
}

}  // namespace

Categorical::Categorical(Var l) : logits(checked(l)) {}

Categorical Categorical::from_probs(Var probs) {
  return Categorical(log_of_probs("Categorical: probs", probs));
}

Categorical Categorical::repeated(Index n) const {
  return Categorical(broadcast_to(logits, with_first_axis(n, logits.shape())));
}

std::vector<Index> Categorical::support() const {
  const auto rows = static_cast<std::size_t>(shape().size());
  std::vector<Index> all(rows * static_cast<std::size_t>(support_size()));
  for (std::size_t at = 0; at < all.size(); ++at) all[at] = static_cast<Index>(at / rows);
  return all;
}

Var Categorical::log_probs() const { return log_softmax(logits, -1); }

// y = x_c - log Σ_i e^x_i                                    dx_i += g (1 if i = c, else 0) - g e^x_i / Σ_k
// e^x_k As one record, the exponentials e^(x_i - max x) are computed once and kept: softmax cross-entropy.
Var log_prob(const Categorical& q, std::span<const Index> x) {
  const Shape shape = without_last(q.logits);
  const Index rows = shape.size(), k = q.logits.shape()[q.logits.rank() - 1];
  if (static_cast<Index>(x.size()) != rows)
    throw std::invalid_argument("log_prob: " + std::to_string(x.size()) + " values for logits of shape " +
                                q.logits.shape().str());
  for (const Index c : x)
    if (c < 0 || c >= k)
      throw std::invalid_argument("log_prob: value " + std::to_string(c) +
                                  " is out of range for logits of shape " + q.logits.shape().str());
  Tape& tape = q.logits.tape();
  Index* value = tape.scratch<Index>(rows);
  std::ranges::copy(x, value);
  Real* weights = tape.scratch<Real>(rows * k);
  Real* total = tape.scratch<Real>(rows);
  const Lanes lanes{rows, k, 1};
  return record(
      "categorical_log_prob", shape, {q.logits},
      [=](Record& r) {
        const Kernels& kernels = r.kernels();
        Real* largest = r.workspace(rows);
        kernels.lane_max(lanes, r.value(0), largest);
        kernels.lane_subtract(lanes, largest, r.value(0), weights);
        for (Index i = 0; i < rows; ++i) largest[i] = weights[i * k + value[i]];
        kernels.unary[static_cast<int>(Unary::exp)](rows * k, weights, weights);
        kernels.lane_sum(lanes, weights, total);
        log_total(kernels, lanes, weights, total, r.value());
        for (Index i = 0; i < rows; ++i) r.value()[i] = largest[i] - r.value()[i];
      },
      [=](Record& r) {
        const Real* g = r.adjoint();
        Real* scale = r.workspace(rows);
        for (Index i = 0; i < rows; ++i) scale[i] = -g[i] / total[i];
        r.kernels().lane_add_scaled(lanes, scale, weights, r.adjoint(0));
        for (Index i = 0; i < rows; ++i) r.adjoint(0)[i * k + value[i]] += g[i];
      });
}

// y = -Σ q_i l_i with q_i = e^l_i                                            dl_i -= g q_i (l_i + 1)
Var entropy(const Categorical& q) {
  const Index k = q.logits.shape()[q.logits.rank() - 1];
  return record(
      "categorical_entropy", without_last(q.logits), {q.log_probs()},
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
  std::vector<Index> draws(static_cast<std::size_t>(q.shape().size()));
  random.categorical(q.logits.value(), draws);
  return draws;
}

// y = Σ q_i (l_i - m_i) with q_i = e^l_i, m_i = log p_i      dl_i += g q_i (l_i - m_i + 1),  dm_i -= g q_i
Var kl_divergence(const Categorical& q, const Categorical& p) {
  if (q.logits.shape() != p.logits.shape())
    throw std::invalid_argument("kl_divergence: shapes differ: " + q.logits.shape().str() + " and " +
                                p.logits.shape().str());
  const Index k = q.logits.shape()[q.logits.rank() - 1];
  return record(
      "categorical_kl", without_last(q.logits), {q.log_probs(), p.log_probs()},
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

static_assert(FiniteSupport<Categorical> && !Reparametrised<Categorical>);

}  // namespace doxa
