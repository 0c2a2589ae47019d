// Included by kernels.inl, inside the namespace of one instruction set.

namespace unary {
// For functions of an angle: vector code if all angles are within the limit, otherwise one by one.
template <class F, class... Operands>
DOXA_INLINE void assign_angles(Index n, Real* y, F f, const Real* x, const Operands*... more) {
  bool far = false;
  for (Index i = 0; i < n; ++i) far |= !(abs(x[i]) <= trigonometric_limit);
  if (!far) return assign(n, y, f, x, more...);
  for (Index i = 0; i < n; ++i)
    y[i] = abs(x[i]) <= trigonometric_limit ? f(x[i], more[i]...) : f(Far{x[i]}, more[i]...);
}

#define DOXA_UNARY(name, value, dx)                                                           \
  void name##_value(Index n, const Real* xs, Real* ys) {                                      \
    assign(n, ys, [](Real x) -> Real { return value; }, xs);                                  \
  }                                                                                           \
  void name##_adjoint(Index n, const Real* xs, const Real* ys, const Real* gs, Real* dxs) {   \
    assign(                                                                                   \
        n, dxs,                                                                               \
        []([[maybe_unused]] Real x, [[maybe_unused]] Real y, Real g, Real d) -> Real {        \
          return d + reached(g, dx);                                                          \
        },                                                                                    \
        xs, ys, gs, dxs);                                                                     \
  }                                                                                           \
  void name##_product(Index n, const Real* xs, const Real* ys, const Real* gs, Real* to) {    \
    assign(                                                                                   \
        n, to,                                                                                \
        []([[maybe_unused]] Real x, [[maybe_unused]] Real y, Real g) -> Real {                \
          return reached(g, dx);                                                              \
        },                                                                                    \
        xs, ys, gs);                                                                          \
  }
#define DOXA_ANGLE(name, value, dx)                                                                              \
  void name##_value(Index n, const Real* xs, Real* ys) {                                                         \
    assign_angles(n, ys, [](auto x) -> Real { return value; }, xs);                                              \
  }                                                                                                              \
  void name##_adjoint(Index n, const Real* xs, const Real*, const Real* gs, Real* dxs) {                         \
    assign_angles(n, dxs, [](auto x, Real g, Real d) -> Real { return d + reached(g, dx); }, xs, gs, dxs);       \
  }                                                                                                              \
  void name##_product(Index n, const Real* xs, const Real*, const Real* gs, Real* to) {                          \
    assign_angles(n, to, [](auto x, Real g) -> Real { return reached(g, dx); }, xs, gs);                         \
  }
#define DOXA_BINARY(name, value, da, db)
#include "doxa/autograd/kernels/derivatives.def"
#undef DOXA_UNARY
#undef DOXA_BINARY
}  // namespace unary

