#include "doxa/autograd/stacks.h"

#include <algorithm>
#include <stdexcept>

namespace doxa {

Stacks::Stacks(const Shape& a, const Shape& b, const char* op) : rank_(std::max(a.rank(), b.rank()) - 2) {
  Index size_a = 1, size_b = 1;
  for (int i = 0; i < rank_; ++i) {  // from the last of the leading axes outwards
    const int ia = a.rank() - 3 - i, ib = b.rank() - 3 - i;
    const Index ea = ia < 0 ? 1 : a[ia], eb = ib < 0 ? 1 : b[ib];
    if (ea != eb && ea != 1 && eb != 1)
      throw std::invalid_argument(std::string(op) + ": leading axes do not broadcast: " + a.str() + " x " +
                                  b.str());
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

}  // namespace doxa
