#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <vector>

#include "doxa/autograd/tape.h"

namespace doxa {

// Every function computes its value at once and records how to differentiate it. Operands that do not fit
// throw std::invalid_argument naming the open scopes, the op and the shapes; operands on different tapes
// throw std::logic_error.

// ---- element by element; two operands broadcast by NumPy's rules -----------------------------------------

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

// x += y records x + y and makes x the handle of the result. Other copies of the handle keep the old value.
inline Var& operator+=(Var& x, Var y) { return x = x + y; }
inline Var& operator-=(Var& x, Var y) { return x = x - y; }
inline Var& operator*=(Var& x, Var y) { return x = x * y; }
inline Var& operator/=(Var& x, Var y) { return x = x / y; }
inline Var& operator+=(Var& x, Real y) { return x = x + y; }
inline Var& operator-=(Var& x, Real y) { return x = x - y; }
inline Var& operator*=(Var& x, Real y) { return x = x * y; }
inline Var& operator/=(Var& x, Real y) { return x = x / y; }

Var multiply_add(Var a, Var b, Var c);  ///< a b + c as one record, which takes less time and memory than two

Var exp(Var x);
Var expm1(Var x);  ///< e^x - 1, accurate for small x too
Var log(Var x);    ///< -inf at 0, NaN below
Var log1p(Var x);  ///< log(1 + x), accurate for small x too
Var square(Var x);
Var sqrt(Var x);  ///< the derivative at 0, which is infinite, is taken as 0
Var reciprocal(Var x);
Var abs(Var x);  ///< the derivative at 0 is taken as 0
Var sin(Var x);
Var cos(Var x);
Var tanh(Var x);         ///< the absolute error of its derivative, and of sigmoid's, is a few unit round-offs
Var sigmoid(Var x);      ///< 1 / (1 + e^-x)
Var softplus(Var x);     ///< log(1 + e^x), without overflow
Var log_sigmoid(Var x);  ///< log(sigmoid(x)) = -softplus(-x)
/// log(1 - e^x) for x < 0, accurate at both ends: the log-probability of the complement of an event of
/// log-probability x. -inf at 0, NaN above. (The sign convention of Stan's log1m_exp. M. Mächler, "Accurately
/// computing log(1 - exp(-|a|))", 2012.)
Var log1mexp(Var x);
/// log(1 - tanh²x) = -2 log cosh x, accurate near 0 and far out: the logarithm of the slope of tanh, by which
/// a squashed action tanh(x) changes the log-density of x (Haarnoja et al., arXiv 1801.01290, appendix C).
Var log_tanh_slope(Var x);
Var erf(Var x);   ///< 2/√π ∫_0^x e^(-t²) dt; the normal's distribution function is cdf in normal.h
Var relu(Var x);  ///< max(x, 0); the derivative at 0 is taken as 0
Var elu(Var x);   ///< x for x > 0, e^x - 1 below
Var silu(Var x);  ///< x sigmoid(x); 0 at -inf
/// a^b, as std::pow: NaN for a negative a unless b is an integer. The derivative in a at a = 0 for 0 < b < 1,
/// which is infinite, is taken as 0, and that of a^0 is 0 everywhere. The derivative in b, a^b log a, is 0 at
/// a = 0 for b >= 0, and NaN for a negative a, where a^b is defined at single points only. At infinities the
/// derivatives are limits: 0 where a^(b-1), or a^b, is 0.
Var pow(Var base, Var exponent);
Var pow(Var base, Real exponent);
Var pow(Real base, Var exponent);

/// The smaller or the larger of the two; NaN if either is. Where a = b each receives half of the gradient.
Var minimum(Var a, Var b);
Var minimum(Var a, Real b);
Var minimum(Real a, Var b);
Var maximum(Var a, Var b);
Var maximum(Var a, Real b);
Var maximum(Real a, Var b);
/// min(max(x, lo), hi), with derivative 1 on the closed interval [lo, hi] and 0 outside. Throws
/// std::invalid_argument unless lo <= hi.
Var clamp(Var x, Real lo, Real hi);
/// a where the condition is not 0, else b; all three broadcast. The side that is not chosen receives no
/// gradient, not even 0 times an infinite derivative, so a NaN or infinity there does no harm. The condition
/// receives none either.
Var where(Var condition, Var a, Var b);
Var where(const Tensor& condition, Var a, Var b);

// ---- reductions, over all elements or over some axes: sum(x), sum(x, -1), sum(x, {0, 2}, true) -----------
// The reduced axes disappear, or stay with extent 1 if keepdims is true. An axis that is out of range or
// listed twice throws std::invalid_argument. Over no axes, {}, every element is reduced by itself.

Var sum(Var x);  ///< Σ x_i; 0 if there are no elements
Var sum(Var x, const AxisList& axes, bool keepdims = false);
Var mean(Var x);  ///< Σ x_i / n; NaN if there are no elements
Var mean(Var x, const AxisList& axes, bool keepdims = false);
Var variance(Var x);  ///< Σ (x_i - mean)² / n, of the population (n, not n - 1); NaN if there are no elements
Var variance(Var x, const AxisList& axes, bool keepdims = false);
/// The largest x_i; NaN if any x_i is. All x_i that attain it share the gradient equally. Throws
/// std::invalid_argument if there are no elements.
Var max(Var x);
Var max(Var x, const AxisList& axes, bool keepdims = false);
Var min(Var x);  ///< the smallest, likewise
Var min(Var x, const AxisList& axes, bool keepdims = false);
/// sqrt(Σ x_i²), the Euclidean norm, without overflow or underflow of the squares. Its gradient is x / norm;
/// at x = 0 it is taken as 0, and infinite elements take all of it. 0 if there are no elements.
Var norm(Var x);
Var norm(Var x, const AxisList& axes, bool keepdims = false);
/// Σ x_i² as one record. The squares may overflow, where norm does not. Its gradient is 2 x.
Var squared_norm(Var x);
Var squared_norm(Var x, const AxisList& axes, bool keepdims = false);
/// Π x_i; 1 if there are no elements. Nothing overflows or underflows on the way. The gradient is the product
/// of the others, at zeros too.
Var prod(Var x);
Var prod(Var x, const AxisList& axes, bool keepdims = false);
/// The sums of the first 1, 2, … elements along one axis, y_j = Σ_{k≤j} x_k, in the shape of x; the error of
/// each is a few units of rounding of Σ |x_k|, however many there are.
Var cumsum(Var x, int axis = -1);
/// log Σ e^x_i, without overflow; -inf, with gradient 0, if all x_i are -inf or there are none. It and the
/// two below have their limits at infinities: one x_i = inf outweighs all finite ones, and several share
/// equally.
Var logsumexp(Var x);
Var logsumexp(Var x, const AxisList& axes, bool keepdims = false);
Var softmax(Var x);  ///< e^x_i / Σ e^x_k, in the shape of x; NaN where all x_k are -inf
Var softmax(Var x, const AxisList& axes);
Var log_softmax(Var x);  ///< x_i - log Σ e^x_k, in the shape of x; NaN where all x_k are -inf
Var log_softmax(Var x, const AxisList& axes);

// ---- matrix product --------------------------------------------------------------------------------------

/// [m,k] x [k,n] -> [m,n]: y_ij = Σ_p a_ip b_pj. Leading axes are a stack of matrices and broadcast by
/// NumPy's rules: [t,1,m,k] x [b,k,n] -> [t,b,m,n]. Throws std::invalid_argument for an operand of fewer than
/// two axes, or if the inner dimensions or the stacks do not fit.
Var matmul(Var a, Var b);
Var dot(Var a, Var b);  ///< [n] · [n] -> []: Σ a_i b_i

/// f(x W + b) for x [m,k], W [k,n], b [n]: a layer as one record. x may be given in parts [m,k_1], [m,k_2], …
/// that stand side by side; parts that are constants then cost no adjoint.
enum class Activation { identity, tanh, sigmoid };
Var affine(std::span<const Var> parts, Var weight, Var bias, Activation f = Activation::identity);
inline Var affine(Var x, Var weight, Var bias, Activation f = Activation::identity) {
  return affine(std::span<const Var>(&x, 1), weight, bias, f);
}

// ---- shapes ----------------------------------------------------------------------------------------------

Var reshape(Var x, const Shape& shape);       ///< the same elements in row-major order; no copy
Var permute(Var x, const AxisList& order);    ///< axis i of the result is axis order_i of x; lists every axis
Var transpose(Var x);                         ///< swaps the last two axes
Var broadcast_to(Var x, const Shape& shape);  ///< repeats x along new and stretched axes, by NumPy's rules
/// Indices begin … end-1 of one axis. No copy is made if only extents of 1 stand before that axis.
Var slice(Var x, int axis, Index begin, Index end);
Var concat(std::span<const Var> parts, int axis);  ///< the parts one after another along one axis
inline Var concat(std::initializer_list<Var> parts, int axis) {
  return concat(std::span<const Var>(parts.begin(), parts.size()), axis);
}
/// Parts of equal shape along a new axis: slice i along it is part i.
Var stack(std::span<const Var> parts, int axis);
inline Var stack(std::initializer_list<Var> parts, int axis) {
  return stack(std::span<const Var>(parts.begin(), parts.size()), axis);
}
/// x cut along one axis into parts of these sizes, which must add up to the axis's extent: concat undoes it.
std::vector<Var> split(Var x, std::span<const Index> sizes, int axis);
inline std::vector<Var> split(Var x, std::initializer_list<Index> sizes, int axis) {
  return split(x, std::span<const Index>(sizes.begin(), sizes.size()), axis);
}
/// Part i of n equal parts. Throws std::invalid_argument unless n divides the extent.
Var equal_part(Var x, Index i, Index n, int axis);
/// All n equal parts, without a heap allocation: auto [mean, log_scale] = split<2>(x, -1).
template <std::size_t n>
std::array<Var, n> split(Var x, int axis) {
  std::array<Var, n> parts;
  for (std::size_t i = 0; i < n; ++i)
    parts[i] = equal_part(x, static_cast<Index>(i), static_cast<Index>(n), axis);
  return parts;
}

// ---- indices ---------------------------------------------------------------------------------------------
// An index out of range throws std::invalid_argument.

/// Picks one element along the last axis: y_i = x(i, indices_i), where i runs over all leading axes. The
/// shape is x.shape() without its last axis. Throws std::invalid_argument for a wrong number of indices.
Var gather(Var x, std::span<const Index> indices);
/// The slices of one axis with these indices, in this order; an index may be repeated.
Var take(Var x, std::span<const Index> indices, int axis = 0);
/// Row b has a 1 in column indices_b: a constant of shape [indices.size(), depth].
Var one_hot(Tape& tape, std::span<const Index> indices, Index depth);

// ---- linear algebra, of one matrix or of a stack of them on leading axes ---------------------------------

/// The lower factor L of a symmetric positive definite A = L Lᵀ, [n,n] -> [n,n]. Only A's lower triangle is
/// read, and only it receives a gradient: ∂/∂A_ij for i > j counts both A_ij and A_ji, and is 0 for i < j.
/// Throws std::domain_error naming the pivot if A is not positive definite. I. Murray, "Differentiation of
/// the Cholesky decomposition" (2016), arXiv 1602.07527.
Var cholesky(Var a);
enum class Triangle { lower, upper };
/// The solution X of T X = B, or of Tᵀ X = B if `transposed`, by substitution: [n,n], [n,m] -> [n,m]; stacks
/// broadcast. Only the given triangle of T is read and receives a gradient. A zero on the diagonal divides by
/// zero.
Var solve_triangular(Var t, Var b, Triangle triangle = Triangle::lower, bool transposed = false);
/// T B, or Tᵀ B if `transposed`, for a triangular T: [n,n] x [n,m] -> [n,m]; stacks broadcast. Only the given
/// triangle of T is read and receives a gradient, with about half the work of matmul.
Var triangular_matmul(Var t, Var b, Triangle triangle = Triangle::lower, bool transposed = false);
/// log det A = 2 Σ log L_ii from the factor L = cholesky(A): [n,n] -> [].
Var log_det_from_cholesky(Var l);

// ---- gradients -------------------------------------------------------------------------------------------

Var stop_gradient(Var x);  ///< the value of x as a constant
/// The value of the first operand; the whole gradient goes to the second, which has the same shape, as if the
/// result were its value: the straight-through estimator. Y. Bengio, N. Léonard & A. Courville (2013), arXiv
/// 1308.3432.
Var straight_through(Var value, Var surrogate);

}  // namespace doxa
