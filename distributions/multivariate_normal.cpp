#include "doxa/distributions/multivariate_normal.h"

#include <cmath>
#include <string>

#include "doxa/autograd/internal/broadcast.h"
#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/distributions/internal/arguments.h"
#include "doxa/distributions/kernels/normal_kernels.h"

namespace doxa {
namespace {

Index last(const Shape& s) { return s[s.rank() - 1]; }

void check_shapes(const Shape& loc, const Shape& l, const OpName& name) {
  if (loc.rank() < 1 || last(loc) < 1)
    throw argument_error(name,
                         "loc has shape " + loc.str() + ", expected a last axis of at least one coordinate");
  const Index n = last(loc);
  if (l.rank() < 2 || last(l) != n || l[l.rank() - 2] != n)
    throw argument_error(name, "scale_tril has shape " + l.str() + ", expected [..., " + std::to_string(n) +
                                   ", " + std::to_string(n) + "] for loc of shape " + loc.str());
}

void check_factor(Var l) {
  const Index n = last(l.shape());
  Index at = 0;
  for (const Real x : l.value()) {
    const Index i = at / n % n, j = at % n;
    const char* expected = i == j  ? (x > 0 && std::isfinite(x) ? nullptr : "a positive finite number")
                           : i < j ? (x == 0 ? nullptr : "0 above the diagonal")
                                   : (std::isfinite(x) ? nullptr : "a finite number");
    if (expected) refuse_parameter({"MultivariateNormal: scale_tril", l.tape()}, l.shape(), at, x, expected);
    ++at;
  }
}

// y = L
// dL_ij += g_ij for j <= i
Var lower_triangle(Var loc, Var l) {
  check_shapes(loc.shape(), l.shape(), {"MultivariateNormal", loc.tape()});
  check_factor(l);
  const Index n = last(l.shape()), rows = l.size() / n;
  return record(
      "lower_triangle", l.shape(), {l},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i];
      },
      [=](Record& r) {
        for (Index row = 0; row < rows; ++row)
          for (Index j = 0; j <= row % n; ++j) r.adjoint(0)[row * n + j] += r.adjoint()[row * n + j];
      });
}

void check_fit(bool fits, const char* op, const char* name, const Shape& vectors,
               const MultivariateNormal& q) {
  if (!fits)
    throw argument_error({op, q.tape()}, std::string(name) + " has shape " + vectors.str() +
                                             ", which does not fit a MultivariateNormal of scale_tril " +
                                             q.scale_tril.shape().str());
}

bool same_length(const Shape& vectors, const MultivariateNormal& q) {
  return vectors.rank() > 0 && last(vectors) == last(q.scale_tril.shape());
}

// For a stack of factors `apply` makes each vector a matrix of one column, which takes one axis more.
bool few_axes(const Shape& vectors, const MultivariateNormal& q) {
  return q.scale_tril.rank() == 2 || vectors.rank() < Shape::max_rank;
}

void check_values(const char* op, const MultivariateNormal& q, const char* name, const Shape& values) {
  check_fit(same_length(values, q), op, name, values, q);
  const Shape both = shape_with_values({op, q.tape()}, q.shape(), name, values);
  check_fit(few_axes(both, q), op, name, values, q);
}

// f(L, V), where the vectors along the last axis of v are the columns of V. If there is one L for all, V is
// one matrix.
template <class F>
Var apply(Var l, Var v, F f) {
  const Index n = last(v.shape());
  if (l.rank() == 2) return reshape(transpose(f(l, transpose(reshape(v, {v.size() / n, n})))), v.shape());
  const Var y = f(l, reshape(v, with_last_axis(v.shape(), 1)));
  return reshape(y, batch_shape(y.shape(), 1));
}

// |L⁻¹ v|²
Var squared_length(Var l, Var v) {
  return sum(square(apply(l, v, [](Var a, Var b) { return solve_triangular(a, b); })), -1);
}

}  // namespace

MultivariateNormal::MultivariateNormal(Var l, Var factor) : loc(l), scale_tril(lower_triangle(l, factor)) {
  shape();  // throws if the leading axes do not broadcast
}