namespace binary {
// The strides sa and sb are 1, or 0 for one value that stands for all. They are compile-time constants in
// each loop, so that all four combinations become vector code.
template <Index sa, Index sb, class F>
DOXA_INLINE void each(Index n, const Real* a, const Real* b, Real* y, F f) {
  if constexpr (sa && sb)
    for_each_in_halves(n, [=](Index i) { y[i] = f(a[i], b[i]); });
  else if constexpr (sa)
    assign(n, y, [f, b_0 = *b](Real a_i) { return f(a_i, b_0); }, a);
  else if constexpr (sb)
    assign(n, y, [f, a_0 = *a](Real b_i) { return f(a_0, b_i); }, b);
  else
    assign(n, y, [y_0 = f(*a, *b)]() { return y_0; });
}

// Calls combine(term, x, …) with the arrays x of which term is a function.
template <Index sa, Index sb, class F, class Combine>
DOXA_INLINE void with_operands(const Real* a, const Real* b, const Real* y, const Real* g, F f, Combine combine) {
  if constexpr (sa && sb)
    combine([f](Real y_i, Real g_i, Real a_i, Real b_i) { return reached(g_i, f(a_i, b_i, y_i, g_i)); }, y, g, a, b);
  else if constexpr (sa)
    combine([f, b_0 = *b](Real y_i, Real g_i, Real a_i) { return reached(g_i, f(a_i, b_0, y_i, g_i)); }, y, g, a);
  else if constexpr (sb)
    combine([f, a_0 = *a](Real y_i, Real g_i, Real b_i) { return reached(g_i, f(a_0, b_i, y_i, g_i)); }, y, g, b);
  else
    combine([f, a_0 = *a, b_0 = *b](Real y_i, Real g_i) { return reached(g_i, f(a_0, b_0, y_i, g_i)); }, y, g);
}

template <bool of_a, Index sa, Index sb, class F>
DOXA_INLINE void each_adjoint(Index n, const Real* a, const Real* b, const Real* y, const Real* g, Real* d, F f) {
  with_operands<sa, sb>(a, b, y, g, f, [=](auto term, auto... x) {
    if constexpr (of_a ? sa : sb)
      assign(n, d, [term](Real d_i, auto... x_i) { return d_i + term(x_i...); }, d, x...);
    else
      *d += sum_each(n, term, x...);
  });
}

template <class F>
DOXA_INLINE void value_of(Index n, const Real* a, Index sa, const Real* b, Index sb, Real* y, F f) {
  if (n == 0) return;
  if (sa && sb) return each<1, 1>(n, a, b, y, f);
  if (sa) return each<1, 0>(n, a, b, y, f);
  if (sb) return each<0, 1>(n, a, b, y, f);
  each<0, 0>(n, a, b, y, f);
}

// f is g times the derivative with respect to a, or to b.
template <bool of_a, class F>
DOXA_INLINE void adjoint_of(Index n, const Real* a, Index sa, const Real* b, Index sb, const Real* y, const Real* g,
                            Real* d, F f) {
  if (n == 0) return;
  if (sa && sb) return each_adjoint<of_a, 1, 1>(n, a, b, y, g, d, f);
  if (sa) return each_adjoint<of_a, 1, 0>(n, a, b, y, g, d, f);
  if (sb) return each_adjoint<of_a, 0, 1>(n, a, b, y, g, d, f);
  each_adjoint<of_a, 0, 0>(n, a, b, y, g, d, f);
}

template <bool add_a, bool add_b, class Fa, class Fb>
DOXA_INLINE void both_adjoints(Index n, const Real* a, const Real* b, const Real* y, const Real* g, Real* da, Real* db,
                               Fa fa, Fb fb) {
  for_each_in_halves(n, [=](Index i) {
    const Real a_i = a[i], b_i = b[i], y_i = y[i], g_i = g[i];
    const Real to_a = reached(g_i, fa(a_i, b_i, y_i, g_i)), to_b = reached(g_i, fb(a_i, b_i, y_i, g_i));
    da[i] = add_a ? da[i] + to_a : to_a;
    db[i] = add_b ? db[i] + to_b : to_b;
  });
}

template <class Fa, class Fb>
DOXA_INLINE void adjoints_of(Index n, const Real* a, const Real* b, const Real* y, const Real* g, Real* da, bool add_a,
                             Real* db, bool add_b, Fa fa, Fb fb) {
  if (add_a && add_b) return both_adjoints<true, true>(n, a, b, y, g, da, db, fa, fb);
  if (add_a) return both_adjoints<true, false>(n, a, b, y, g, da, db, fa, fb);
  if (add_b) return both_adjoints<false, true>(n, a, b, y, g, da, db, fa, fb);
  both_adjoints<false, false>(n, a, b, y, g, da, db, fa, fb);
}

#define DOXA_UNARY(name, value, dx)
#define DOXA_DERIVATIVE(formula)                                                                          \
  []([[maybe_unused]] Real a, [[maybe_unused]] Real b, [[maybe_unused]] Real y, Real g) -> Real { return formula; }
#define DOXA_ADJOINT(name, of_a, derivative)                                                                        \
  void name(Index n, const Real* as, Index sa, const Real* bs, Index sb, const Real* ys, const Real* gs, Real* d) { \
    adjoint_of<of_a>(n, as, sa, bs, sb, ys, gs, d, DOXA_DERIVATIVE(derivative));                                    \
  }
#define DOXA_BINARY(name, value, da, db)                                                                      \
  void name##_value(Index n, const Real* as, Index sa, const Real* bs, Index sb, Real* ys) {                  \
    value_of(n, as, sa, bs, sb, ys, [](Real a, Real b) -> Real { return value; });                            \
  }                                                                                                           \
  DOXA_ADJOINT(name##_adjoint_a, true, da)                                                                    \
  DOXA_ADJOINT(name##_adjoint_b, false, db)                                                                   \
  void name##_adjoints(Index n, const Real* as, const Real* bs, const Real* ys, const Real* gs, Real* to_a,   \
                       bool add_a, Real* to_b, bool add_b) {                                                  \
    adjoints_of(n, as, bs, ys, gs, to_a, add_a, to_b, add_b, DOXA_DERIVATIVE(da), DOXA_DERIVATIVE(db));       \
  }
#include "doxa/autograd/kernels/derivatives.def"
#undef DOXA_UNARY
#undef DOXA_BINARY
}  // namespace binary

void affine(Index n, Real scale, Real shift, const Real* x, Real* y) {
  assign(n, y, [=](Real x_i) { return scale * x_i + shift; }, x);
}

void add_scaled(Index n, Real scale, const Real* x, Real* y) {
  assign(n, y, [=](Real x_i, Real y_i) { return y_i + scale * x_i; }, x, y);
}

Real sum(Index n, const Real* x) {
  return sum_each(n, [](Real x_i) { return x_i; }, x);
}

void copy_rows(Index m, Index n, const Real* x, Index x_row, Real* y, Index y_row) {
  for (Index i = 0; i < m; ++i, x += x_row, y += y_row) for_each_in_halves(n, [=](Index j) { y[j] = x[j]; });
}

