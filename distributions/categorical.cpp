#include "doxa/distributions/categorical.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "doxa/autograd/internal/log_total.h"
#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/distributions/internal/arguments.h"
#include "doxa/distributions/internal/boundary_probs.h"

namespace doxa {
namespace {

constexpr Real infinity = std::numeric_limits<Real>::infinity();

// The sums below run over the last axis. A value of probability 0, log q_i = -inf, adds nothing: x log x → 0.

Var logits_below_infinity(Var logits) {
  const Index k = logits.rank() < 1 ? 0 : logits.shape()[logits.rank() - 1];
  if (k < 1)
    throw argument_error({"Categorical", logits.tape()}, "logits have shape " + logits.shape().str() +
                                                             ", expected a last axis of at least one value");
  check_parameter("Categorical: logits", logits, "a number below infinity",
                  [](Real l) { return l < infinity; });
  const std::span<const Real> l = logits.value();
  for (std::size_t at = 0; at < l.size(); at += static_cast<std::size_t>(k)) {
    const auto row = l.subspan(at, static_cast<std::size_t>(k));
    if (std::all_of(row.begin(), row.end(), [](Real x) { return x == -infinity; }))
      throw argument_error(
          {"Categorical", logits.tape()},
          "logits from [" + std::to_string(at) + "] on leave no value possible, expected one above -inf");
  }
  return logits;
}

// Σ_{j≠i} w_j. It is the difference of `total` = Σ_j w_j and w_i, unless w_i is most of the total.
Real all_but(const Real* w, Index k, Index i, Real total) {
  if (w[i] < total / 2) return total - w[i];
  LongSum sum;
  for (Index j = 0; j < k; ++j) sum += j == i ? 0 : w[j];
  return sum;
}

// The probabilities of each row of logits and their logarithms, in memory of the tape, so that a backward
// rule can read what the forward rule computed.
struct Rows {
  Lanes lanes;
  Index k;
  Real *log_probs, *probs;

  explicit Rows(Var logits) : k(logits.shape()[logits.rank() - 1]) {
    lanes = {logits.size() / k, k, 1};
    log_probs = logits.tape().scratch<Real>(logits.size());
    probs = logits.tape().scratch<Real>(logits.size());
  }

