#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/broadcast.h"
#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/internal/product_adjoint.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

Shape leading(const Shape& s) { return s.without(s.rank() - 1).without(s.rank() - 2); }

Real dot(Index n, const Real* a, const Real* b) {
  Real total = 0;
  for (Index i = 0; i < n; ++i) total += a[i] * b[i];
  return total;
}

void subtract_scaled(Index n, Real scale, const Real* x, Real* y) {
  for (Index i = 0; i < n; ++i) y[i] -= scale * x[i];
}

// L_ij = (A_ij - Σ_{p<j} L_ip L_jp) / L_jj and L_ii² = A_ii - Σ_{p<i} L_ip², row by row.
// Returns the i of the first pivot L_ii² that is not positive, or n if all are. A NaN passes as positive.
Index cholesky_factor(Index n, const Real* a, Real* l) {
  for (Index i = 0; i < n; ++i) {
    Real* row = l + i * n;
    for (Index j = 0; j < i; ++j) row[j] = (a[i * n + j] - dot(j, row, l + j * n)) / l[j * n + j];
    const Real pivot = a[i * n + i] - dot(i, row, row);
    if (pivot <= 0) return i;
    row[i] = std::sqrt(pivot);
    std::fill(row + i + 1, row + n, Real{0});
  }
  return n;
}

// Differentiates that recurrence from its last line to its first. `d` holds dL and becomes dA, both of them
// lower triangles (Murray, section 4.1).
void cholesky_adjoint(Index n, const Real* l, Real* d) {
  for (Index j = n; j-- > 0;) {
    const Real *row = l + j * n, pivot = row[j];
    Real *d_row = d + j * n, &d_pivot = d_row[j];
    for (Index i = j + 1; i < n; ++i) {
      Real& d_ij = d[i * n + j];
      if (d_ij == 0) continue;  // adds 0, whatever L is
      d_pivot -= l[i * n + j] * d_ij / pivot;
      d_ij /= pivot;
      subtract_scaled(j, d_ij, l + i * n, d_row);
      subtract_scaled(j, d_ij, row, d + i * n);
    }
    if (d_pivot == 0) continue;
    d_pivot /= pivot;
    subtract_scaled(j, d_pivot, row, d_row);
    d_pivot /= 2;
  }
}

// A triangular matrix as substitution sees it: element (i,j) is at i·row + j·column, and the matrix is lower.
// An upper triangular matrix is lower if rows and columns are counted backwards.
struct Lower {
  Index n, row, column;
  bool reversed;
};

// X ← M⁻¹ X for X of m columns. With `cotangents`, an element of X that is 0 adds 0 to those below it,
// whatever M is.
template <bool cotangents>
void substitute(const Lower& l, const Real* t, Index m, Real* x) {
  for (Index step = 0; step < l.n; ++step) {
    const Index i = l.reversed ? l.n - 1 - step : step;
    Real* x_i = x + i * m;
    for (Index before = 0; before < step; ++before) {
      const Index j = l.reversed ? l.n - 1 - before : before;
      const Real t_ij = t[i * l.row + j * l.column], *x_j = x + j * m;
      if constexpr (cotangents)
        for (Index c = 0; c < m; ++c) x_i[c] -= x_j[c] == 0 ? 0 : t_ij * x_j[c];
      else
        subtract_scaled(m, t_ij, x_j, x_i);
    }
    const Real diagonal = t[i * l.row + i * l.column];
    for (Index c = 0; c < m; ++c)
      if (!cotangents || x_i[c] != 0) x_i[c] /= diagonal;
  }
}

// Whether a cotangent of 0 stays 0 in substitution, which divides by the diagonal.
bool keeps_zeros(const Kernels& kernels, Index n, const Real* t) {
  for (Index i = 0; i < n; ++i)
    if (t[i * n + i] == 0) return false;
  return all_finite(kernels, n * n, t);
}

}  // namespace

// A = L Lᵀ                                                        dA += tril(S + Sᵀ) - diag(S)
// with S = L⁻ᵀ Φ(Lᵀ G) L⁻¹, where Φ takes the lower triangle with half of the diagonal.
Var cholesky(Var a) {
  const OpName op("cholesky", a.tape());
  const Shape shape = a.shape();
  const Index n = order_of(shape, op), matrix = n * n, matrices = leading(shape).size();
  Real* d = a.tape().scratch<Real>(matrix);
  return record(
      "cholesky", shape, {a},
      [=](Record& r) {
        for (Index k = 0; k < matrices; ++k) {
          const Index failed = cholesky_factor(n, r.value(0) + k * matrix, r.value() + k * matrix);
          if (failed < n)
            throw std::domain_error(op.str() + ": " + shape.str() + " is not positive definite: pivot " +
                                    std::to_string(failed) +
                                    (matrices > 1 ? " of matrix " + std::to_string(k) : ""));
        }
      },
      [=](Record& r) {
        for (Index k = 0; k < matrices; ++k) {
          std::copy_n(r.adjoint() + k * matrix, matrix, d);
          cholesky_adjoint(n, r.value() + k * matrix, d);
          Real* da = r.adjoint(0) + k * matrix;
          for (Index i = 0; i < n; ++i)
            for (Index j = 0; j <= i; ++j) da[i * n + j] += d[i * n + j];
        }
      });
}