// For fewer columns than a vector holds: their sums stay in one register. Where whole rows fill it, each of
// its lanes adds up some of them.
void add_few_columns(Index m, Lane n, const Real* x, Index x_row, Real* y) {
  OneVector total = {};
  Index i = 0;
  if (const Index rows = lanes / n; x_row == n && rows * n == lanes) {
    for (; i + rows <= m; i += rows, x += lanes) {
      DOXA_SIMD
      for (Lane k = 0; k < static_cast<Lane>(lanes); ++k) total.at[k] += x[k];
    }
    for (Index half = lanes / 2; half >= n; half /= 2)
      for (Index k = 0; k < half; ++k) total.at[k] += total.at[k + half];
  }
  for (; i < m; ++i, x += x_row) {
    const OneVector row = padded(x, n);
    DOXA_SIMD
    for (Lane k = 0; k < static_cast<Lane>(lanes); ++k) total.at[k] += row.at[k];
  }
  assign(n, y, [](Real y_j, Real sum) { return y_j + sum; }, y, total.at);
}

template <Index columns>
DOXA_INLINE void add_columns(Index m, const Real* x, Index x_row, Real* y) {
  Real total[columns];
  for (Index k = 0; k < columns; ++k) total[k] = y[k];
  for (Index i = 0; i < m; ++i, x += x_row) {
    DOXA_SIMD
    for (Index k = 0; k < columns; ++k) total[k] += x[k];
  }
  for (Index k = 0; k < columns; ++k) y[k] = total[k];
}

void add_rows(Index m, Index n, const Real* x, Index x_row, Real* y, Index y_row) {
  if (m == 0) return;  // x may be null
  if (y_row == 0 && m > sum_block)
    return sum_of_blocks(m, sum_block, n, y, true, [=](Index j, Index rows, Index i, Index some, Real* part) {
      for (Index c = 0; c < some; ++c) part[c] = 0;
      add_rows(rows, some, x + j * x_row + i, x_row, part, 0);
    });
  if (y_row == 0 && n > 0 && n < lanes) return add_few_columns(m, static_cast<Lane>(n), x, x_row, y);
  if (y_row == 0) {
    for (; n >= 4 * lanes; n -= 4 * lanes, x += 4 * lanes, y += 4 * lanes) add_columns<4 * lanes>(m, x, x_row, y);
    for (; n >= lanes; n -= lanes, x += lanes, y += lanes) add_columns<lanes>(m, x, x_row, y);
    if (n == 0) return;
  }
  for (Index i = 0; i < m; ++i, x += x_row, y += y_row) for_each_in_halves(n, [=](Index j) { y[j] += x[j]; });
}

void bias_tanh(Index m, Index n, const Real* b, Real* y) {
  for (Index i = 0; i < m; ++i, y += n) assign(n, y, [](Real y_j, Real b_j) { return tanh(y_j + b_j); }, y, b);
}

void bias_sigmoid(Index m, Index n, const Real* b, Real* y) {
  for (Index i = 0; i < m; ++i, y += n) assign(n, y, [](Real y_j, Real b_j) { return sigmoid(y_j + b_j); }, y, b);
}

void multiply_add(Index n, const Real* a, const Real* b, const Real* c, Real* y) {
  for_each(n, [=](Index i) { y[i] = a[i] + b[i] * c[i]; });
}

void multiply_add_adjoint(Index n, const Real* b, const Real* c, const Real* g, Real* da, Real* db, Real* dc) {
  for_each(n, [=](Index i) { da[i] += g[i]; });
  for_each(n, [=](Index i) { db[i] += g[i] * reached(g[i], c[i]); });
  for_each(n, [=](Index i) { dc[i] += g[i] * reached(g[i], b[i]); });
}

// u = 4 (x - lo) / (hi - lo) - 2 lies between -2 and 2, which is to say that the first bit of its exponent is
// 0. If the bounds are infinite, u = 0 x is 0 or NaN.
bool all_between(Index n, Real lo, Real hi, const Real* x) {
  const bool finite = hi - lo < static_cast<Real>(__builtin_inf());
  const Real scale = finite ? 4 / (hi - lo) : 0, shift = finite ? -2 * (hi + lo) / (hi - lo) : 0;
  constexpr Index block = 4 * lanes;
  Bits<Real> of_block[block] = {}, bits = 0;
  const auto look = [&](Index first) {
    DOXA_SIMD
    for (Index k = 0; k < block; ++k) of_block[k] |= to_bits(scale * x[first + k] + shift);
  };
  if (n < block) {
    DOXA_PRAGMA(omp simd reduction(| : bits))
    for (Index i = 0; i < n; ++i) bits |= to_bits(scale * x[i] + shift);
  } else {
    for (Index i = 0; i < n - block; i += block) look(i);
    look(n - block);  // some of them for the second time
    DOXA_PRAGMA(omp simd reduction(| : bits))
    for (Index k = 0; k < block; ++k) bits |= of_block[k];
  }
  return (bits & to_bits(Real{2})) == 0;
}