  void compute(Record& r, int operand) const {
    const Kernels& kernels = r.kernels();
    Real *c = r.workspace(2 * lanes.count()), *total = c + lanes.count();
    kernels.lane_max(lanes, r.value(operand), c);
    kernels.lane_subtract(lanes, c, r.value(operand), log_probs);
    kernels.unary[static_cast<int>(Unary::exp)](lanes.size(), log_probs, probs);
    kernels.lane_sum(lanes, probs, total);
    log_total(kernels, lanes, probs, total, c);
    kernels.lane_subtract(lanes, c, log_probs, log_probs);
    for (Index i = 0; i < lanes.count(); ++i) total[i] = 1 / total[i];
    kernels.lane_scale(lanes, total, probs, probs);
  }
};

// The sum of k numbers, without that at `but`.
Real sum_of_row(Index k, const Real* x, Index but = -1) {
  Real sum = 0;
  for (Index j = 0; j < k; ++j) sum += j == but ? 0 : x[j];
  return sum;
}

}  // namespace

Categorical::Categorical(Var l) : logits(logits_below_infinity(l)) {}

Categorical Categorical::from_probs(Var probs) {
  Categorical q(log_of_probs("Categorical: probs", probs));
  if (probs.needs_gradient() && std::ranges::find(probs.value(), Real{0}) != probs.value().end())
    q.zero_probs = probs;
  return q;
}

Categorical Categorical::repeated(Index n) const {
  const Shape shape = with_first_axis(n, logits.shape());
  Categorical copies(broadcast_to(logits, shape));
  if (zero_probs) copies.zero_probs = broadcast_to(*zero_probs, shape);
  return copies;
}

std::vector<Index> Categorical::support() const {
  const auto rows = static_cast<std::size_t>(shape().size());
  std::vector<Index> all(rows * static_cast<std::size_t>(support_size()));
  for (std::size_t at = 0; at < all.size(); ++at) all[at] = static_cast<Index>(at / rows);
  return all;
}

// ∂ log p_j/∂p_i = -1/S for j ≠ i and p_i = 0, with the sum S of all p
Var Categorical::log_probs() const {
  const Var y = log_softmax(logits, -1);
  if (!zero_probs) return y;
  return with_boundary_slopes(
      y, *zero_probs, [k = support_size()](Index i, const Real* p, const Real*, const Real* g) -> Real {
        if (p[i] != 0) return 0;
        const Index row = i / k * k;
        return -sum_of_row(k, g + row, i - row) / sum_of_row(k, p + row);
      });
}

// ∂p_j/∂p_i = (δ_ij - p_j) / S for p_i = 0
Var Categorical::probs() const {
  const Var y = softmax(logits, -1);
  if (!zero_probs) return y;
  return with_boundary_slopes(
      y, *zero_probs, [k = support_size()](Index i, const Real* p, const Real* of, const Real* g) -> Real {
        if (p[i] != 0) return 0;
        const Index row = i / k * k;
        Real slope = g[i];
        for (Index j = row; j < row + k; ++j) slope -= g[j] == 0 ? 0 : g[j] * of[j];
        return slope / sum_of_row(k, p + row);
      });
}

// Softmax cross-entropy of the value c:
//   y = x_c - log s with s = Σ_i e^x_i
//   dx_i -= g e^x_i / s for i ≠ c,  dx_c += g Σ_{i≠c} e^x_i / s
// The exponentials e^(x_i - max x) are computed once and kept in `weights`. Element c is replaced by minus
// the sum of the others, which dx_c needs: if p_c is near 1, that sum is exact to a few unit round-offs,
// whereas 1 - p_c has lost its digits.
Var log_prob(const Categorical& q, std::span<const Index> x) {
  const Shape shape = q.shape();
  const Index rows = shape.size(), k = q.logits.shape()[q.logits.rank() - 1];
  if (static_cast<Index>(x.size()) != rows)
    throw argument_error({"log_prob", q.tape()},
                         std::to_string(x.size()) + " values for logits of shape " + q.logits.shape().str());
  for (const Index c : x)
    if (c < 0 || c >= k)
      throw argument_error(
          {"log_prob", q.tape()},
          "value " + std::to_string(c) + " is out of range for logits of shape " + q.logits.shape().str());
  Tape& tape = q.logits.tape();
  Index* value = tape.scratch<Index>(rows);
  std::ranges::copy(x, value);
  Real* weights = tape.scratch<Real>(rows * k);
  Real* total = tape.scratch<Real>(rows);
  const Lanes lanes{rows, k, 1};
  const Var y = record(
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
        for (Index i = 0; i < rows; ++i) {
          r.value()[i] = largest[i] - r.value()[i];
          Real* w = weights + i * k;
          w[value[i]] = -all_but(w, k, value[i], total[i]);
        }
      },
      [=](Record& r) {
        Real* scale = r.workspace(rows);
        for (Index i = 0; i < rows; ++i) scale[i] = -r.adjoint()[i] / total[i];
        r.kernels().lane_add_scaled(lanes, scale, weights, r.adjoint(0));
      });
  if (!q.zero_probs) return y;
  return with_boundary_slopes(
      y, *q.zero_probs, [=](Index i, const Real* p, const Real*, const Real* g) -> Real {
        const Index row = i / k;
        return p[i] != 0 || i % k == value[row] ? 0 : -g[row] / sum_of_row(k, p + row * k);
      });
}

// y = -Σ p_i l_i with l_i = log p_i
// dx_i -= g p_i (l_i + y)
Var entropy(const Categorical& q) {
  const Rows p(q.logits);
  return record(
      "categorical_entropy", q.shape(), {q.logits},
      [=](Record& r) {
        p.compute(r, 0);
        for (Index row = 0; row < r.size(); ++row) {
          LongSum sum;
          for (Index i = row * p.k; i < (row + 1) * p.k; ++i)
            if (p.log_probs[i] != -infinity) sum += -p.probs[i] * p.log_probs[i];
          r.value()[row] = sum;
        }
      },
      [=](Record& r) {
        for (Index row = 0; row < r.size(); ++row)
          for (Index i = row * p.k; i < (row + 1) * p.k && r.adjoint()[row] != 0; ++i)
            if (p.log_probs[i] != -infinity)
              r.adjoint(0)[i] -= r.adjoint()[row] * p.probs[i] * (p.log_probs[i] + r.value()[row]);
      });
}

std::vector<Index> sample(const Categorical& q, Philox& random) {
  std::vector<Index> draws(static_cast<std::size_t>(q.shape().size()));
  random.categorical(q.logits.value(), draws);
  return draws;
}

