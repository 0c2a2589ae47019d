#pragma once

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/shape.h"
#include "doxa/autograd/var.h"

namespace doxa {

/// What a reduction works on: x seen as lanes, and the shape of the result, which has one number for each
/// lane.
struct Reduction {
  Var x;
  Lanes lanes;
  Shape shape;
  bool moved = false;  ///< x was permuted: the reduced axes are now the last
};

Reduction over_all(Var x);

/// If the reduced axes are adjacent, they form lanes of x as it lies in memory. Otherwise x is permuted
/// first, so that they become the last axes. Throws std::invalid_argument naming `op` for axes that x does
/// not have.
Reduction over(Var x, AxisList axes, bool keepdims, const char* op);

/// The axes that are kept, followed by the given ones, both in order.
AxisList moved_last(const Shape& shape, const AxisList& axes);

}  // namespace doxa
