#pragma once

// What element-wise ops are made of: loops over operands of different shapes, and ops that are two formulas.

#include <algorithm>
#include <array>

#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/kernels/long_sum.h"
#include "doxa/autograd/tape.h"

namespace doxa {

// A broadcast element-wise op on N operands: an inner loop over n elements, in which each operand steps by 1
// or by 0, repeated over up to three outer axes.
template <std::size_t N>
struct Loops {
  using Strides = std::array<Index, N + 1>;  // of the operands, and last of y
  Index n = 1;
  Strides step{};
  std::array<Index, 3> count{1, 1, 1};
  std::array<Strides, 3> stride{};
};

template <std::size_t N>
Loops<N> loops(const std::array<Shape, N>& operands, const Shape& y) {
  Loops<N> l;
  if (std::all_of(operands.begin(), operands.end(), [&](const Shape& s) { return s == y; })) {
    l.n = y.size();
    l.step.fill(1);
    return l;
  }
  // Axes from the last to the first. An axis is merged with the one inside it if the strides of all operands
  // allow it.
  struct Axis {
    Index extent;
    typename Loops<N>::Strides stride;
  };
  std::array<Axis, Shape::max_rank> axes{};
  std::size_t used = 0;
  typename Loops<N>::Strides size;
  size.fill(1);
  for (int i = 0; i < y.rank(); ++i) {
    Axis axis{y[y.rank() - 1 - i], {}};
    for (std::size_t k = 0; k <= N; ++k) {
      const Shape& shape = k < N ? operands[k] : y;
      const int at = shape.rank() - 1 - i;
      const Index extent = at < 0 ? 1 : shape[at];
      axis.stride[k] = extent == axis.extent ? size[k] : 0;
      size[k] *= extent;
    }
    if (axis.extent == 1) continue;
    if (used > 0) {
      Axis& inner = axes[used - 1];
      bool joins = true;
      for (std::size_t k = 0; k < N; ++k) joins &= axis.stride[k] == inner.stride[k] * inner.extent;
      if (joins) {
        inner.extent *= axis.extent;
        continue;
      }
    }
    axes[used++] = axis;
  }
  if (used == 0) return l;  // one element
  l.n = axes[0].extent;
  l.step = axes[0].stride;
  for (std::size_t i = 1; i < used; ++i) {
    l.count[i - 1] = axes[i].extent;
    l.stride[i - 1] = axes[i].stride;
  }
  return l;
}

// Calls f(at) for each row, where at[k] is where the row of operand k begins, and at[N] that of y.
template <std::size_t N, class F>
void for_each_row(const Loops<N>& l, F f) {
  typename Loops<N>::Strides at;
  for (Index k = 0; k < l.count[2]; ++k)
    for (Index j = 0; j < l.count[1]; ++j)
      for (Index i = 0; i < l.count[0]; ++i) {
        for (std::size_t m = 0; m <= N; ++m)
          at[m] = i * l.stride[0][m] + j * l.stride[1][m] + k * l.stride[2][m];
        f(at);
      }
}

// For a rule that adds to the adjoint of operand k row by row.
inline LongSums sums_of_rows(const Record& r, std::size_t k) {
  const auto operand = static_cast<int>(k);
  const Index n = r.size(operand);
  return LongSums(r, operand, n > 0 ? r.size() / n : 0);
}

// Calls f(begin, end) for pieces of a row, each of which may be added up one after another.
template <class F>
void for_each_piece(Index n, F f) {
  for (Index begin = 0, end; begin < n; begin = end) f(begin, end = std::min(n, begin + sum_block));
}

// An op given by two formulas: y_i = value(x_i), and dx_i += slope(x_i, g_i) where g_i is not 0.
template <class Value, class Slope>
Var mapped(const char* name, Var x, Value value, Slope slope) {
  return record(
      name, x.shape(), {x},
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = value(r.value(0)[i]);
      },
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          if (const Real g = r.adjoint()[i]; g != 0) r.adjoint(0)[i] += slope(r.value(0)[i], g);
      });
}

}  // namespace doxa
