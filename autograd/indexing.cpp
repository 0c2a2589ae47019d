#include <algorithm>
#include <string>

#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

void require_in_range(std::span<const Index> indices, Index extent, const OpName& op, const Shape& shape) {
  for (const Index k : indices)
    if (k < 0 || k >= extent)
      throw argument_error(op, "index " + std::to_string(k) + " is out of range for shape " + shape.str());
}

// A copy of the indices that lives as long as the record.
const Index* kept(Tape& tape, std::span<const Index> indices) {
  Index* copy = tape.scratch<Index>(static_cast<Index>(indices.size()));
  std::copy(indices.begin(), indices.end(), copy);
  return copy;
}

// How often the most frequent index occurs, or its upper bound n where that is good enough for a sum.
Index most_frequent(const Record& r, const Index* indices, Index n, Index extent) {
  if (n <= sum_block) return n;
  Real* times = r.workspace(extent);
  std::fill_n(times, extent, Real{0});
  for (Index i = 0; i < n; ++i) times[indices[i]] += 1;
  return static_cast<Index>(*std::max_element(times, times + extent));
}

}  // namespace

// y_i = x(i, k_i)                                                            dx(i, k_i) += g_i
Var gather(Var x, std::span<const Index> indices) {
  const OpName op("gather", x.tape());
  const Shape from = x.shape();
  if (from.rank() < 1) throw argument_error(op, "expected at least one axis, got []");
  const Index columns = from[from.rank() - 1];
  const Shape shape = from.without(from.rank() - 1);
  if (static_cast<Index>(indices.size()) != shape.size())
    throw argument_error(op, std::to_string(indices.size()) + " indices for shape " + from.str());
  require_in_range(indices, columns, op, from);
  const Index* k = kept(x.tape(), indices);
  return record(
      "gather", shape, {x},
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i * columns + k[i]];
      },
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i * columns + k[i]] += r.adjoint()[i];
      });
}

// y(o, i, ·) = x(o, k_i, ·)                                                  dx(o, k_i, ·) += g(o, i, ·)
Var take(Var x, std::span<const Index> indices, int axis) {
  const OpName op("take", x.tape());
  const Shape from = x.shape();
  axis = from.axis(axis, op);
  const Index extent = from[axis], n = static_cast<Index>(indices.size());
  require_in_range(indices, extent, op, from);
  Index outer = 1, inner = 1;
  for (int i = 0; i < axis; ++i) outer *= from[i];
  for (int i = axis + 1; i < from.rank(); ++i) inner *= from[i];
  const Index* k = kept(x.tape(), indices);
  return record(
      "take", from.with(axis, n), {x},
      [=](Record& r) {
        for (Index o = 0; o < outer; ++o)
          for (Index i = 0; i < n; ++i)
            std::copy_n(r.value(0) + (o * extent + k[i]) * inner, inner, r.value() + (o * n + i) * inner);
      },
      [=](Record& r) {
        LongSums sums(r, 0, most_frequent(r, k, n, extent));
        for (Index o = 0; o < outer; ++o)
          for (Index i = 0; i < n; ++i) {
            const Index at = (o * extent + k[i]) * inner;
            r.kernels().add_scaled(inner, 1, r.adjoint() + (o * n + i) * inner, r.adjoint(0) + at);
            sums.added(at, inner);
          }
        sums.finish();
      });
}

Var one_hot(Tape& tape, std::span<const Index> indices, Index depth) {
  const auto rows = static_cast<Index>(indices.size());
  const Shape shape{rows, depth};
  require_in_range(indices, depth, {"one_hot", tape}, shape);
  return tape.constant(shape, [&](std::span<Real> y) {
    std::fill(y.begin(), y.end(), Real{0});
    for (Index i = 0; i < rows; ++i)
      y[static_cast<std::size_t>(i * depth + indices[static_cast<std::size_t>(i)])] = 1;
  });
}

}  // namespace doxa
