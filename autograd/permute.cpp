#include <algorithm>

#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// Reads an array in another order: element (i_0, …, i_3) of the result, at y[Σ i_k step_y[k]], is
// x[Σ i_k step_x[k]]. The last axis runs fastest. A step_x of 0 repeats elements.
struct Order {
  std::array<Index, 4> extent{1, 1, 1, 1}, step_x{}, step_y{};
};

// From the extents of y and the step in x along each axis. Axes of extent 1 are dropped, and an axis is
// merged with the one inside it if the strides of x allow it.
Order order_of(const Shape& y, const std::array<Index, 4>& step_x) {
  Order o;
  std::size_t last = 4;
  Index step_y = 1;
  for (int i = y.rank() - 1; i >= 0; --i) {
    const Index extent = y[i], step = step_x[static_cast<std::size_t>(i)];
    if (extent != 1) {
      if (last < 4 && step == o.step_x[last] * o.extent[last]) {
        o.extent[last] *= extent;
      } else {
        --last;
        o.extent[last] = extent;
        o.step_x[last] = step;
        o.step_y[last] = step_y;
      }
    }
    step_y *= extent;
  }
  // If x is not contiguous along y's last axis, the axis along which x is contiguous becomes the last but
  // one. These two axes are then transposed block by block.
  if (o.step_x[3] > 1)
    for (std::size_t k = last; k < 2; ++k)
      if (o.step_x[k] == 1) {
        std::swap(o.extent[k], o.extent[2]);
        std::swap(o.step_x[k], o.step_x[2]);
        std::swap(o.step_y[k], o.step_y[2]);
      }
  return o;
}

// Calls f(at_x, at_y) with the positions of each plane of the last two axes.
template <class F>
void for_each_plane(const Order& o, F f) {
  for (Index i = 0; i < o.extent[0]; ++i)
    for (Index j = 0; j < o.extent[1]; ++j)
      f(i * o.step_x[0] + j * o.step_x[1], i * o.step_y[0] + j * o.step_y[1]);
}

// to(c, r) = from(r, c), or += if `add`. Works in square blocks whose rows are one cache line each, so that a
// line stays in the cache until all of it has been used.
template <bool add>
void transpose_plane(Index rows, Index columns, const Real* from, Index from_row, Real* to, Index to_row) {
  constexpr Index side = 64 / sizeof(Real);
  const auto block = [&](Index r, Index c, Index height, Index width) {
    for (Index j = c; j < c + width; ++j)
      for (Index i = r; i < r + height; ++i) {
        Real& y = to[j * to_row + i];
        y = add ? y + from[i * from_row + j] : from[i * from_row + j];
      }
  };
  for (Index r = 0; r < rows; r += side)
    for (Index c = 0; c < columns; c += side)
      if (r + side <= rows && c + side <= columns)
        block(r, c, side, side);
      else
        block(r, c, std::min(side, rows - r), std::min(side, columns - c));
}

// y = x in this order                                                        dx += g in the order of x
Var reordered(const char* name, Var x, const Shape& shape, const Order& o) {
  const Index rows = o.extent[2], n = o.extent[3];
  return record(
      name, shape, {x},
      [=](Record& r) {
        if (r.size() == 0) return;
        for_each_plane(o, [&](Index at_x, Index at_y) {
          const Real* from = r.value(0) + at_x;
          Real* to = r.value() + at_y;
          if (o.step_x[3] > 1) return transpose_plane<false>(n, rows, from, o.step_x[3], to, o.step_y[2]);
          for (Index i = 0; i < rows; ++i, from += o.step_x[2], to += o.step_y[2])
            if (o.step_x[3] == 1)
              std::copy_n(from, n, to);
            else
              std::fill_n(to, n, *from);
        });
      },
      [=](Record& r) {
        if (r.size() == 0) return;
        Real* dx = r.adjoint(0);
        LongSums sums(r, 0, r.size() / r.size(0));
        for_each_plane(o, [&](Index at_x, Index at_y) {
          const Real* from = r.adjoint() + at_y;
          if (o.step_x[3] > 1)  // no element is repeated
            return transpose_plane<true>(rows, n, from, o.step_y[2], dx + at_x, o.step_x[3]);
          for (Index i = 0; i < rows; ++i, from += o.step_y[2], at_x += o.step_x[2]) {
            if (o.step_x[3] == 1)
              r.kernels().add_scaled(n, 1, from, dx + at_x);
            else
              dx[at_x] += r.kernels().sum(n, from);
            sums.added(at_x, o.step_x[3] == 1 ? n : 1);
          }
        });
        sums.finish();
      });
}

Var permuted(const char* name, Var x, const AxisList& order) {
  const Shape from = x.shape();
  std::array<Index, 4> step{}, extent{}, permuted_step{};
  Index size = 1;
  for (int i = from.rank() - 1; i >= 0; --i) {
    step[static_cast<std::size_t>(i)] = size;
    size *= from[i];
  }
  for (int i = 0; i < from.rank(); ++i) {
    extent[static_cast<std::size_t>(i)] = from[order[i]];
    permuted_step[static_cast<std::size_t>(i)] = step[static_cast<std::size_t>(order[i])];
  }
  const Shape shape(extent.data(), from.rank());
  return reordered(name, x, shape, order_of(shape, permuted_step));
}

}  // namespace

Var permute(Var x, const AxisList& order) {
  const AxisList axes = order.of(x.shape(), {"permute", x.tape()});
  if (axes.count() != x.rank())
    throw argument_error({"permute", x.tape()},
                         std::to_string(axes.count()) + " axes for shape " + x.shape().str());
  return permuted("permute", x, axes);
}

Var transpose(Var x) {
  const int rank = x.rank();
  if (rank < 2)
    throw argument_error({"transpose", x.tape()}, "expected at least two axes, got " + x.shape().str());
  AxisList order;
  for (int i = 0; i < rank - 2; ++i) order.append(i);
  order.append(rank - 1);
  order.append(rank - 2);
  return permuted("transpose", x, order);
}

Var broadcast_to(Var x, const Shape& shape) {
  const Shape from = x.shape();
  const auto refuse = [&] {
    throw argument_error({"broadcast_to", x.tape()}, from.str() + " does not broadcast to " + shape.str());
  };
  if (from.rank() > shape.rank()) refuse();
  std::array<Index, 4> step{};
  Index size = 1;
  for (int i = from.rank() - 1, j = shape.rank() - 1; i >= 0; --i, --j) {
    if (from[i] != shape[j] && from[i] != 1) refuse();
    step[static_cast<std::size_t>(j)] = from[i] == 1 ? 0 : size;
    size *= from[i];
  }
  return reordered("broadcast_to", x, shape, order_of(shape, step));
}

}  // namespace doxa
