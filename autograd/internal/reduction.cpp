#include "doxa/autograd/internal/reduction.h"

#include "doxa/autograd/ops.h"

namespace doxa {

Reduction over_all(Var x) { return {x, {1, x.size(), 1}, Shape{}}; }

AxisList moved_last(const Shape& shape, const AxisList& axes) {
  AxisList order;
  for (const bool last : {false, true})
    for (int i = 0; i < shape.rank(); ++i)
      if (axes.has(i) == last) order.append(i);
  return order;
}

Reduction over(Var x, AxisList axes, bool keepdims, const char* op) {
  const Shape from = x.shape();
  axes = axes.of(from, {op, x.tape()});
  Reduction r{x, {1, 1, 1}, from};
  for (int i = 0; i < from.rank(); ++i) {
    if (!axes.has(i)) {
      r.lanes.inner *= from[i];
    } else if (r.lanes.n == 1) {
      r.lanes.outer *= r.lanes.inner;
      r.lanes.inner = 1;
      r.lanes.n *= from[i];
    } else {
      r.moved |= r.lanes.inner != 1 && from[i] != 1;
      r.lanes.n *= from[i];
    }
  }
  for (int i = from.rank() - 1; i >= 0; --i)
    if (axes.has(i)) r.shape = keepdims ? r.shape.with(i, 1) : r.shape.without(i);
  if (!r.moved) return r;
  r.x = permute(x, moved_last(from, axes));
  r.lanes = {r.lanes.count(), r.lanes.n, 1};
  return r;
}

}  // namespace doxa
