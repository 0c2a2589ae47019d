#include <algorithm>
#include <limits>
#include <string>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// Around one axis, row-major memory is `outer` blocks of extent · inner numbers.
Index outer_of(const Shape& shape, int axis) {
  Index outer = 1;
  for (int i = 0; i < axis; ++i) outer *= shape[i];
  return outer;
}

Index inner_of(const Shape& shape, int axis) {
  Index inner = 1;
  for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  return inner;
}

// y = the parts side by side                                                 d(part) += its columns of g
// Each part is `outer` blocks; block o of the result is block o of every part in turn.
Var side_by_side(const char* name, const Shape& shape, std::span<const Var> parts, Index outer) {
  const Index stride = outer > 0 ? shape.size() / outer : 0;
  return parts[0].tape().record(
      name, shape, parts,
      [=](Record& r) {
        if (outer == 0) return;
        Real* y = r.value();
        for (int i = 0; i < r.operands(); ++i) {
          const Index width = r.size(i) / outer;
          r.kernels().copy_rows(outer, width, r.value(i), width, y, stride);
          y += width;
        }
      },
      [=](Record& r) {
        if (outer == 0) return;
        const Real* g = r.adjoint();
        for (int i = 0; i < r.operands(); ++i) {
          const Index width = r.size(i) / outer;
          if (r.needs_gradient(i)) {
            const auto [d, add] = r.whole_adjoint(i);
            (add ? r.kernels().add_rows : r.kernels().copy_rows)(outer, width, g, stride, d, width);
          }
          g += width;
        }
      });
}

}  // namespace

Var reshape(Var x, const Shape& shape) {
  if (shape.size() != x.size())
    throw argument_error({"reshape", x.tape()}, "sizes differ: " + x.shape().str() + " to " + shape.str());
  return x.tape().view("reshape", x, shape, 0);
}

Var stop_gradient(Var x) { return x.tape().view("stop_gradient", x, x.shape(), 0, false); }

// y = value                                                                  d(surrogate) += g
Var straight_through(Var value, Var surrogate) {
  if (value.shape() != surrogate.shape())
    throw argument_error({"straight_through", value.tape()},
                         "shapes differ: " + value.shape().str() + " and " + surrogate.shape().str());
  return record(
      "straight_through", value.shape(), {stop_gradient(value), surrogate},
      [](Record& r) { std::copy_n(r.value(0), r.size(), r.value()); },
      [](Record& r) { r.kernels().add_scaled(r.size(), 1, r.adjoint(), r.adjoint(1)); });
}

// y = x[…, begin … end-1, …]                                                 dx[…, begin … end-1, …] += g
Var slice(Var x, int axis, Index begin, Index end) {
  const OpName op("slice", x.tape());
  const Shape from = x.shape();
  axis = from.axis(axis, op);
  if (begin < 0 || end < begin || end > from[axis])
    throw argument_error(op, "range [" + std::to_string(begin) + "," + std::to_string(end) + ") of axis " +
                                 std::to_string(axis) + " of shape " + from.str());
  const Shape shape = from.with(axis, end - begin);
  const Index outer = outer_of(from, axis), inner = inner_of(from, axis);
  const Index stride = from[axis] * inner, width = (end - begin) * inner, offset = begin * inner;
  if (outer == 1) return x.tape().view("slice", x, shape, offset);
  return record(
      "slice", shape, {x},
      [=](Record& r) {
        if (r.size() > 0) r.kernels().copy_rows(outer, width, r.value(0) + offset, stride, r.value(), width);
      },
      [=](Record& r) {
        if (r.size() == 0) return;  // x may have no memory
        r.kernels().add_rows(outer, width, r.adjoint(), width, r.adjoint(0) + offset, stride);
      });
}

std::vector<Var> split(Var x, std::span<const Index> sizes, int axis) {
  const OpName op("split", x.tape());
  const Shape from = x.shape();
  axis = from.axis(axis, op);
  Index total = 0;
  for (const Index size : sizes) {
    if (size < 0) throw argument_error(op, "size " + std::to_string(size));
    total += std::min(size, std::numeric_limits<Index>::max() - total);
  }
  if (total != from[axis])
    throw argument_error(op, "sizes add up to " + std::to_string(total) + ", not to axis " +
                                 std::to_string(axis) + " of shape " + from.str());
  std::vector<Var> parts;
  Index begin = 0;
  for (const Index size : sizes) {
    parts.push_back(slice(x, axis, begin, begin + size));
    begin += size;
  }
  return parts;
}

Var equal_part(Var x, Index i, Index n, int axis) {
  const OpName op("split", x.tape());
  const Shape from = x.shape();
  axis = from.axis(axis, op);
  if (n < 1 || from[axis] % n != 0)
    throw argument_error(op, "axis " + std::to_string(axis) + " of shape " + from.str() +
                                 " does not divide into " + std::to_string(n) + " equal parts");
  const Index size = from[axis] / n;
  return slice(x, axis, i * size, (i + 1) * size);
}

Var concat(std::span<const Var> parts, int axis) {
  if (parts.empty()) throw argument_error("concat", "no parts");
  const OpName op("concat", parts[0].tape());
  const Shape first = parts[0].shape();
  axis = first.axis(axis, op);
  Index extent = 0;
  for (const Var& part : parts) {
    const Shape s = part.shape();
    if (s.rank() != first.rank() || s.with(axis, 0) != first.with(axis, 0))
      throw argument_error(
          op, "shapes differ beyond axis " + std::to_string(axis) + ": " + first.str() + " and " + s.str());
    extent += s[axis];
  }
  return side_by_side("concat", first.with(axis, extent), parts, outer_of(first, axis));
}

Var stack(std::span<const Var> parts, int axis) {
  if (parts.empty()) throw argument_error("stack", "no parts");
  const OpName op("stack", parts[0].tape());
  const Shape part = parts[0].shape();
  for (const Var& other : parts)
    if (other.shape() != part)
      throw argument_error(op, "shapes differ: " + part.str() + " and " + other.shape().str());
  if (part.rank() == Shape::max_rank)
    throw argument_error(op, "no room for an axis beside those of " + part.str());
  const int rank = part.rank() + 1, at = axis < 0 ? axis + rank : axis;
  if (at < 0 || at >= rank)
    throw argument_error(op, "axis " + std::to_string(axis) + " is out of range for shapes " + part.str());
  std::array<Index, Shape::max_rank> extents{};
  for (int i = 0; i < rank; ++i)
    extents[static_cast<std::size_t>(i)] = i < at   ? part[i]
                                           : i > at ? part[i - 1]
                                                    : static_cast<Index>(parts.size());
  return side_by_side("stack", Shape(extents.data(), rank), parts, outer_of(part, at));
}

}  // namespace doxa