Shape MultivariateNormal::shape() const {
  const Shape batch = broadcast(batch_shape(loc.shape(), 1), batch_shape(scale_tril.shape(), 2),
                                {"MultivariateNormal, leading axes of loc and scale_tril", tape()});
  return with_last_axis(batch, last(loc.shape()));
}

// The factor needs no copies: it broadcasts along the new axis.
MultivariateNormal MultivariateNormal::repeated(Index n) const {
  MultivariateNormal copies = *this;
  copies.loc = broadcast_to(loc, with_first_axis(n, shape()));
  return copies;
}

MultivariateNormal MultivariateNormal::detached() const {
  MultivariateNormal constant = *this;
  constant.loc = stop_gradient(loc);
  constant.scale_tril = stop_gradient(scale_tril);
  return constant;
}

//! [draw-and-density]
Var MultivariateNormal::from_noise(Var noise) const {
  check_values("rsample", *this, "noise", noise.shape());
  return loc + apply(scale_tril, noise, [](Var a, Var b) { return matmul(a, b); });
}

Var log_prob(const MultivariateNormal& q, Var x) {
  check_values("log_prob", q, "x", x.shape());
  const Var centred = x - q.loc;
  const Real n = static_cast<Real>(last(x.shape()));
  const Var log_det = log_det_from_cholesky(q.scale_tril);
  return Real(-0.5) * (squared_length(q.scale_tril, centred) + log_det) - n * half_log_2pi;
}
//! [draw-and-density]

Var entropy(const MultivariateNormal& q) {
  const Shape shape = q.shape();
  const Var h = Real(0.5) * log_det_from_cholesky(q.scale_tril) +
                static_cast<Real>(last(shape)) * (half_log_2pi + Real(0.5));
  return broadcast_to(h, batch_shape(shape, 1));
}

Var mean(const MultivariateNormal& q) { return broadcast_to(q.loc, q.shape()); }
Var variance(const MultivariateNormal& q) { return broadcast_to(sum(square(q.scale_tril), -1), q.shape()); }
Var stddev(const MultivariateNormal& q) { return sqrt(variance(q)); }
Var covariance(const MultivariateNormal& q) { return matmul(q.scale_tril, transpose(q.scale_tril)); }

Var sample(const MultivariateNormal& q, Philox& random) {
  return stop_gradient(q.from_noise(q.noise(random)));
}

