#include <algorithm>
#include <cmath>

#include "doxa/autograd/internal/broadcast.h"
#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/internal/product_adjoint.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// Rows of blocks: what lies beside the diagonal block of a row is an ordinary product of matrices, and of the
// diagonal block, which is computed whole, half is wasted.
constexpr Index block = 32;

// A triangular matrix M as a product sees it: element (i,j) is t[i·row + j·column].
struct Triangular {
  Index n, row, column;
  bool lower;

  Triangular transposed() const { return {n, column, row, !lower}; }
  bool holds(Index i, Index j) const { return lower ? j <= i : j >= i; }
  /// Columns of the rows [begin, end) on the triangle's side of the diagonal block.
  struct Range {
    Index begin, end;
  };
  Range beside(Index begin, Index end) const { return lower ? Range{0, begin} : Range{end, n}; }
};

// Y (+)= M X for X of m columns. `memory` has room for a diagonal block.
void multiply(const Kernels& k, const Triangular& t, const Real* m_values, Index m, const Real* x, Real* y,
              bool add, Real* memory) {
  for (Index i = 0; i < t.n; i += block) {
    const Index end = std::min(i + block, t.n), rows = end - i;
    for (Index p = 0; p < rows; ++p)
      for (Index q = 0; q < rows; ++q)
        memory[p * rows + q] = t.holds(p, q) ? m_values[(i + p) * t.row + (i + q) * t.column] : Real{0};
    k.matmul(rows, m, rows, memory, rows, 1, x + i * m, m, 1, y + i * m, add);
    const auto [from, to] = t.beside(i, end);
    if (from < to)
      k.matmul(rows, m, to - from, m_values + i * t.row + from * t.column, t.row, t.column, x + from * m, m,
               1, y + i * m, true);
  }
}

// dT += the triangle of A Bᵀ for A and B of m columns.
void add_triangle_of_product(const Kernels& k, const Triangular& t, Index m, const Real* a, const Real* b,
                             Real* dt, Real* memory) {
  for (Index i = 0; i < t.n; i += block) {
    const Index end = std::min(i + block, t.n), rows = end - i;
    k.matmul(rows, rows, m, a + i * m, m, 1, b + i * m, 1, m, memory, false);
    for (Index p = 0; p < rows; ++p)
      for (Index q = 0; q < rows; ++q)
        if (t.holds(p, q)) dt[(i + p) * t.n + i + q] += memory[p * rows + q];
    const auto [from, to] = t.beside(i, end);
    for (Index p = from; p < to; p += block) {  // into the memory, because rows of dT are not contiguous
      const Index columns = std::min(block, to - p);
      k.matmul(rows, columns, m, a + i * m, m, 1, b + p * m, 1, m, memory, false);
      for (Index j = 0; j < rows; ++j)
        for (Index c = 0; c < columns; ++c) dt[(i + j) * t.n + p + c] += memory[j * columns + c];
    }
  }
}

// The same where numbers are not finite, and the zeros in a diagonal block would make them NaN. A cotangent
// of 0 adds 0, whatever it meets.
void multiply_any(const Triangular& t, const Real* m_values, Index m, const Real* x, Real* y) {
  std::fill_n(y, t.n * m, Real{0});
  for (Index i = 0; i < t.n; ++i)
    for (Index j = 0; j < t.n; ++j)
      for (Index c = 0; c < m && t.holds(i, j); ++c)
        y[i * m + c] += m_values[i * t.row + j * t.column] * x[j * m + c];
}

void differentiate_any(const Triangular& t, const Real* m_values, Index m, const Real* x, const Real* g,
                       Real* dx, Real* dm) {
  for (Index i = 0; i < t.n; ++i)
    for (Index j = 0; j < t.n; ++j) {
      if (!t.holds(i, j)) continue;
      const Index at = i * t.row + j * t.column;
      for (Index c = 0; c < m; ++c) {
        const Real g_i = g[i * m + c];
        if (g_i == 0) continue;
        if (dx) dx[j * m + c] += m_values[at] * g_i;
        if (dm) dm[at] += g_i * x[j * m + c];
      }
    }
}

bool triangle_finite(const Triangular& t, const Real* values) {
  for (Index i = 0; i < t.n; ++i)
    for (Index j = 0; j < t.n; ++j)
      if (t.holds(i, j) && !std::isfinite(values[i * t.row + j * t.column])) return false;
  return true;
}

}  // namespace

// Y = M X with M = T or Tᵀ                 dX += Mᵀ G,  dT += triangle(G Xᵀ), or triangle(X Gᵀ) if transposed
Var triangular_matmul(Var t, Var x, Triangle triangle, bool transposed) {
  const OpName op("triangular_matmul", t.tape());
  const Shape st = t.shape(), sx = x.shape();
  const Index n = order_of(st, op);
  if (sx.rank() < 2 || sx[sx.rank() - 2] != n)
    throw argument_error(op, "inner dimensions differ: " + st.str() + " x " + sx.str());
  const Index m = sx[sx.rank() - 1];
  const Stacks stacks(st, sx, op);
  const Triangular plain{n, n, 1, triangle == Triangle::lower};
  const Triangular factor = transposed ? plain.transposed() : plain;
  return record(
      "triangular_matmul", stacks.shape(n, m), {t, x},
      [=](Record& r) {
        Real* memory = r.workspace(block * block);
        stacks.for_each([&](Index it, Index ix, Index iy) {
          const Real *matrix = r.value(0) + it * n * n, *columns = r.value(1) + ix * n * m;
          Real* y = r.value() + iy * n * m;
          if (all_finite(r.kernels(), n * m, columns))
            multiply(r.kernels(), factor, matrix, m, columns, y, false, memory);
          else
            multiply_any(factor, matrix, m, columns, y);
        });
      },
      [=](Record& r) {
        const Kernels& k = r.kernels();
        const Index uses_t = stacks.uses(r.shape(0)), uses_x = stacks.uses(r.shape(1));
        const Index for_t = LongSums::memory(r.size(0), uses_t), for_x = LongSums::memory(r.size(1), uses_x);
        Real* memory = r.workspace(for_t + for_x + block * block);
        Real* of_block = memory + for_t + for_x;
        const bool needs_t = r.needs_gradient(0), needs_x = r.needs_gradient(1);
        LongSums dt_sums(r.size(0), uses_t, r.adjoint(0), memory);
        LongSums dx_sums(r.size(1), uses_x, r.adjoint(1), memory + for_t);
        const bool finite = all_finite(k, r.size(), r.value());
        stacks.for_each([&](Index it, Index ix, Index iy) {
          const Real *g = r.adjoint() + iy * n * m, *values = r.value(0) + it * n * n;
          const Real* of_x = r.value(1) + ix * n * m;
          Real* dt = needs_t ? r.adjoint(0) + it * n * n : nullptr;
          Real* dx = needs_x ? r.adjoint(1) + ix * n * m : nullptr;
          if ((finite || (all_finite(k, n * m, of_x) && triangle_finite(plain, values))) &&
              all_finite(k, n * m, g)) {
            if (dx) multiply(k, factor.transposed(), values, m, g, dx, true, of_block);
            if (dt)
              add_triangle_of_product(k, plain, m, transposed ? of_x : g, transposed ? g : of_x, dt,
                                      of_block);
          } else {
            differentiate_any(factor, values, m, of_x, g, dx, dt);
          }
          dt_sums.added(it * n * n, n * n);
          dx_sums.added(ix * n * m, n * m);
        });
        dx_sums.finish();
        dt_sums.finish();
      });
}

}  // namespace doxa
