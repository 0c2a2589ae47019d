// The loops of a normal distribution for one instruction set, compiled by doxa_kernels
// (.cmake/DoxaKernels.cmake).

#include <limits>

#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/loops.inl"
#include "doxa/distributions/kernels/normal_kernels.h"

namespace doxa {
namespace {

using namespace elementary;

// -z²/2 - l - log(2π)/2 with z = (x - m) / s and l = log s
void log_prob(Index n, const Real* x, const Real* m, const Real* s, const Real* l, Real* y) {
  for_each(n, [=](Index i) {
    const Real z = (x[i] - m[i]) / s[i];
    y[i] = -(z * z / 2) - l[i] - half_log_2pi;
  });
}

// d/dx = -z/s,  d/dm = z/s,  d/ds = z²/s,  d/dl = -1
// The derivative with respect to l as the only parameter, z² - 1, is finite where the density is, but z²/s
// may overflow on its way through s = e^l < 1. If it is large, it goes to l at once, as z². Both factors of a
// product are selected: either may be infinite, and 0 times infinity is NaN.
constexpr Real large = static_cast<Real>(sizeof(Real) > 4 ? 0x1p512 : 0x1p64);

void log_prob_adjoint(Index n, const Real* x, const Real* m, const Real* s, const Real* g, Real* dx, Real* dm, Real* ds,
                      Real* dl) {
  for_each(n, [=](Index i) {
    const Real z = reached(g[i], (x[i] - m[i]) / s[i]), gz = g[i] * z / s[i];
    const bool to_log = (abs(gz * z) > large) & (s[i] < 1);
    dx[i] -= gz;
    dm[i] += gz;
    ds[i] += select(to_log, Real{0}, gz) * select(to_log, Real{0}, z);
    const Real z_of_log = select(to_log, z, Real{0});
    dl[i] += g[i] * z_of_log * z_of_log - g[i];
  });
}

// A scale to divide by, with a multiplication. The reciprocal of a subnormal scale may overflow: there, both
// sides of the division are multiplied by 2^64 first.
struct Divisor {
  Real unit, inverse;
};
DOXA_INLINE Divisor divisor(Real scale) {
  const Real unit = select(scale < std::numeric_limits<Real>::min(), Real(0x1p64), Real{1});
  return {unit, 1 / (unit * scale)};
}
DOXA_INLINE Real quotient(Real x, Divisor by) { return x * by.unit * by.inverse; }

//! [normal-kl]
// e = (qs/ps)² - 1, to the last digits where the scales are nearly equal.
DOXA_INLINE Real variance_excess(Real qs, Real ps, Divisor by_ps) {
  const Real t = quotient(qs - ps, by_ps);
  return t * (t + 2);
}

// (e - log(1 + e) + d²) / 2 with d = (qm - pm) / ps. Near e = 0 the difference cancels. There,
// with s = e / (2 + e), e - log(1 + e) = e s - s³ (2/3 + 2/5 s² + …). Elsewhere log(1 + e) = 2 (ql - pl).
void kl(Index n, const NormalKernels::Pair& v, Real* y) {
  const Real *qm = v.q_loc, *qs = v.q_scale, *ql = v.q_log_scale, *pm = v.p_loc, *ps = v.p_scale, *pl = v.p_log_scale;
  for_each(n, [=](Index i) {
    const Divisor by_ps = divisor(ps[i]);
    const Real d = quotient(qm[i] - pm[i], by_ps), e = variance_excess(qs[i], ps[i], by_ps);
    const bool near = (e > Real(-0.28)) & (e < Real(0.4));
    const Real f = select(near, e, Real{0}), s = f / (2 + f), z = s * s;
    const Real series = f * s - s * z * log_series(z), difference = e - 2 * (ql[i] - pl[i]);
    y[i] = (select(near, series, difference) + d * d) / 2;
  });
}
//! [normal-kl]

// d/dqm = -d/dpm = d/ps,  d/dql = e,  d/dpl = -(e + d²). The derivatives are with respect to log scales, because
// nothing cancels in them.
void kl_adjoint(Index n, const NormalKernels::Pair& v, const Real* g, const NormalKernels::PairAdjoints& to) {
  const Real *qm = v.q_loc, *qs = v.q_scale, *pm = v.p_loc, *ps = v.p_scale;
  Real *dqm = to.q_loc, *dql = to.q_log_scale, *dpm = to.p_loc, *dpl = to.p_log_scale;
  for_each(n, [=](Index i) {
    const Divisor by_ps = divisor(ps[i]);
    const Real d = reached(g[i], quotient(qm[i] - pm[i], by_ps));
    const Real e = reached(g[i], variance_excess(qs[i], ps[i], by_ps));
    const Real along = g[i] * by_ps.inverse * (by_ps.unit * d);  // 0 where d is 0, though g/ps may overflow
    dqm[i] += along;
    dpm[i] -= along;
    dql[i] += g[i] * e;
    dpl[i] -= g[i] * (e + d * d);
  });
}

}  // namespace

DOXA_KERNEL_TABLE(NormalKernels, normal_kernels) = {
    .log_prob = log_prob,
    .log_prob_adjoint = log_prob_adjoint,
    .kl = kl,
    .kl_adjoint = kl_adjoint,
};

}  // namespace doxa