namespace {

// t_i = log(p_i / q_i) for one row of logits a of q and b of p. Let L be the likeliest value under q, and
//   d_i = (b_i - a_i) - (b_L - a_L)  and  S = Σ_k (q_k e^d_k - q_k).
// Where q and p are nearly equal, S is small and t_i = d_i - log(1 + S) keeps its digits. Where q_k may
// underflow, q_k e^d_k is computed as q_L e^(b_k - b_L).
void log_ratios(Index k, const Real* a, const Real* b, const Real* q, const Real* log_q, const Real* log_p,
                Real* t) {
  const Index likeliest = std::max_element(a, a + k) - a;
  const Real shift = b[likeliest] - a[likeliest];
  LongSum excess;
  for (Index i = 0; i < k; ++i) {
    const Real d = (b[i] - a[i]) - shift;
    excess += q[i] > 0 && d <= 1 ? q[i] * elementary::expm1(d)
                                 : q[likeliest] * elementary::exp(b[i] - b[likeliest]) - q[i];
  }
  const Real sum = excess;
  const bool close = std::abs(sum) <= Real(0.5);  // false for NaN
  const Real log_sum = close ? elementary::log1p(sum) : Real{0};
  for (Index i = 0; i < k; ++i)
    t[i] = close && a[i] != -infinity ? ((b[i] - a[i]) - shift) - log_sum : log_p[i] - log_q[i];
}

// p - q - q t with t = log(p / q), or p where q = 0. It is never negative.
Real kl_term(Real q, Real p, Real t) {
  if (q == 0) return p;
  if (t > 1) return p - q * (1 + t);
  if (std::abs(t) < Real(0.34)) return q * (t * t * elementary::exp_series(t, t * t));
  return q * (elementary::expm1(t) - t);
}

}  // namespace

// y = Σ q_i (l_i - m_i) with l_i = log q_i and m_i = log p_i
//   = Σ (p_i - q_i - q_i t_i) with t_i = m_i - l_i, because the p_i and the q_i both add up to 1
// da_i -= g q_i (t_i + y),  db_i += g (p_i - q_i)
// The terms of the second sum are never negative, so no digits cancel however close q and p are.
Var kl_divergence(const Categorical& of_q, const Categorical& of_p) {
  if (of_q.logits.shape() != of_p.logits.shape())
    throw argument_error({"kl_divergence", of_q.tape()},
                         "shapes differ: " + of_q.logits.shape().str() + " and " + of_p.logits.shape().str());
  const Rows q(of_q.logits), p(of_p.logits);
  const Index k = q.k;
  Real* all_t = of_q.tape().scratch<Real>(of_q.logits.size());
  const Var y = record(
      "categorical_kl", of_q.shape(), {of_q.logits, of_p.logits},
      [=](Record& r) {
        q.compute(r, 0);
        p.compute(r, 1);
        for (Index row = 0; row < r.size(); ++row) {
          const Index at = row * k;
          Real* t = all_t + at;
          log_ratios(k, r.value(0) + at, r.value(1) + at, q.probs + at, q.log_probs + at, p.log_probs + at,
                     t);
          LongSum sum;
          for (Index i = 0; i < k; ++i) sum += kl_term(q.probs[at + i], p.probs[at + i], t[i]);
          r.value()[row] = sum;
        }
      },
      [=](Record& r) {
        for (Index row = 0; row < r.size(); ++row)
          for (Index i = row * k; i < (row + 1) * k && r.adjoint()[row] != 0; ++i) {
            const Real g = r.adjoint()[row], t = all_t[i];
            if (q.probs[i] > 0) r.adjoint(0)[i] -= g * q.probs[i] * (t + r.value()[row]);
            r.adjoint(1)[i] +=
                g * (std::abs(t) <= 1 ? q.probs[i] * elementary::expm1(t) : p.probs[i] - q.probs[i]);
          }
      });
  if (!of_p.zero_probs) return y;
  // 1/S where q_i and p_i are both 0
  return with_boundary_slopes(
      y, *of_p.zero_probs, [=](Index i, const Real* p_i, const Real*, const Real* g) -> Real {
        const Index row = i / k;
        return p_i[i] != 0 || q.probs[i] != 0 ? 0 : g[row] / sum_of_row(k, p_i + row * k);
      });
}

static_assert(FiniteSupport<Categorical> && !Reparametrised<Categorical>);

}  // namespace doxa
