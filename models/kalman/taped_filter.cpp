#include "doxa/models/kalman/taped_filter.h"

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace doxa {
namespace {

void require_shapes(const LinearGaussianVars& m, Var inputs, Var observations) {
  const auto fits = [](Var x, std::initializer_list<Index> shape) { return x.shape() == Shape(shape); };
  const Shape u = inputs.shape(), y = observations.shape();
  if (u.rank() != 3 || y.rank() != 3 || u[0] != y[0] || u[1] != y[1] || y[0] < 1 || y[1] < 1)
    throw std::invalid_argument("log_predictive: inputs " + u.str() + " and observations " + y.str() +
                                ", expected [T,B,d] and [T,B,m]");
  const Index n = m.start_mean.size(), d = u[2], o = y[2];
  const auto require = [](const char* name, Var x, const Shape& shape) {
    if (!(x.shape() == shape))
      throw std::invalid_argument("log_predictive: " + std::string(name) + " is " + x.shape().str() +
                                  ", expected " + shape.str());
  };
  if (!fits(m.start_mean, {n}))
    throw std::invalid_argument("log_predictive: start_mean is " + m.start_mean.shape().str() +
                                ", expected [n]");
  require("start_scale_tril", m.start_scale_tril, {n, n});
  require("transition", m.transition, {n, n});
  require("transition_input", m.transition_input, {n, d});
  require("transition_scale_tril", m.transition_scale_tril, {n, n});
  require("emission", m.emission, {o, n});
  require("emission_input", m.emission_input, {o, d});
  require("emission_scale_tril", m.emission_scale_tril, {o, o});
}

// 1 where first <= i - j <= last, 0 elsewhere.
Tensor diagonals(Index n, Index first, Index last) {
  Tensor t(Shape{n, n});
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) t(i, j) = i - j >= first && i - j <= last ? Real(1) : Real(0);
  return t;
}

Var lower(Var x) { return where(diagonals(x.shape()[0], 0, x.shape()[0]), x, x.tape().constant(0)); }

// A P Aᵀ
Var sandwich(Var a, Var p) {
  const Var a_t = transpose(a);
  return matmul(matmul(a, p), a_t);
}
Var covariance(Var factor) {
  const Var l = lower(factor);
  return matmul(l, transpose(l));
}

// The square root from its parameters: the numbers below the diagonal, and the exponentials of those on it.
Var factor(Var x) {
  const Index n = x.shape()[0];
  const Var zero = x.tape().constant(0);
  const Tensor diagonal = diagonals(n, 0, 0);
  const Var on_diagonal = where(diagonal, exp(where(diagonal, x, zero)), zero);
  return where(diagonals(n, 1, n), x, zero) + on_diagonal;
}

Tensor of_factor(Matrix l) {
  for (Index i = 0; i < l.rows; ++i) l(i, i) = std::log(l(i, i));
  return tensor(l);
}

Matrix covariance(const Parameter& p) {
  Matrix l(p.value);
  for (Index i = 0; i < l.rows; ++i) {
    l(i, i) = std::exp(l(i, i));
    for (Index j = i + 1; j < l.columns; ++j) l(i, j) = 0;
  }
  return l * transpose(l);
}

}  // namespace

