// The loops of the GRU and LSTM cells and of Adam for one instruction set, compiled by doxa_kernels
// (.cmake/DoxaKernels.cmake).

#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/loops.inl"
#include "doxa/models/nn/kernels/nn_kernels.h"

namespace doxa {
namespace {

using namespace elementary;

// h' = n + u (h - n): see models/nn/gru.h. `gates` holds what the adjoint needs: r, u, n, and the last third
// of s.
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
      const auto at = [=](const Real* x) { return reached(g[i], x[i]); };
      const Real r_i = at(r), u_i = at(u), n_i = at(n);
      const Real dn = g[i] * (1 - u_i) * (1 - n_i * n_i);
      const Real du = g[i] * (at(h) - n_i) * (u_i * (1 - u_i));
      const Real dr = dn * at(s_n) * (r_i * (1 - r_i));
      dh[i] += g[i] * u_i;
      dx[i] = dr;
      ds[i] = dr;
      dx[w + i] = du;
      ds[w + i] = du;
      dx[2 * w + i] = dn;
      ds[2 * w + i] = dn * r_i;
    });
  }
}

// c' = f c + i g, h' = o tanh c': see models/nn/lstm.h. `gates` holds i, f, g, o and tanh c'.
void lstm(Index m, Index w, const Real* z, const Real* b_x, const Real* b_h, const Real* c, Real* gates, Real* y,
          Real* y_c) {
  for (Index row = 0; row < m; ++row, z += 4 * w, c += w, gates += 5 * w, y += w, y_c += w) {
    Real *i = gates, *f = gates + w, *g = gates + 2 * w, *o = gates + 3 * w, *t = gates + 4 * w;
    assign(2 * w, gates, [](Real v, Real a, Real b) { return sigmoid(v + (a + b)); }, z, b_x, b_h);
    assign(w, g, [](Real v, Real a, Real b) { return tanh(v + (a + b)); }, z + 2 * w, b_x + 2 * w, b_h + 2 * w);
    assign(w, o, [](Real v, Real a, Real b) { return sigmoid(v + (a + b)); }, z + 3 * w, b_x + 3 * w, b_h + 3 * w);
    assign(w, y_c, [](Real forget, Real before, Real in, Real candidate) { return forget * before + in * candidate; },
           f, c, i, g);
    assign(w, t, [](Real memory) { return tanh(memory); }, y_c);
    assign(w, y, [](Real out, Real squashed) { return out * squashed; }, o, t);
  }
}

void lstm_adjoint(Index m, Index w, const Real* gates, const Real* c, const Real* g, const Real* g_c, Real* dz,
                  Real* dc) {
  for (Index row = 0; row < m; ++row, gates += 5 * w, c += w, g += w, g_c += w, dz += 4 * w, dc += w) {
    const Real *in = gates, *forget = gates + w, *candidate = gates + 2 * w, *out = gates + 3 * w, *t = gates + 4 * w;
    for_each(w, [=](Index k) {
      const Real t_k = reached(g[k], t[k]), o_k = reached(g[k], out[k]);
      const Real d = g_c[k] + g[k] * o_k * (1 - t_k * t_k);  // the adjoint of c'
      const auto at = [=](const Real* x) { return reached(d, x[k]); };
      const Real i_k = at(in), f_k = at(forget), g_k = at(candidate);
      dz[k] = d * g_k * (i_k * (1 - i_k));
      dz[w + k] = d * at(c) * (f_k * (1 - f_k));
      dz[2 * w + k] = d * i_k * (1 - g_k * g_k);
      dz[3 * w + k] = g[k] * t_k * (o_k * (1 - o_k));
      dc[k] += d * f_k;
    });
  }
}

void adam(Index n, const NnKernels::Adam& step, Real* gradient, Real* mean, Real* variance, Real* value) {
  const NnKernels::Adam s = step;
  DOXA_SIMD
  for (Index i = 0; i < n; ++i) {
    const Real g = s.gradient_scale * gradient[i];
    mean[i] += (1 - s.decay1) * (g - mean[i]);
    variance[i] += (1 - s.decay2) * (g * g - variance[i]);
    value[i] -= s.rate * mean[i] / (sqrt(variance[i] * s.variance_scale) + s.epsilon);
    gradient[i] = 0;
  }
}

double sum_of_squares(Index n, const Real* x) {
  constexpr Index side_by_side = 32;
  double sums[side_by_side] = {};
  Index i = 0;
  for (; i + side_by_side <= n; i += side_by_side) {
    DOXA_SIMD
    for (Index k = 0; k < side_by_side; ++k)
      sums[k] += static_cast<double>(x[i + k]) * static_cast<double>(x[i + k]);
  }
  for (Index k = 0; i + k < n; ++k) sums[k] += static_cast<double>(x[i + k]) * static_cast<double>(x[i + k]);
  for (Index half = side_by_side / 2; half > 0; half /= 2)
    for (Index k = 0; k < half; ++k) sums[k] += sums[k + half];
  return sums[0];
}

}  // namespace

DOXA_KERNEL_TABLE(NnKernels, nn_kernels) = {
    .gru = gru,
    .gru_adjoint = gru_adjoint,
    .lstm = lstm,
    .lstm_adjoint = lstm_adjoint,
    .adam = adam,
    .sum_of_squares = sum_of_squares,
};

}  // namespace doxa
