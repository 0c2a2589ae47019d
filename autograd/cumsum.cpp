#include <algorithm>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/kernels/long_sum.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// For each lane, visits its elements in order, or the last first, and calls f(at, s) with the sum s of x up
// to the element at `at`. It is compensated, so that every partial sum has its digits however many went
// before.
template <class F>
void running_sums(const Record& r, const Lanes& l, const Real* x, bool reversed, F f) {
  Real *total = r.workspace(2 * l.inner), *lost = total + l.inner;
  for (Index o = 0; o < l.outer; ++o) {
    std::fill_n(total, 2 * l.inner, Real{0});
    for (Index j = 0; j < l.n; ++j) {
      const Index row = (o * l.n + (reversed ? l.n - 1 - j : j)) * l.inner;
      for (Index i = 0; i < l.inner; ++i) {
        elementary::add_compensated(x[row + i], total[i], lost[i]);
        f(row + i, elementary::compensated(total[i], lost[i]));
      }
    }
  }
}

}  // namespace

// y_j = Σ_{k≤j} x_k                                                          dx_k += Σ_{j≥k} g_j
Var cumsum(Var x, int axis) {
  const Shape shape = x.shape();
  axis = shape.axis(axis, {"cumsum", x.tape()});
  Lanes l{1, shape[axis], 1};
  for (int i = 0; i < axis; ++i) l.outer *= shape[i];
  for (int i = axis + 1; i < shape.rank(); ++i) l.inner *= shape[i];
  return record(
      "cumsum", shape, {x},
      [=](Record& r) {
        running_sums(r, l, r.value(0), false, [y = r.value()](Index at, Real sum) { y[at] = sum; });
      },
      [=](Record& r) {
        running_sums(r, l, r.adjoint(), true, [dx = r.adjoint(0)](Index at, Real sum) { dx[at] += sum; });
      });
}

}  // namespace doxa
