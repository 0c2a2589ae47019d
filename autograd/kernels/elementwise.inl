// Included by instruction_set.inl, inside the namespace of one instruction set.

constexpr Index lanes = DOXA_VECTOR_BYTES / static_cast<Index>(sizeof(Real));
using Lane = std::conditional_t<sizeof(Real) == 8, std::int64_t, std::int32_t>;  // as wide as Real, for masks

// f(i) for i = 0 … n-1: whole vectors, and what is left over as one masked vector, because short arrays are the
// rule on a tape.
template <class F>
DOXA_INLINE void for_each(Index n, F f) {
  const Index whole = n & -lanes;
  DOXA_SIMD
  for (Index i = 0; i < whole; ++i) f(i);
  const Lane rest = static_cast<Lane>(n - whole);
  if (rest == 0) return;
  DOXA_SIMD
  for (Lane j = 0; j < static_cast<Lane>(lanes); ++j)
    if (j < rest) f(whole + static_cast<Index>(j));
}

// Σ f(i)
template <class F>
DOXA_INLINE Real sum_each(Index n, F f) {
  const Index whole = n & -lanes;
  Real total = 0;
  DOXA_SIMD_SUM(total)
  for (Index i = 0; i < whole; ++i) total += f(i);
  const Lane rest = static_cast<Lane>(n - whole);
  if (rest == 0) return total;
  DOXA_SIMD_SUM(total)
  for (Lane j = 0; j < static_cast<Lane>(lanes); ++j) {
    Real term = 0;
    if (j < rest) term = f(whole + static_cast<Index>(j));
    total += term;
  }
  return total;
}

// What g adds to an operand's adjoint: where the loss does not depend on y (g = 0), nothing, though the derivative
// be infinite or NaN. It is what keeps the branch that `where` did not take out of the gradient.
DOXA_INLINE Real reached(Real g, Real term) { return select(g != 0, term, Real{0}); }

namespace unary {
// Functions of an angle: where all are within the limit, vector code; else one by one.
template <class F>
DOXA_INLINE void each_angle(Index n, const Real* xs, F f) {
  bool far = false;
  for (Index i = 0; i < n; ++i) far |= !(abs(xs[i]) <= trigonometric_limit);
  if (!far) return for_each(n, [=](Index i) { f(i, xs[i]); });
  for (Index i = 0; i < n; ++i)
    if (abs(xs[i]) <= trigonometric_limit)
      f(i, xs[i]);
    else
      f(i, Far{xs[i]});
}

#define DOXA_UNARY(name, value, dx)                                                         \
  void name##_value(Index n, const Real* xs, Real* ys) {                                    \
    for_each(n, [=](Index i) {                                                              \
      const Real x = xs[i];                                                                 \
      ys[i] = value;                                                                        \
    });                                                                                     \
  }                                                                                         \
  void name##_adjoint(Index n, const Real* xs, const Real* ys, const Real* gs, Real* dxs) { \
    for_each(n, [=](Index i) {                                                              \
      [[maybe_unused]] const Real x = xs[i], y = ys[i];                                     \
      const Real g = gs[i];                                                                 \
      dxs[i] += reached(g, dx);                                                                         \
    });                                                                                     \
  }
#define DOXA_ANGLE(name, value, dx)                                                       \
  void name##_value(Index n, const Real* xs, Real* ys) {                                  \
    each_angle(n, xs, [=](Index i, auto x) { ys[i] = value; });                           \
  }                                                                                       \
  void name##_adjoint(Index n, const Real* xs, const Real*, const Real* gs, Real* dxs) {  \
    each_angle(n, xs, [=](Index i, auto x) {                                              \
      const Real g = gs[i];                                                               \
      dxs[i] += reached(g, dx);                                                                       \
    });                                                                                   \
  }
#define DOXA_BINARY(name, value, da, db)
#include "doxa/autograd/kernels/derivatives.def"
#undef DOXA_UNARY
#undef DOXA_BINARY
}  // namespace unary

