#pragma once

#include <array>
#include <initializer_list>
#include <string>

#include "doxa/autograd/real.h"

namespace doxa {

/// The extents of a dense row-major array of rank 0 (a scalar) to 4.
/// Throws std::invalid_argument for a negative extent, a rank above 4, or a size that overflows Index.
class Shape {
 public:
  static constexpr int max_rank = 4;

  Shape() = default;
  Shape(std::initializer_list<Index> extents) : Shape(extents.begin(), static_cast<int>(extents.size())) {}
  Shape(const Index* extents, int rank);

  int rank() const { return rank_; }
  Index size() const { return size_; }  ///< number of elements; 1 for a scalar
  Index operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  bool operator==(const Shape& other) const {  // extents past the rank are 0
    bool equal = rank_ == other.rank_;
    for (std::size_t i = 0; i < max_rank; ++i) equal &= extents_[i] == other.extents_[i];
    return equal;
  }

  /// The axis counted from the front, for an axis in [-rank, rank); throws std::invalid_argument naming `op`.
  int axis(int axis, const char* op) const;
  Shape with(int axis, Index extent) const;  ///< the same shape with one extent replaced
  Shape without(int axis) const;             ///< the same shape with one axis removed
  std::string str() const;                   ///< "[32,8]"; "[]" for a scalar

 private:
  std::array<Index, max_rank> extents_{};
  int rank_ = 0;
  Index size_ = 1;
};

/// NumPy's broadcasting: aligned at the last axis, an extent of 1 stretches.
/// Throws std::invalid_argument "op: shapes do not broadcast: [..] and [..]".
Shape broadcast(const Shape& a, const Shape& b, const char* op);

}  // namespace doxa
