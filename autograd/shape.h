#pragma once

#include <array>
#include <initializer_list>
#include <stdexcept>
#include <string>

#include "doxa/autograd/real.h"

namespace doxa {

class Tape;

/// The name of an op as its error messages begin with it. With the tape that the op works on, the scopes open
/// there (Scope in tape.h) come first: "encoder/layer1: matmul".
struct OpName {
  OpName(const char* op) : name(op) {}
  OpName(const char* op, const Tape& on) : name(op), tape(&on) {}
  std::string str() const;

  const char* name;
  const Tape* tape = nullptr;
};

/// What ops throw for arguments that do not fit: "encoder/layer1: matmul: " and the reason.
std::invalid_argument argument_error(const OpName& op, const std::string& reason);

/// The extents of a dense row-major array of rank 0 (a scalar) to 4.
/// Throws std::invalid_argument for a negative extent, a rank above 4, or more elements than memory can
/// address.
class Shape {
 public:
  static constexpr int max_rank = 4;

  Shape() = default;
  Shape(std::initializer_list<Index> extents) : Shape(extents.begin(), static_cast<int>(extents.size())) {}
  Shape(const Index* extents, int rank);

  int rank() const { return rank_; }
  Index size() const { return size_; }  ///< number of elements; 1 for a scalar
  Index operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  bool operator==(const Shape& other) const {
    if (this == &other) return true;
    if (rank_ != other.rank_ || size_ != other.size_) return false;
    if (rank_ < 2) return true;
    bool equal = true;
    for (std::size_t i = 0; i < max_rank; ++i) equal &= extents_[i] == other.extents_[i];
    return equal;  // extents past the rank are 0
  }

  /// The axis counted from the front, for an axis in [-rank, rank); throws std::invalid_argument naming `op`.
  int axis(int axis, const OpName& op) const;
  Shape with(int axis, Index extent) const;  ///< the same shape with one extent replaced
  Shape without(int axis) const;             ///< the same shape with one axis removed
  std::string str() const;                   ///< "[32,8]"; "[]" for a scalar
  std::string index(Index at) const;         ///< of element `at` in row-major order: "2,1"; "" for a scalar

 private:
  std::array<Index, max_rank> extents_{};
  int rank_ = 0;
  Index size_ = 1;
};

/// NumPy's broadcasting: aligned at the last axis, an extent of 1 stretches.
/// Throws std::invalid_argument "op: shapes do not broadcast: [..] and [..]".
Shape broadcast(const Shape& a, const Shape& b, const OpName& op);

/// Some axes of a shape, in order. Negative ones count from the end: `1`, `{0, -1}`.
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

  /// The same axes counted from the front. Throws std::invalid_argument naming `op` for an axis that is out
  /// of range or listed twice.
  AxisList of(const Shape& shape, const OpName& op) const;

 private:
  // Room for one axis more than a shape has: a list that long has an axis twice or out of range, and of()
  // refuses it.
  std::array<int, Shape::max_rank + 1> axes_{};
  int count_ = 0;
};

}  // namespace doxa
