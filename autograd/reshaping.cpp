#include <algorithm>
#include <stdexcept>
#include <string>

#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// Row-major memory around one axis: `outer` blocks of extent · inner numbers.
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

}  // namespace

Var reshape(Var x, const Shape& shape) {
  if (shape.size() != x.size())
    throw std::invalid_argument("reshape: sizes differ: " + x.shape().str() + " to " + shape.str());
  return x.tape().view("reshape", x, shape, 0);
}

Var stop_gradient(Var x) { return x.tape().view("stop_gradient", x, x.shape(), 0, false); }

// y_ji = x_ij, for each matrix of the last two axes                          dx_ij += g_ji
Var transpose(Var x) {
  const Shape& from = x.shape();
  if (from.rank() < 2)
    throw std::invalid_argument("transpose: expected at least two axes, got " + from.str());
  const int last = from.rank() - 1;
  const Index m = from[last - 1], n = from[last], batch = outer_of(from, last - 1);
  return record(
      "transpose", from.with(last - 1, n).with(last, m), {x},
      [=](Record& r) {
        for (Index b = 0; b < batch; ++b)
          for (Index j = 0; j < n; ++j)
            for (Index i = 0; i < m; ++i) r.value()[(b * n + j) * m + i] = r.value(0)[(b * m + i) * n + j];
      },
      [=](Record& r) {
        for (Index b = 0; b < batch; ++b)
          for (Index i = 0; i < m; ++i)
            for (Index j = 0; j < n; ++j)
              r.adjoint(0)[(b * m + i) * n + j] += r.adjoint()[(b * n + j) * m + i];
      });
}

// y = x[…, begin … end-1, …]                                                 dx[…, begin … end-1, …] += g
Var slice(Var x, int axis, Index begin, Index end) {
  const Shape& from = x.shape();
  axis = from.axis(axis, "slice");
  if (begin < 0 || end < begin || end > from[axis])
    throw std::invalid_argument("slice: range [" + std::to_string(begin) + "," + std::to_string(end) +
                                ") of axis " + std::to_string(axis) + " of shape " + from.str());
  const Shape shape = from.with(axis, end - begin);
  const Index outer = outer_of(from, axis), inner = inner_of(from, axis);
  const Index stride = from[axis] * inner, width = (end - begin) * inner, offset = begin * inner;
  if (outer == 1) return x.tape().view("slice", x, shape, offset);
  return record(
      "slice", shape, {x},
      [=](Record& r) {
        for (Index o = 0; o < outer; ++o)
          std::copy_n(r.value(0) + o * stride + offset, width, r.value() + o * width);
      },
      [=](Record& r) {
        for (Index o = 0; o < outer; ++o)
          r.kernels().add_scaled(width, 1, r.adjoint() + o * width, r.adjoint(0) + o * stride + offset);
      });
}

// y = the parts side by side                                                 d(part) += its columns of g
Var concat(std::span<const Var> parts, int axis) {
  if (parts.empty()) throw std::invalid_argument("concat: no parts");
  const Shape first = parts[0].shape();
  axis = first.axis(axis, "concat");
  Index extent = 0;
  for (const Var& part : parts) {
    const Shape& s = part.shape();
    if (s.rank() != first.rank() || s.with(axis, 0) != first.with(axis, 0))
      throw std::invalid_argument("concat: shapes differ beyond axis " + std::to_string(axis) + ": " +
                                  first.str() + " and " + s.str());
    extent += s[axis];
  }
  const Index outer = outer_of(first, axis), inner = inner_of(first, axis), stride = extent * inner;
  return parts[0].tape().record(
      "concat", first.with(axis, extent), parts,
      [=](Record& r) {
        Real* y = r.value();
        for (int i = 0; i < r.operands(); ++i) {
          const Index width = r.shape(i)[axis] * inner;
          for (Index o = 0; o < outer; ++o) std::copy_n(r.value(i) + o * width, width, y + o * stride);
          y += width;
        }
      },
      [=](Record& r) {
        const Real* g = r.adjoint();
        for (int i = 0; i < r.operands(); ++i) {
          const Index width = r.shape(i)[axis] * inner;
          if (r.needs_gradient(i))
            for (Index o = 0; o < outer; ++o)
              r.kernels().add_scaled(width, 1, g + o * stride, r.adjoint(i) + o * width);
          g += width;
        }
      });
}

// y_i = x(i, k_i)                                                            dx(i, k_i) += g_i
Var gather(Var x, std::span<const Index> indices) {
  const Shape& from = x.shape();
  if (from.rank() < 1) throw std::invalid_argument("gather: expected at least one axis, got []");
  const Index columns = from[from.rank() - 1];
  const Shape shape = from.without(from.rank() - 1);
  if (static_cast<Index>(indices.size()) != shape.size())
    throw std::invalid_argument("gather: " + std::to_string(indices.size()) + " indices for shape " +
                                from.str());
  for (const Index k : indices)
    if (k < 0 || k >= columns)
      throw std::invalid_argument("gather: index " + std::to_string(k) + " is out of range for shape " +
                                  from.str());
  Index* kept = x.tape().scratch<Index>(shape.size());
  std::copy(indices.begin(), indices.end(), kept);
  return record(
      "gather", shape, {x},
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i * columns + kept[i]];
      },
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i * columns + kept[i]] += r.adjoint()[i];
      });
}

}  // namespace doxa
