#include "doxa/autograd/shape.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace doxa {

std::invalid_argument argument_error(const OpName& op, const std::string& reason) {
  return std::invalid_argument(op.str() + ": " + reason);
}

Shape::Shape(const Index* extents, int rank) : rank_(rank) {
  if (rank > max_rank)
    throw std::invalid_argument("shape: rank " + std::to_string(rank) + ", expected at most 4");
  // Bytes must be addressable. Axes of extent 0 are left out of the product, because strides must not
  // overflow either. Two factors below `small` multiply to at most `most`, so they need no division.
  constexpr Index most = std::numeric_limits<std::ptrdiff_t>::max() / 8;
  constexpr Index small = Index{1} << (sizeof(std::ptrdiff_t) * 4 - 2);  // small² - 1 = most
  Index reach = 1;
  for (int i = 0; i < rank; ++i) {
    const Index extent = extents[i];
    if (extent < 0) throw std::invalid_argument("shape: negative extent " + std::to_string(extent));
    if ((extent >= small || reach >= small) && extent > 0 && reach > most / extent)
      throw std::invalid_argument("shape: the number of elements overflows");
    if (extent > 0) reach *= extent;
    extents_[static_cast<std::size_t>(i)] = extent;
    size_ *= extent;
  }
}

int Shape::axis(int axis, const OpName& op) const {
  if (axis < -rank_ || axis >= rank_)
    throw argument_error(op, "axis " + std::to_string(axis) + " is out of range for shape " + str());
  return axis < 0 ? axis + rank_ : axis;
}

Shape Shape::with(int axis, Index extent) const {
  auto extents = extents_;
  extents[static_cast<std::size_t>(axis)] = extent;
  return Shape(extents.data(), rank_);
}

Shape Shape::without(int axis) const {
  auto extents = extents_;
  std::copy(extents_.begin() + axis + 1, extents_.begin() + rank_, extents.begin() + axis);
  return Shape(extents.data(), rank_ - 1);
}

std::string Shape::str() const {
  std::string text = "[";
  for (int i = 0; i < rank_; ++i) {
    if (i > 0) text += ',';
    text += std::to_string((*this)[i]);
  }
  return text += ']';
}

std::string Shape::index(Index at) const {
  std::string text;
  for (int axis = rank_ - 1; axis >= 0; at /= (*this)[axis--])
    text = std::to_string(at % (*this)[axis]) + (text.empty() ? "" : ",") + text;
  return text;
}

Shape broadcast(const Shape& a, const Shape& b, const OpName& op) {
  if (a == b) return a;
  const int rank = std::max(a.rank(), b.rank());
  std::array<Index, Shape::max_rank> extents{};
  for (int i = 0; i < rank; ++i) {
    const int ia = i - (rank - a.rank()), ib = i - (rank - b.rank());
    const Index ea = ia < 0 ? 1 : a[ia], eb = ib < 0 ? 1 : b[ib];
    if (ea != eb && ea != 1 && eb != 1)
      throw argument_error(op, "shapes do not broadcast: " + a.str() + " and " + b.str());
    extents[static_cast<std::size_t>(i)] = ea == 1 ? eb : ea;
  }
  return Shape(extents.data(), rank);
}

bool AxisList::has(int axis) const {
  for (int i = 0; i < count_; ++i)
    if ((*this)[i] == axis) return true;
  return false;
}

AxisList AxisList::of(const Shape& shape, const OpName& op) const {
  AxisList from_the_front;
  for (int i = 0; i < count_; ++i) {
    const int axis = shape.axis((*this)[i], op);
    if (from_the_front.has(axis))
      throw argument_error(op,
                           "axis " + std::to_string(axis) + " of shape " + shape.str() + " is there twice");
    from_the_front.append(axis);
  }
  return from_the_front;
}

}  // namespace doxa