Var log_predictive(const LinearGaussianVars& m, Var inputs, Var observations) {
  require_shapes(m, inputs, observations);
  Tape& tape = observations.tape();
  const Index steps = observations.shape()[0], batch = observations.shape()[1], o = observations.shape()[2];
  const Index n = m.start_mean.size(), d = inputs.shape()[2];
  const Var q = covariance(m.transition_scale_tril), r = covariance(m.emission_scale_tril);
  const Var a_t = transpose(m.transition), b_t = transpose(m.transition_input), c_t = transpose(m.emission),
            d_t = transpose(m.emission_input), one = tape.constant(diagonals(n, 0, 0));
  const Real log_normaliser = static_cast<Real>(static_cast<double>(o) * std::log(2 * std::numbers::pi) / 2);

  Var mean = reshape(m.start_mean, Shape{1, n}), p = covariance(m.start_scale_tril);  // of all episodes
  std::vector<Var> all;
  for (Index k = 0; k < steps; ++k) {
    mean = matmul(mean, a_t);
    Var seen = reshape(slice(observations, 0, k, k + 1), Shape{batch, o});
    if (d > 0) {
      const Var u = reshape(slice(inputs, 0, k, k + 1), Shape{batch, d});
      mean = mean + matmul(u, b_t);
      seen = seen - matmul(u, d_t);
    }
    p = sandwich(m.transition, p) + q;
    const Var innovation = transpose(seen - matmul(mean, c_t));  // [m,B]
    const Var l = cholesky(sandwich(m.emission, p) + r);
    const Var whitened = solve_triangular(l, innovation);
    const Var of_gain = solve_triangular(l, matmul(m.emission, p));  // L⁻¹ C P⁻, [m,n]
    const Var half_log_det = Real(0.5) * log_det_from_cholesky(l);
    all.push_back(Real(-0.5) * sum(square(whitened), 0) - half_log_det - log_normaliser);
    mean = mean + matmul(transpose(whitened), of_gain);
    const Var gain = transpose(solve_triangular(l, of_gain, Triangle::lower, true));
    const Var from_noise = sandwich(gain, r);
    p = sandwich(one - matmul(gain, m.emission), p) + from_noise;
  }
  return stack(all, 0);
}

Var log_evidence(const LinearGaussianVars& m, Var inputs, Var observations) {
  return sum(log_predictive(m, inputs, observations), 0);
}

LinearGaussianParameters::LinearGaussianParameters(const LinearGaussianModel& m)
    : start_mean("start_mean", tensor(m.start_mean.elements)),
      start_scale_tril("start_scale_tril", of_factor(noise_factors(m).start)),
      transition("transition", tensor(m.transition)),
      transition_input("transition_input", tensor(m.transition_input)),
      transition_scale_tril("transition_scale_tril", of_factor(noise_factors(m).transition)),
      emission("emission", tensor(m.emission)),
      emission_input("emission_input", tensor(m.emission_input)),
      emission_scale_tril("emission_scale_tril", of_factor(noise_factors(m).emission)) {}

LinearGaussianVars LinearGaussianParameters::on(Tape& tape, LearnedMatrices learned) {
  const auto bind = [&](Parameter& p, bool is_learned) {
    return is_learned ? p.on(tape) : tape.constant(p.value);
  };
  return {.start_mean = bind(start_mean, learned.start),
          .start_scale_tril = factor(bind(start_scale_tril, learned.start)),
          .transition = bind(transition, learned.transition),
          .transition_input = bind(transition_input, learned.transition),
          .transition_scale_tril = factor(bind(transition_scale_tril, learned.transition_noise)),
          .emission = bind(emission, learned.emission),
          .emission_input = bind(emission_input, learned.emission),
          .emission_scale_tril = factor(bind(emission_scale_tril, learned.emission_noise))};
}

void append_parameters(Parameters& to, LinearGaussianParameters& p) {
  for (Parameter* each : {&p.start_mean, &p.start_scale_tril, &p.transition, &p.transition_input,
                          &p.transition_scale_tril, &p.emission, &p.emission_input, &p.emission_scale_tril})
    to.push_back(each);
}

LinearGaussianModel to_model(const LinearGaussianParameters& p) {
  const std::span<const Real> mean = p.start_mean.value.span();
  return {.start_mean = column(std::vector<double>(mean.begin(), mean.end())),
          .start_covariance = covariance(p.start_scale_tril),
          .transition = Matrix(p.transition.value),
          .transition_input = Matrix(p.transition_input.value),
          .transition_covariance = covariance(p.transition_scale_tril),
          .emission = Matrix(p.emission.value),
          .emission_input = Matrix(p.emission_input.value),
          .emission_covariance = covariance(p.emission_scale_tril)};
}

}  // namespace doxa
