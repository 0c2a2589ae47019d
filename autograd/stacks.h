#pragma once

#include <array>

#include "doxa/autograd/shape.h"

namespace doxa {

/// Two stacks of matrices, [..., m, n] each, whose leading axes broadcast by NumPy's rules: which matrix of
/// the one meets which of the other. Throws std::invalid_argument naming `op` if they do not broadcast.
class Stacks {
 public:
  Stacks(const Shape& a, const Shape& b, const char* op);

  Index count() const { return count_[0] * count_[1]; }
  Shape shape(Index rows, Index columns) const;  ///< of the result: a [rows, columns] for each pair

  /// Calls f(i, j, k): matrix i of a and matrix j of b make matrix k of the result.
  template <class F>
  void for_each(F f) const {
    for (Index o = 0, k = 0; o < count_[0]; ++o)
      for (Index i = 0; i < count_[1]; ++i, ++k)
        f(o * step_a_[0] + i * step_a_[1], o * step_b_[0] + i * step_b_[1], k);
  }

 private:
  int rank_;
  std::array<Index, 2> count_{1, 1}, step_a_{}, step_b_{};
};

}  // namespace doxa
