#pragma once

#include <initializer_list>

#include "doxa/autograd/shape.h"

namespace doxa {

/// Axes of a shape, in order, negative ones counted from the end: `1`, `{0, -1}`.
class AxisList {
 public:
  AxisList() = default;
  AxisList(int axis) { append(axis); }
  AxisList(std::initializer_list<int> axes) {
    for (const int axis : axes) append(axis);
  }

  int count() const { return count_; }
  int operator[](int i) const { return axes_[static_cast<std::size_t>(i)]; }
  bool has(int axis) const;
  void append(int axis) {
    if (count_ <= Shape::max_rank) axes_[static_cast<std::size_t>(count_++)] = axis;
  }

  /// The same axes, counted from the front. Throws std::invalid_argument naming `op` if one is out of range
  /// for the shape or there twice.
  AxisList of(const Shape& shape, const char* op) const;

 private:
  std::array<int, Shape::max_rank + 1> axes_{};  // one too many is one twice or out of range: of() refuses it
  int count_ = 0;
};

}  // namespace doxa