// X = T⁻¹ B,  W = T⁻ᵀ G                                           dB += W,  dT += triangle(-W Xᵀ)
// X = T⁻ᵀ B,  W = T⁻¹ G                                           dB += W,  dT += triangle(-X Wᵀ)
Var solve_triangular(Var t, Var b, Triangle triangle, bool transposed) {
  const OpName op("solve_triangular", t.tape());
  const Shape st = t.shape(), sb = b.shape();
  const Index n = order_of(st, op);
  if (sb.rank() < 2 || sb[sb.rank() - 2] != n)
    throw argument_error(op, "shapes do not fit: " + st.str() + " \\ " + sb.str());
  const Index m = sb[sb.rank() - 1];
  const Stacks stacks(st, sb, op);
  const bool lower = triangle == Triangle::lower;
  const Lower plain{n, n, 1, !lower}, flipped{n, 1, n, lower};
  Real* w = t.tape().scratch<Real>(n * m);
  Real* dt_all = t.tape().scratch<Real>(n * n);
  return record(
      "solve_triangular", stacks.shape(n, m), {t, b},
      [=](Record& r) {
        stacks.for_each([&](Index it, Index ib, Index ix) {
          std::copy_n(r.value(1) + ib * n * m, n * m, r.value() + ix * n * m);
          substitute<false>(transposed ? flipped : plain, r.value(0) + it * n * n, m, r.value() + ix * n * m);
        });
      },
      [=](Record& r) {
        const Index uses_t = stacks.uses(r.shape(0)), uses_b = stacks.uses(r.shape(1));
        const Index for_t = LongSums::memory(r.size(0), uses_t), for_b = LongSums::memory(r.size(1), uses_b);
        const ProductAdjoint product(r.kernels(), false, n, n, m);
        Real* memory = r.workspace(for_t + for_b + product.memory());
        LongSums dt_sums(r.size(0), uses_t, r.adjoint(0), memory);
        LongSums db_sums(r.size(1), uses_b, r.adjoint(1), memory + for_t);
        stacks.for_each([&](Index it, Index ib, Index ix) {
          const Real *x = r.value() + ix * n * m, *matrix = r.value(0) + it * n * n;
          const Lower& adjoint = transposed ? plain : flipped;
          const Kernels& kernels = r.kernels();
          std::copy_n(r.adjoint() + ix * n * m, n * m, w);
          if (keeps_zeros(kernels, n, matrix))
            substitute<false>(adjoint, matrix, m, w);
          else
            substitute<true>(adjoint, matrix, m, w);
          if (r.needs_gradient(1)) kernels.add_scaled(n * m, 1, w, r.adjoint(1) + ib * n * m);
          db_sums.added(ib * n * m, n * m);
          if (!r.needs_gradient(0)) return;
          product.to_left(w, x, dt_all, false, memory + for_t + for_b);  // W Xᵀ
          const Index row = transposed ? 1 : n, column = transposed ? n : 1;
          Real* dt = r.adjoint(0) + it * n * n;
          for (Index i = 0; i < n; ++i)
            for (Index j = lower ? 0 : i; j < (lower ? i + 1 : n); ++j)
              dt[i * n + j] -= dt_all[i * row + j * column];
          dt_sums.added(it * n * n, n * n);
        });
        db_sums.finish();
        dt_sums.finish();
      });
}

// y = 2 Σ_i log L_ii                                                         dL_ii += 2 g / L_ii
Var log_det_from_cholesky(Var l) {
  const Index n = order_of(l.shape(), {"log_det_from_cholesky", l.tape()});
  return record(
      "log_det_from_cholesky", leading(l.shape()), {l},
      [=](Record& r) {
        for (Index k = 0; k < r.size(); ++k) {
          Real total = 0;
          for (Index i = 0; i < n; ++i) total += std::log(r.value(0)[(k * n + i) * n + i]);
          r.value()[k] = 2 * total;
        }
      },
      [=](Record& r) {
        for (Index k = 0; k < r.size(); ++k)
          for (Index i = 0; i < n; ++i) {
            const Index at = (k * n + i) * n + i;
            if (r.adjoint()[k] != 0) r.adjoint(0)[at] += 2 * r.adjoint()[k] / r.value(0)[at];
          }
      });
}

}  // namespace doxa
