#include "doxa/autograd/internal/broadcast.h"

#include <algorithm>

#include "doxa/autograd/internal/long_sum.h"

namespace doxa {
namespace broadcasting {
namespace {

// Calls f(offset in x, offset in y, step of x) for each row of y's last axis.
template <class F>
void for_each_row(const Shape& from, const Shape& to, F f) {
  std::array<Index, Shape::max_rank> extent{1, 1, 1, 1}, stride{};
  Index size = 1;
  for (int i = 0; i < to.rank(); ++i) {  // from the last axis to the first
    const int k = from.rank() - 1 - i;
    const auto at = static_cast<std::size_t>(i);
    extent[at] = to[to.rank() - 1 - i];
    stride[at] = k < 0 || from[k] == 1 ? 0 : size;
    if (k >= 0) size *= from[k];
  }
  Index y = 0;
  for (Index l = 0; l < extent[3]; ++l)
    for (Index k = 0; k < extent[2]; ++k)
      for (Index j = 0; j < extent[1]; ++j, y += extent[0])
        f(l * stride[3] + k * stride[2] + j * stride[1], y, extent[0], stride[0]);
}

}  // namespace

void expand(const Shape& from, const Shape& to, const Real* x, Real* y) {
  const Index n = from.size(), size = to.size();
  bool suffix = true;  // x has the last axes of `to`: y is x again and again
  for (int i = 1; i <= from.rank(); ++i) suffix &= n == 1 || from[from.rank() - i] == to[to.rank() - i];
  if (suffix && n > 0) {
    std::copy_n(x, std::min(n, size), y);
    for (Index done = n; done < size; done *= 2) std::copy_n(y, std::min(done, size - done), y + done);
    return;
  }
  for_each_row(from, to, [&](Index at, Index row, Index count, Index step) {
    for (Index i = 0; i < count; ++i) y[row + i] = x[at + i * step];
  });
}

Index sums_memory(const Shape& from, const Shape& to) {
  return from.size() > 0 ? LongSums::memory(from.size(), to.size() / from.size()) : 0;
}

void add_sums(const Shape& from, const Shape& to, const Real* g, Real* d, Real* memory) {
  if (to.size() == 0) return;
  LongSums sums(from.size(), to.size() / from.size(), d, memory);
  for_each_row(from, to, [&](Index at, Index row, Index n, Index step) {
    if (step == 0) {
      LongSum sum;
      for (Index i = 0; i < n; ++i) sum += g[row + i];
      d[at] += sum;
      sums.added(at, 1);
    } else {
      for (Index i = 0; i < n; ++i) d[at + i] += g[row + i];
      sums.added(at, n);
    }
  });
  sums.finish();
}

}  // namespace broadcasting

Stacks::Stacks(const Shape& a, const Shape& b, const OpName& op) : rank_(std::max(a.rank(), b.rank()) - 2) {
  Index size_a = 1, size_b = 1;
  for (int i = 0; i < rank_; ++i) {  // from the last of the leading axes outwards
    const int ia = a.rank() - 3 - i, ib = b.rank() - 3 - i;
    const Index ea = ia < 0 ? 1 : a[ia], eb = ib < 0 ? 1 : b[ib];
    if (ea != eb && ea != 1 && eb != 1)
      throw argument_error(op, "leading axes do not broadcast: " + a.str() + " x " + b.str());
    const auto at = static_cast<std::size_t>(1 - i);
    count_[at] = ea == 1 ? eb : ea;
    step_a_[at] = ea == 1 ? 0 : size_a;
    step_b_[at] = eb == 1 ? 0 : size_b;
    size_a *= ea;
    size_b *= eb;
  }
}

Shape Stacks::shape(Index rows, Index columns) const {
  std::array<Index, Shape::max_rank> extents{};
  std::copy(count_.end() - rank_, count_.end(), extents.begin());
  const auto leading = static_cast<std::size_t>(rank_);
  extents[leading] = rows;
  extents[leading + 1] = columns;
  return Shape(extents.data(), rank_ + 2);
}

Index Stacks::uses(const Shape& operand) const {
  Index matrices = 1;
  for (int i = 0; i < operand.rank() - 2; ++i) matrices *= operand[i];
  return matrices > 0 ? count() / matrices : 0;
}

Index order_of(const Shape& s, const OpName& op) {
  if (s.rank() < 2 || s[s.rank() - 2] != s[s.rank() - 1])
    throw argument_error(op, "expected a square matrix, got " + s.str());
  return s[s.rank() - 1];
}

}  // namespace doxa