namespace {

// δ = a/b - 1 for corresponding elements a and b of the diagonals of L_q and L_p.
Real relative(Real a, Real b) { return (a - b) / b; }
bool is_near(Real delta) { return std::abs(delta) <= Real(0.25); }

// (r² - 1)/2 - log r with r = a/b. Near r = 1 it is computed as δ²/2 + (δ - log(1 + δ)), where
// with s = δ / (2 + δ) the bracket is δ s - (log((1 + s)/(1 - s)) - 2 s).
Real diagonal_term(Real a, Real b) {
  const Real delta = relative(a, b), r = a / b;
  if (!is_near(delta)) return (r - 1) * (r + 1) / 2 - std::log(r);
  const Real s = delta / (2 + delta), z = s * s;
  return delta * delta / 2 + s * (delta - z * elementary::log_series(z));
}

// Computes M = P⁻¹ Q of two lower factors, row by row, and returns log det P - log det Q + (|M|² - n) / 2.
// Where a column of P and Q is nearly the same, the elements of M below the diagonal are nearly 0. They are
// then computed from the differences of Q and P, which are exact.
Real factor_kl(Index n, const Real* q, const Real* p, Real* m) {
  Real total = 0;
  for (Index i = 0; i < n; ++i) {
    const Real *q_i = q + i * n, *p_i = p + i * n;
    for (Index j = 0; j < i; ++j) {
      const Real delta = relative(q[j * n + j], p[j * n + j]);
      Real x = is_near(delta) ? (q_i[j] - p_i[j]) - p_i[j] * delta : q_i[j] - p_i[j] * m[j * n + j];
      for (Index k = j + 1; k < i; ++k) x -= p_i[k] * m[k * n + j];
      x /= p_i[i];
      m[i * n + j] = x;
      total += x * x / 2;
    }
    m[i * n + i] = q_i[i] / p_i[i];
    for (Index j = i + 1; j < n; ++j) m[i * n + j] = 0;
    total += diagonal_term(q_i[i], p_i[i]);
  }
  return total;
}

// W = P⁻ᵀ M
void solve_transposed(Index n, const Real* p, const Real* m, Real* w) {
  for (Index i = n; i-- > 0;)
    for (Index j = 0; j < n; ++j) {
      Real x = m[i * n + j];
      for (Index k = i + 1; k < n; ++k) x -= p[k * n + i] * w[k * n + j];
      w[i * n + j] = x / p[i * n + i];
    }
}

// y = log det P - log det Q + (|P⁻¹ Q|² - n) / 2
// dQ += g (tril(W) - diag(1/Q)),  dP += g (diag(1/P) - tril(W Mᵀ)) with M = P⁻¹ Q, W = P⁻ᵀ M
// On the diagonal the leading terms are (r² - 1)/Q and (1 - r²)/P with r = Q/P. They cancel where P and Q are
// nearly equal, and are computed from r² - 1 = δ (2 + δ) with δ = r - 1.
Var factor_kl(Var q, Var p) {
  const Index n = last(q.shape()), matrix = n * n;
  const Stacks stacks(q.shape(), p.shape(), {"kl_divergence", q.tape()});
  Real* all_m = q.tape().scratch<Real>(stacks.count() * matrix);
  Real* w = q.tape().scratch<Real>(matrix);
  return record(
      "multivariate_normal_kl", batch_shape(stacks.shape(n, n), 2), {q, p},
      [=](Record& r) {
        stacks.for_each([&](Index iq, Index ip, Index k) {
          r.value()[k] = factor_kl(n, r.value(0) + iq * matrix, r.value(1) + ip * matrix, all_m + k * matrix);
        });
      },
      [=](Record& r) {
        stacks.for_each([&](Index iq, Index ip, Index k) {
          const Real *m = all_m + k * matrix, *lq = r.value(0) + iq * matrix, *lp = r.value(1) + ip * matrix;
          const Real g = r.adjoint()[k];
          if (g == 0) return;  // adds 0, whatever the factors are
          Real *dq = r.adjoint(0) + iq * matrix, *dp = r.adjoint(1) + ip * matrix;
          solve_transposed(n, lp, m, w);
          for (Index i = 0; i < n; ++i) {
            Real *dq_i = dq + i * n, *dp_i = dp + i * n;
            const Real *w_i = w + i * n, *m_i = m + i * n;
            for (Index j = 0; j < i; ++j) {
              Real wm = 0;
              for (Index c = 0; c <= j; ++c) wm += w_i[c] * m[j * n + c];
              dq_i[j] += g * w_i[j];
              dp_i[j] -= g * wm;
            }
            const Real q_ii = lq[i * n + i], p_ii = lp[i * n + i], delta = relative(q_ii, p_ii);
            const Real excess = delta * (2 + delta);
            Real below = 0, wm = 0;  // (Pᵀ W)_ii without its first term; (W Mᵀ)_ii without its last
            for (Index c = i + 1; c < n; ++c) below += lp[c * n + i] * w[c * n + i];
            for (Index c = 0; c < i; ++c) wm += w_i[c] * m_i[c];
            dq_i[i] += g * (excess / q_ii - below / p_ii);
            dp_i[i] += g * ((below * m_i[i] - excess) / p_ii - wm);
          }
        });
      });
}

}  // namespace

Var kl_divergence(const MultivariateNormal& q, const MultivariateNormal& p) {
  check_fit(same_length(q.shape(), p), "kl_divergence", "q", q.shape(), p);
  const Shape both = broadcast(q.shape(), p.shape(), {"kl_divergence", q.tape()});
  check_fit(few_axes(both, p), "kl_divergence", "q", q.shape(), p);
  const Var apart = q.loc - p.loc;
  const Var of_loc = Real(0.5) * squared_length(p.scale_tril, apart);
  return factor_kl(q.scale_tril, p.scale_tril) + of_loc;
}

static_assert(Reparametrised<MultivariateNormal>);

}  // namespace doxa
