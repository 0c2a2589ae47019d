#pragma once

#include <initializer_list>
#include <span>

#include "doxa/autograd/tape.h"

namespace doxa {

// Every function computes its value at once and records how to differentiate it. Operands that do not fit
// throw std::invalid_argument naming the op and the shapes; operands of different tapes throw
// std::logic_error.

// ---- element by element; two operands broadcast by NumPy's rules
// ---------------------------------------------

Var operator+(Var a, Var b);
Var operator-(Var a, Var b);
Var operator*(Var a, Var b);
Var operator/(Var a, Var b);
Var operator+(Var a, Real b);
Var operator+(Real a, Var b);
Var operator-(Var a, Real b);
Var operator-(Real a, Var b);
Var operator*(Var a, Real b);
Var operator*(Real a, Var b);
Var operator/(Var a, Real b);
Var operator/(Real a, Var b);
Var operator-(Var x);

Var exp(Var x);
Var log(Var x);  ///< -inf at 0, NaN below
Var tanh(Var x);
Var sigmoid(Var x);   ///< 1 / (1 + e^-x)
Var softplus(Var x);  ///< log(1 + e^x), without overflow
Var square(Var x);
Var sqrt(Var x);  ///< the derivative at 0, which is infinite, is taken as 0

// ---- reductions, over all elements or over one axis (negative: from the end)
// ---------------------------------

Var sum(Var x);
Var sum(Var x, int axis, bool keepdims = false);
Var mean(Var x);  ///< of no elements: NaN
Var mean(Var x, int axis, bool keepdims = false);
Var logsumexp(Var x);  ///< log Σ e^x_i, without overflow; -inf, with gradient 0, where all x_i are -inf or
                       ///< there are none
Var logsumexp(Var x, int axis, bool keepdims = false);
Var log_softmax(Var x);  ///< x - logsumexp(x)
Var log_softmax(Var x, int axis);

// ---- matrix product
// ------------------------------------------------------------------------------------------

Var matmul(Var a, Var b);  ///< [m,k] x [k,n] -> [m,n]

/// f(x W + b) for x [m,k], W [k,n], b [n]: a layer as one record.
enum class Activation { identity, tanh, sigmoid };
Var affine(Var x, Var weight, Var bias, Activation f = Activation::identity);

// ---- shapes
// --------------------------------------------------------------------------------------------------

Var reshape(Var x, const Shape& shape);              ///< the same elements in row-major order; no copy
Var transpose(Var x);                                ///< swaps the last two axes
Var slice(Var x, int axis, Index begin, Index end);  ///< indices begin … end-1 of one axis
Var concat(std::span<const Var> parts, int axis);    ///< the parts one after another along one axis
inline Var concat(std::initializer_list<Var> parts, int axis) {
  return concat(std::span<const Var>(parts.begin(), parts.size()), axis);
}
/// One element of the last axis for each of the leading ones: y_i = x(i, indices_i), shape x.shape() without
/// its last axis. Throws std::invalid_argument for a wrong number of indices or an index out of range.
Var gather(Var x, std::span<const Index> indices);

// ---- gradients
// -----------------------------------------------------------------------------------------------

Var stop_gradient(Var x);  ///< the value of x as a constant

}  // namespace doxa
