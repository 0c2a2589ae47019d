// Included by instruction_set.inl, inside the namespace of one instruction set: ops of several operands whose
// intermediate values never leave the registers.

// f(i) for i = 0 … n-1, for loops that write several arrays: whole vectors, and one by one what is left over.
template <class F>
DOXA_INLINE void for_each(Index n, F f) {
  const Index whole = n & -lanes;
  DOXA_SIMD
  for (Index i = 0; i < whole; ++i) f(i);
  for (Index i = whole; i < n; ++i) f(i);
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
  for_each(n, [=](Index i) { db[i] += g[i] * c[i]; });
  for_each(n, [=](Index i) { dc[i] += g[i] * b[i]; });
}

// -z²/2 - l - log(2π)/2 with z = (x - m) / s
void normal_log_prob(Index n, const Real* x, const Real* m, const Real* s, const Real* l, Real* y) {
  constexpr Real half_log_2pi = static_cast<Real>(0.91893853320467274178);
  for_each(n, [=](Index i) {
    const Real z = (x[i] - m[i]) / s[i];
    y[i] = -(z * z / 2) - l[i] - half_log_2pi;
  });
}

// d/dx = -z/s,  d/dm = z/s,  d/ds = z²/s,  d/dl = -1
void normal_log_prob_adjoint(Index n, const Real* x, const Real* m, const Real* s, const Real* g, Real* dx, Real* dm,
                             Real* ds, Real* dl) {
  for_each(n, [=](Index i) {
    const Real z = (x[i] - m[i]) / s[i], gz = g[i] * z / s[i];
    dx[i] -= gz;
    dm[i] += gz;
    ds[i] += gz * z;
    dl[i] -= g[i];
  });
}

//! [normal-kl]
// e = (qs/ps)² - 1, to the last digits where the scales are nearly equal.
DOXA_INLINE Real variance_excess(Real qs, Real ps_inverse, Real ps) {
  const Real t = (qs - ps) * ps_inverse;
  return t * (t + 2);
}

// (e - log(1 + e) + d²) / 2 with d = (qm - pm) / ps. Near e = 0 the difference cancels; there, with s = e / (2 + e),
// e - log(1 + e) = e s - s³ (2/3 + 2/5 s² + …). Elsewhere log(1 + e) = 2 (ql - pl).
void normal_kl(Index n, const Kernels::NormalPair& v, Real* y) {
  const Real *qm = v.q_loc, *qs = v.q_scale, *ql = v.q_log_scale, *pm = v.p_loc, *ps = v.p_scale, *pl = v.p_log_scale;
  for_each(n, [=](Index i) {
    const Real inverse = 1 / ps[i], d = (qm[i] - pm[i]) * inverse, e = variance_excess(qs[i], inverse, ps[i]);
    const bool near = (e > Real(-0.28)) & (e < Real(0.4));
    const Real f = select(near, e, Real{0}), s = f / (2 + f), z = s * s;
    const Real series = f * s - s * z * log_series(z), difference = e - 2 * (ql[i] - pl[i]);
    y[i] = (select(near, series, difference) + d * d) / 2;
  });
}
//! [normal-kl]

// d/dqm = -d/dpm = d/ps,  d/dql = e,  d/dpl = -(e + d²): a scale has its derivative through its logarithm alone, where
// nothing cancels.
void normal_kl_adjoint(Index n, const Kernels::NormalPair& v, const Real* g, const Kernels::NormalPairAdjoints& to) {
  const Real *qm = v.q_loc, *qs = v.q_scale, *pm = v.p_loc, *ps = v.p_scale;
  Real *dqm = to.q_loc, *dql = to.q_log_scale, *dpm = to.p_loc, *dpl = to.p_log_scale;
  for_each(n, [=](Index i) {
    const Real inverse = 1 / ps[i], d = (qm[i] - pm[i]) * inverse, e = variance_excess(qs[i], inverse, ps[i]);
    const Real along = g[i] * inverse * d;
    dqm[i] += along;
    dpm[i] -= along;
    dql[i] += g[i] * e;
    dpl[i] -= g[i] * (e + d * d);
  });
}

// h' = n + u (h - n): see models/nn/gru.h. The adjoint needs r, u, n and s_n, the last third of s: `gates`.
void gru(Index m, Index w, const Real* x, const Real* s, const Real* h, Real* gates, Real* y) {
  for (Index row = 0; row < m; ++row, x += 3 * w, s += 3 * w, gates += 4 * w, h += w, y += w) {
    Real *r = gates, *u = gates + w, *n = gates + 2 * w, *s_n = gates + 3 * w;
    assign(2 * w, gates, [](Real a, Real b) { return sigmoid(a + b); }, x, s);
    assign(w, s_n, [](Real v) { return v; }, s + 2 * w);
    assign(w, n, [](Real a, Real reset, Real b) { return tanh(a + reset * b); }, x + 2 * w, r, s_n);
    assign(w, y, [](Real candidate, Real update, Real before) { return candidate + update * (before - candidate); }, n,
           u, h);
  }
}

void gru_adjoint(Index m, Index w, const Real* gates, const Real* h, const Real* g, Real* dx, Real* ds, Real* dh) {
  for (Index row = 0; row < m; ++row, gates += 4 * w, dx += 3 * w, ds += 3 * w, h += w, g += w, dh += w) {
    const Real *r = gates, *u = gates + w, *n = gates + 2 * w, *s_n = gates + 3 * w;
    for_each(w, [=](Index i) {
      const Real dn = g[i] * (1 - u[i]) * (1 - n[i] * n[i]);
      const Real du = g[i] * (h[i] - n[i]) * (u[i] * (1 - u[i]));
      const Real dr = dn * s_n[i] * (r[i] * (1 - r[i]));
      dh[i] += g[i] * u[i];
      dx[i] = dr;
      ds[i] = dr;
      dx[w + i] = du;
      ds[w + i] = du;
      dx[2 * w + i] = dn;
      ds[2 * w + i] = dn * r[i];
    });
  }
}
