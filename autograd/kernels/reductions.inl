// Included by instruction_set.inl, inside the namespace of one instruction set.
//
// Lanes that lie side by side (inner > 1) are folded row by row into the result; a lane that is contiguous memory
// (inner = 1) is folded in registers. Terms and actions are functions of the element's position k.

template <class Term>
inline void total(const Lanes& l, Real* y, Term term) {
  Index k = 0;
  for (Index o = 0; o < l.outer; ++o, y += l.inner) {
    if (l.inner == 1) {
      Real t = 0;
      DOXA_SIMD_SUM(t)
      for (Index j = 0; j < l.n; ++j) t += term(k + j);
      *y = t;
      k += l.n;
      continue;
    }
    for (Index i = 0; i < l.inner; ++i) y[i] = 0;
    for (Index j = 0; j < l.n; ++j, k += l.inner) {
      DOXA_SIMD
      for (Index i = 0; i < l.inner; ++i) y[i] += term(k + i);
    }
  }
}

// Calls f(k, c) with the number c of the element's lane.
template <class F>
inline void spread(const Lanes& l, const Real* c, F f) {
  Index k = 0;
  for (Index o = 0; o < l.outer; ++o, c += l.inner) {
    if (l.inner == 1) {
      const Real lane = *c;
      DOXA_SIMD
      for (Index j = 0; j < l.n; ++j) f(k + j, lane);
      k += l.n;
      continue;
    }
    for (Index j = 0; j < l.n; ++j, k += l.inner) {
      DOXA_SIMD
      for (Index i = 0; i < l.inner; ++i) f(k + i, c[i]);
    }
  }
}

// The largest of sign · x_j, times sign. A NaN is found by itself, since no comparison with it holds.
template <int sign>
inline void extremum(const Lanes& l, const Real* x, Real* y) {
  for (Index o = 0; o < l.outer; ++o, y += l.inner, x += l.n * l.inner) {
    if (l.inner == 1) {
      Real best = -static_cast<Real>(__builtin_inf()), nan = 0;
      DOXA_SIMD_MAX(best, nan)
      for (Index j = 0; j < l.n; ++j) {
        const Real v = sign * x[j];
        best = v > best ? v : best;
        nan = v == v ? nan : 1;
      }
      *y = nan > 0 ? static_cast<Real>(__builtin_nan("")) : sign * best;
      continue;
    }
    for (Index i = 0; i < l.inner; ++i) y[i] = -sign * static_cast<Real>(__builtin_inf());
    for (Index j = 0; j < l.n; ++j) {
      const Real* row = x + j * l.inner;
      DOXA_SIMD
      for (Index i = 0; i < l.inner; ++i) y[i] = (sign * row[i] > sign * y[i]) | (row[i] != row[i]) ? row[i] : y[i];
    }
  }
}

void lane_sum(const Lanes& l, const Real* x, Real* y) {
  total(l, y, [x](Index k) { return x[k]; });
}
void lane_dot(const Lanes& l, const Real* a, const Real* b, Real* y) {
  total(l, y, [a, b](Index k) { return a[k] * b[k]; });
}
void lane_max(const Lanes& l, const Real* x, Real* y) { extremum<1>(l, x, y); }
void lane_min(const Lanes& l, const Real* x, Real* y) { extremum<-1>(l, x, y); }

void lane_subtract(const Lanes& l, const Real* c, const Real* x, Real* y) {
  spread(l, c, [x, y](Index k, Real lane) { y[k] = x[k] - lane; });
}
void lane_scale(const Lanes& l, const Real* c, const Real* x, Real* y) {
  spread(l, c, [x, y](Index k, Real lane) { y[k] = lane * x[k]; });
}
void lane_add(const Lanes& l, Real scale, const Real* c, Real* y) {
  spread(l, c, [scale, y](Index k, Real lane) { y[k] += scale * lane; });
}
void lane_add_scaled(const Lanes& l, const Real* c, const Real* x, Real* y) {
  spread(l, c, [x, y](Index k, Real lane) { y[k] += lane * x[k]; });
}
void lane_add_deviation(const Lanes& l, const Real* c, const Real* w, const Real* x, Real* y) {
  spread(l, c, [w, x, y](Index k, Real lane) { y[k] += w[k] * (x[k] - lane); });
}
