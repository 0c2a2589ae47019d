// Included by instruction_set.inl, inside the namespace of one instruction set.

namespace unary {
#define DOXA_UNARY(name, value, dx)                                                         \
  void name##_value(Index n, const Real* xs, Real* ys) {                                    \
    for (Index i = 0; i < n; ++i) {                                                         \
      const Real x = xs[i];                                                                 \
      ys[i] = value;                                                                        \
    }                                                                                       \
  }                                                                                         \
  void name##_adjoint(Index n, const Real* xs, const Real* ys, const Real* gs, Real* dxs) { \
    DOXA_SIMD                                                                               \
    for (Index i = 0; i < n; ++i) {                                                         \
      [[maybe_unused]] const Real x = xs[i], y = ys[i];                                     \
      const Real g = gs[i];                                                                 \
      dxs[i] += dx;                                                                         \
    }                                                                                       \
  }
#define DOXA_BINARY(name, value, da, db)
#include "doxa/autograd/kernels/derivatives.def"
#undef DOXA_UNARY
#undef DOXA_BINARY
}  // namespace unary

namespace binary {
// The strides are compile-time constants inside each loop, so that every broadcasting pattern is a vector loop.
template <Index sa, Index sb, class F>
inline void each(Index n, const Real* a, const Real* b, Real* y, F f) {
  for (Index i = 0; i < n; ++i) y[i] = f(a[i * sa], b[i * sb]);
}

template <Index sa, Index sb, Index sd, class F>
inline void each_adjoint(Index n, const Real* a, const Real* b, const Real* y, const Real* g, Real* d, F f) {
  if constexpr (sd == 1) {
    DOXA_SIMD
    for (Index i = 0; i < n; ++i) d[i] += f(a[i * sa], b[i * sb], y[i], g[i]);
  } else {
    Real sum = 0;
    DOXA_SIMD_SUM(sum)
    for (Index i = 0; i < n; ++i) sum += f(a[i * sa], b[i * sb], y[i], g[i]);
    *d += sum;
  }
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
  for (Index i = 0; i < n; ++i) y[i] = scale * x[i] + shift;
}

void add_scaled(Index n, Real scale, const Real* x, Real* y) {
  DOXA_SIMD
  for (Index i = 0; i < n; ++i) y[i] += scale * x[i];
}

void add_constant(Index n, Real c, Real* y) {
  for (Index i = 0; i < n; ++i) y[i] += c;
}

Real sum(Index n, const Real* x) {
  Real total = 0;
  DOXA_SIMD_SUM(total)
  for (Index i = 0; i < n; ++i) total += x[i];
  return total;
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
  Real total = 0;
  DOXA_SIMD_SUM(total)
  for (Index i = 0; i < n; ++i) total += exp(x[i] - shift);
  return total;
}

void softmax_add(Index n, const Real* x, Real lse, Real g, Real* dx) {
  DOXA_SIMD
  for (Index i = 0; i < n; ++i) dx[i] += g * exp(x[i] - lse);
}

void adam(Index n, const Kernels::Adam& step, Real* gradient, Real* mean, Real* variance, Real* value) {
  const Kernels::Adam s = step;
  DOXA_SIMD
  for (Index i = 0; i < n; ++i) {
    const Real g = s.gradient_scale * gradient[i];
    mean[i] += (1 - s.decay1) * (g - mean[i]);
    variance[i] += (1 - s.decay2) * (g * g - variance[i]);
    value[i] -= s.rate * mean[i] / (sqrt(variance[i] * s.variance_scale) + s.epsilon);
    gradient[i] = 0;
  }
}
