#include "scalar_bound.h"

#include <cmath>
#include <numbers>

using namespace doxa;

namespace {

constexpr Real half = Real(0.5);
const Real log_two_pi = static_cast<Real>(std::log(2 * std::numbers::pi));

// e_k, [1,T]
Var unit(Tape& tape, Index steps, Index k) {
  const Index one[] = {k};
  return one_hot(tape, one, steps);
}

// Var(x · y) for a row x.
Var variance_of(Var x, Var covariance) { return sum(matmul(x, covariance) * x); }

// Variance of the transition of step k, s_0 being summed out of the first.
Var transition_variance(const ScalarVars& m, Index k) {
  const Var q = exp(m.log_transition_variance);
  return k > 1 ? q : q + square(m.transition) * static_cast<Real>(m.start_variance);
}

// log(2π v) / 2 + square / 2v
Var surprise(Var variance, Var square) {
  const Var ratio = square / variance;
  return half * (log_two_pi + log(variance) + ratio);
}

// KL of normals with variances w and v whose means differ by this much in square.
Var divergence(Var log_scale, Var variance, Var square) {
  const Var ratio = (exp(Real(2) * log_scale) + square) / variance, log_of_other = Real(2) * log_scale;
  return half * (log(variance) - log_of_other - Real(1) + ratio);
}

}  // namespace

Var expected_bound(const ScalarVars& m, const LinearChain& q, Var covariance) {
  Tape& tape = covariance.tape();
  const auto steps = static_cast<Index>(q.row.size());
  const Var r = exp(m.log_emission_variance);
  Var bound = tape.constant(0), mean, variance;  // s_k = mean · y + noise of this variance
  for (Index k = 1; k <= steps; ++k) {
    const auto i = static_cast<std::size_t>(k) - 1;
    const Var last = mean, last_variance = variance, gain = q.gain[i];
    mean = k > 1 ? gain * last + q.row[i] : q.row[i];
    const Var noise = exp(Real(2) * q.log_scale[i]);
    variance = k > 1 ? square(gain) * last_variance + noise : noise;
    // How far q(s_k | s_{k-1}) is from the transition, on average over s_{k-1}.
    Var off;
    if (k > 1) {
      const Var of_last = square(gain - m.transition) * last_variance;
      off = variance_of(mean - m.transition * last, covariance) + of_last;
    } else {
      off = variance_of(mean, covariance);
    }
    const Var misfit = variance_of(unit(tape, steps, k - 1) - mean, covariance) + variance;
    const Var kl = divergence(q.log_scale[i], transition_variance(m, k), off);
    bound = bound - surprise(r, misfit) - kl;  // (07.14)
  }
  return bound;
}

Var sampled_bound(const ScalarVars& m, const LinearChain& q, Var y, Var noise) {
  const Index batch = y.shape()[0];
  const auto steps = static_cast<Index>(q.row.size());
  const Var r = exp(m.log_emission_variance);
  const auto column_of = [&](Var x, Index k) { return reshape(slice(x, 1, k - 1, k), Shape{batch}); };
  Var bound = y.tape().constant(0), s;
  for (Index k = 1; k <= steps; ++k) {
    const auto i = static_cast<std::size_t>(k) - 1;
    //! [sampled-bound]
    const Var seen = reshape(matmul(y, transpose(q.row[i])), Shape{batch});
    const Var mean = k > 1 ? q.gain[i] * s + seen : seen;
    const Var off = k > 1 ? square(mean - m.transition * s) : square(mean);
    const Var drawn = column_of(noise, k);
    s = mean + exp(q.log_scale[i]) * drawn;  // (07.26)
    const Var kl = divergence(q.log_scale[i], transition_variance(m, k), off);
    bound = bound - surprise(r, square(column_of(y, k) - s)) - kl;  // (07.14)
    //! [sampled-bound]
  }
  return bound;
}

Profile profile(const ScalarVars& m, Var factor) {
  Tape& tape = factor.tape();
  const Index steps = factor.shape()[0];
  const Var a = m.transition, q = exp(m.log_transition_variance), r = exp(m.log_emission_variance);
  const auto reading = [&](Index k) { return slice(factor, 0, k - 1, k); };  // y_k = reading · ε, [1,T]
  Profile p{tape.constant(0), tape.constant(0)};
  Var mean = tape.constant(Tensor(Shape{1, steps})),
      variance = tape.constant(static_cast<Real>(m.start_variance));
  for (Index k = 1; k <= steps; ++k) {
    const Var predicted = square(a) * variance + q, s = predicted + r, gain = predicted / s;
    const Var expected = a * mean, innovation = reading(k) - expected;
    p.evidence = p.evidence - surprise(s, sum(square(innovation)));  // (07.8)
    const Var correction = gain * innovation;
    mean = a * mean + correction;
    variance = predicted * r / s;
  }
  Var future = tape.constant(0), vector = tape.constant(Tensor(Shape{1, steps}));  // Γ_k and η_k = vector · ε
  //! [profile]
  for (Index k = steps; k >= 1; --k) {
    const Var v = transition_variance(m, k), precision = future + reciprocal(r);
    const Var w = v / (v * precision + Real(1));
    if (k < steps) {
      const Var unseen = sum(square(slice(vector, 1, k, steps)));  // Var(η_k | y_{1:k})
      p.gap = p.gap + half * w * unseen;                           // (07.27)
    }
    const Var damped = a / (Real(1) + q * precision);
    vector = damped * (vector + reading(k) / r);
    future = damped * a * precision;
  }
  //! [profile]
  return p;
}

double start_variance(const Scalar& m) { return m.q / (1 - m.a * m.a); }

Matrix covariance_of_readings(const Scalar& m, Index steps) {
  Matrix c(steps, steps);
  for (Index j = 0; j < steps; ++j)
    for (Index k = 0; k < steps; ++k)
      c(j, k) = start_variance(m) * std::pow(m.a, std::abs(j - k)) + (j == k ? m.r : 0);
  return c;
}
