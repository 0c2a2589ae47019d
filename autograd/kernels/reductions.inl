// Included by kernels.inl, inside the namespace of one instruction set.
//
// A fold joins the elements of a lane one after another. To fill vector registers it needs several
// independent chains:
//   inner > 1           the lanes themselves, which lie side by side
//   short lanes         a block of lanes
//   long lanes          parts of one lane, which are joined at the end
// A term is a function of the element's position k. join(a, b) must be associative up to rounding.

constexpr Index fold_lanes = 64 / static_cast<Index>(sizeof(Real)), short_lane = 32, fold_parts = 2 * fold_lanes;

template <class Term, class Join>
inline Real fold_long(Index n, Real start, Term term, Join join) {
  constexpr Index parts = fold_parts;
  Real total[parts];
  for (Index i = 0; i < parts; ++i) total[i] = start;
  Index k = 0;
  for (; k + parts <= n; k += parts) {
    DOXA_SIMD
    for (Index i = 0; i < parts; ++i) total[i] = join(total[i], term(k + i));
  }
  for (Index half = parts / 2; half > 0; half /= 2)
    for (Index i = 0; i < half; ++i) total[i] = join(total[i], total[half + i]);
  for (; k < n; ++k) total[0] = join(total[0], term(k));
  return total[0];
}

// Some of the lanes that lie side by side in rows of `inner` numbers.
template <class Term, class Join>
inline void fold_side_by_side(Index n, Index some, Index inner, Real start, Term term, Join join, Real* y) {
  for (Index i = 0; i < some; ++i) y[i] = start;
  for (Index j = 0; j < n; ++j) {
    DOXA_SIMD
    for (Index i = 0; i < some; ++i) y[i] = join(y[i], term(j * inner + i));
  }
}

// For a block of short lanes: each starts n elements after the one before.
template <class Term, class Join>
inline void fold_block(Index n, Real start, Term term, Join join, Real* y) {
  Real total[fold_lanes];
  for (Index i = 0; i < fold_lanes; ++i) total[i] = start;
  for (Index j = 0; j < n; ++j) {
    DOXA_SIMD
    for (Index i = 0; i < fold_lanes; ++i) total[i] = join(total[i], term(i * n + j));
  }
  for (Index i = 0; i < fold_lanes; ++i) y[i] = total[i];
}

// y = start joined with term(k) for all k of each lane.
template <class Term, class Join>
inline void fold(const Lanes& l, Real start, Real* y, Term term, Join join) {
  if (l.count() == 0) return;
  for (Index o = 0; o < l.outer;) {
    const Index first = o * l.n * l.inner;
    const auto from_here = [=](Index k) { return term(first + k); };
    if (l.inner > 1) {
      fold_side_by_side(l.n, l.inner, l.inner, start, from_here, join, y + o++ * l.inner);
    } else if (l.n <= short_lane && o + fold_lanes <= l.outer) {
      fold_block(l.n, start, from_here, join, y + o);
      o += fold_lanes;
    } else {
      y[o++] = fold_long(l.n, start, from_here, join);
    }
  }
}

// Calls f(k, c) for each element, c being the number of its lane.
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

struct Sum {
  Real operator()(Real a, Real b) const { return a + b; }
};

// The larger (sign = 1) or smaller (-1) of two numbers, or NaN if one is NaN.
template <int sign>
struct Extremum {
  static constexpr Real start = -sign * static_cast<Real>(__builtin_inf());
  Real operator()(Real a, Real b) const {
    const bool better = sign * b > sign * a, nan = b != b;
    return (better | nan) ? b : a;
  }
};

// y = Σ term(k) of each lane, in blocks (long_sum.h) if the lanes are long.
template <class Term>
inline void fold_sum(const Lanes& l, Real* y, Term term) {
  if (l.count() == 0) return;
  const Index block = l.inner > 1 ? sum_block : sum_block * fold_parts;
  if (l.n <= block) return fold(l, 0, y, term, Sum{});
  for (Index o = 0; o < l.outer; ++o, y += l.inner)
    sum_of_blocks(l.n, block, l.inner, y, false, [=](Index j, Index n, Index i, Index some, Real* part) {
      const Index first = (o * l.n + j) * l.inner + i;
      const auto from_here = [=](Index k) { return term(first + k); };
      if (l.inner > 1)
        fold_side_by_side(n, some, l.inner, 0, from_here, Sum{}, part);
      else
        *part = fold_long(n, 0, from_here, Sum{});
    });
}

void lane_sum(const Lanes& l, const Real* x, Real* y) {
  fold_sum(l, y, [x](Index k) { return x[k]; });
}
void lane_dot(const Lanes& l, const Real* a, const Real* b, Real* y) {
  fold_sum(l, y, [a, b](Index k) { return a[k] * b[k]; });
}
void lane_max(const Lanes& l, const Real* x, Real* y) {
  fold(l, Extremum<1>::start, y, [x](Index k) { return x[k]; }, Extremum<1>{});
}
void lane_min(const Lanes& l, const Real* x, Real* y) {
  fold(l, Extremum<-1>::start, y, [x](Index k) { return x[k]; }, Extremum<-1>{});
}

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
  spread(l, c, [x, y](Index k, Real lane) { y[k] += lane * reached(lane, x[k]); });
}
void lane_add_deviation(const Lanes& l, const Real* c, const Real* w, const Real* x, Real* y) {
  spread(l, c, [w, x, y](Index k, Real lane) {
    const Real deviation = x[k] - lane;
    y[k] += reached(deviation, w[k]) * deviation;
  });
}