namespace binary {
// The strides are compile-time constants inside each loop, so that every broadcasting pattern is a vector loop.
template <Index sa, Index sb, class F>
DOXA_INLINE void each(Index n, const Real* a, const Real* b, Real* y, F f) {
  for_each(n, [=](Index i) { y[i] = f(a[i * sa], b[i * sb]); });
}

template <Index sa, Index sb, Index sd, class F>
DOXA_INLINE void each_adjoint(Index n, const Real* a, const Real* b, const Real* y, const Real* g, Real* d, F f) {
  if constexpr (sd == 1)
    for_each(n, [=](Index i) { d[i] += reached(g[i], f(a[i * sa], b[i * sb], y[i], g[i])); });
  else
    *d += sum_each(n, [=](Index i) { return reached(g[i], f(a[i * sa], b[i * sb], y[i], g[i])); });
}

#define DOXA_UNARY(name, value, dx)
#define DOXA_BINARY(name, value, da, db)                                                                        \
  void name##_value(Index n, const Real* as, Index sa, const Real* bs, Index sb, Real* y) {                     \
    const auto f = [](Real a, Real b) { return value; };                                                        \
    if (sa && sb) return each<1, 1>(n, as, bs, y, f);                                                           \
    if (sa) return each<1, 0>(n, as, bs, y, f);                                                                 \
    if (sb) return each<0, 1>(n, as, bs, y, f);                                                                 \
    each<0, 0>(n, as, bs, y, f);                                                                                \
  }                                                                                                             \
  void name##_adjoint_a(Index n, const Real* as, Index sa, const Real* bs, Index sb, const Real* ys,            \
                        const Real* gs, Real* d) {                                                              \
    const auto f = []([[maybe_unused]] Real a, [[maybe_unused]] Real b, [[maybe_unused]] Real y, Real g) {      \
      return da;                                                                                                \
    };                                                                                                          \
    if (sa && sb) return each_adjoint<1, 1, 1>(n, as, bs, ys, gs, d, f);                                        \
    if (sa) return each_adjoint<1, 0, 1>(n, as, bs, ys, gs, d, f);                                              \
    if (sb) return each_adjoint<0, 1, 0>(n, as, bs, ys, gs, d, f);                                              \
    each_adjoint<0, 0, 0>(n, as, bs, ys, gs, d, f);                                                             \
  }                                                                                                             \
  void name##_adjoint_b(Index n, const Real* as, Index sa, const Real* bs, Index sb, const Real* ys,            \
                        const Real* gs, Real* d) {                                                              \
    const auto f = []([[maybe_unused]] Real a, [[maybe_unused]] Real b, [[maybe_unused]] Real y, Real g) {      \
      return db;                                                                                                \
    };                                                                                                          \
    if (sa && sb) return each_adjoint<1, 1, 1>(n, as, bs, ys, gs, d, f);                                        \
    if (sa) return each_adjoint<1, 0, 0>(n, as, bs, ys, gs, d, f);                                              \
    if (sb) return each_adjoint<0, 1, 1>(n, as, bs, ys, gs, d, f);                                              \
    each_adjoint<0, 0, 0>(n, as, bs, ys, gs, d, f);                                                             \
  }
#include "doxa/autograd/kernels/derivatives.def"
#undef DOXA_UNARY
#undef DOXA_BINARY
}  // namespace binary

void affine(Index n, Real scale, Real shift, const Real* x, Real* y) {
  for_each(n, [=](Index i) { y[i] = scale * x[i] + shift; });
}

void add_scaled(Index n, Real scale, const Real* x, Real* y) {
  for_each(n, [=](Index i) { y[i] += scale * x[i]; });
}

void add_constant(Index n, Real c, Real* y) {
  for_each(n, [=](Index i) { y[i] += c; });
}

Real sum(Index n, const Real* x) {
  return sum_each(n, [=](Index i) { return x[i]; });
}

Real maximum(Index n, const Real* x) {
  Real largest = -static_cast<Real>(__builtin_inf());
  for (Index i = 0; i < n; ++i) {
    if (x[i] != x[i]) return x[i];
    largest = x[i] > largest ? x[i] : largest;
  }
  return largest;
}

Real sum_exp(Index n, const Real* x, Real shift) {
  return sum_each(n, [=](Index i) { return exp(x[i] - shift); });
}

void softmax_add(Index n, const Real* x, Real lse, Real g, Real* dx) {
  for_each(n, [=](Index i) { dx[i] += g * exp(x[i] - lse); });
}

void adam(Index n, const Kernels::Adam& step, Real* gradient, Real* mean, Real* variance, Real* value) {
  const Kernels::Adam s = step;
  for_each(n, [=](Index i) {
    const Real g = s.gradient_scale * gradient[i];
    mean[i] += (1 - s.decay1) * (g - mean[i]);
    variance[i] += (1 - s.decay2) * (g * g - variance[i]);
    value[i] -= s.rate * mean[i] / (sqrt(variance[i] * s.variance_scale) + s.epsilon);
    gradient[i] = 0;
  });
}
