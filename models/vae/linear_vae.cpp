#include "doxa/models/vae/linear_vae.h"

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace doxa {
namespace {

LinearVae::Sizes checked(const LinearVae::Sizes& s) {
  if (s.data < 1 || s.latent < 1) throw std::invalid_argument("LinearVae: sizes must be positive");
  return s;
}

Tensor random_matrix(const Shape& shape, Index data, Philox& random) {
  Tensor t = normal_noise(shape, random);
  for (Real& x : t.span()) x /= std::sqrt(static_cast<Real>(data));
  return t;
}

Matrix m_of(const ProbabilisticPca& model) {
  return transpose(model.weight) * model.weight + model.noise_variance * identity(model.weight.columns);
}

}  // namespace

LinearVae::LinearVae(const Sizes& s, Philox& random)
    : sizes(checked(s)),
      weight("weight", random_matrix({s.data, s.latent}, s.data, random)),
      mean("mean", Tensor(Shape{s.data})),
      log_noise_scale("log_noise_scale", Tensor(Shape{})),
      encoder("encoder", random_matrix({s.latent, s.data}, s.data, random)),
      log_posterior_scale("log_posterior_scale", Tensor(Shape{s.latent})) {}

LinearVae::LinearVae(const ProbabilisticPca& model)
    : sizes{model.weight.rows, model.weight.columns},
      weight("weight", tensor(model.weight)),
      mean("mean", tensor(model.mean)),
      log_noise_scale("log_noise_scale",
                      Tensor(Shape{}, static_cast<Real>(std::log(model.noise_variance) / 2))),
      encoder("encoder", tensor(posterior(model).gain)),
      log_posterior_scale("log_posterior_scale", Tensor(Shape{sizes.latent})) {
  const Matrix m = m_of(model);
  for (Index j = 0; j < sizes.latent; ++j)
    log_posterior_scale.value[j] =
        static_cast<Real>(std::log(model.noise_variance / m(j, j)) / 2);  // (05.13)
}

void append_parameters(Parameters& to, LinearVae& vae) {
  for (Parameter* p : {&vae.weight, &vae.mean, &vae.log_noise_scale, &vae.encoder, &vae.log_posterior_scale})
    to.push_back(p);
}

DiagonalNormal prior(Tape& tape, const LinearVae& vae) {
  const Shape event{vae.sizes.latent};
  const Var zero = tape.constant(event, Real{0});
  return DiagonalNormal::from_log_scale(zero, zero);
}

DiagonalNormal likelihood(LinearVae& vae, Var z) {
  Tape& tape = z.tape();
  const Var mu = vae.mean.on(tape), mean = matmul(z, transpose(vae.weight.on(tape))) + mu;
  return DiagonalNormal::from_log_scale(mean, vae.log_noise_scale.on(tape));
}

DiagonalNormal posterior(LinearVae& vae, Var x) {
  Tape& tape = x.tape();
  const Var a_t = transpose(vae.encoder.on(tape));
  const Var mean = matmul(x - vae.mean.on(tape), a_t);  // (05.8)
  return DiagonalNormal::from_log_scale(mean, vae.log_posterior_scale.on(tape));
}

BoundTerms<Var> elbo(LinearVae& vae, Var x, Var noise) {
  const DiagonalNormal q = posterior(vae, x);
  const DiagonalNormal p = prior(x.tape(), vae);
  const Var z = rsample(q, noise);                            // (05.11)
  return {.log_likelihood = log_prob(likelihood(vae, z), x),  // one sample of (05.9)
          .kl = kl_divergence(q, p)};                         // (05.10)
}

BoundTerms<Var> elbo(LinearVae& vae, Var x) {
  Tape& tape = x.tape();
  const DiagonalNormal q = posterior(vae, x);
  const DiagonalNormal p = prior(tape, vae);
  //! [elbo]
  const Var w = vae.weight.on(tape), log_sigma = vae.log_noise_scale.on(tape);
  const Var s2 = square(q.element.scale);
  const auto d = static_cast<Real>(vae.sizes.data);
  const Var residual = x - likelihood(vae, q.element.loc).element.loc;  // x - μ - W A(x - μ)
  const Var of_noise = sum(s2 * sum(square(w), 0));
  const Var squares = sum(square(residual), 1) + of_noise;  // (05.9), E_q|x - μ - W z|²
  const Var misfit = squares * exp(Real{-2} * log_sigma) / Real{2};
  const Var log_likelihood = -(d / 2) * std::log(2 * std::numbers::pi_v<Real>)  // (05.9)
                             - d * log_sigma - misfit;
  return {.log_likelihood = log_likelihood, .kl = kl_divergence(q, p)};  // (05.10)
  //! [elbo]
}

ProbabilisticPca generative_model(const LinearVae& vae) {
  ProbabilisticPca model{
      {}, Matrix(vae.weight.value), std::exp(2 * double{vae.log_noise_scale.value.item()})};
  for (const Real m : vae.mean.value.span()) model.mean.push_back(double{m});
  return model;
}

double kl_to_true_posterior(const LinearVae& vae, const SampleMoments& moments) {
  const ProbabilisticPca model = generative_model(vae);
  const Matrix precision = 1 / model.noise_variance * m_of(model);          // Σ⁻¹
  const Matrix excess = Matrix(vae.encoder.value) - posterior(model).gain;  // E
  const Matrix offset = column(moments.mean) - column(model.mean);
  const Matrix second_moment = moments.covariance + offset * transpose(offset);  // about μ
  double sum = -log_det_of_factor(cholesky_factor(precision)) +
               trace(precision * excess * second_moment * transpose(excess));
  for (Index j = 0; j < vae.sizes.latent; ++j) {
    const double log_variance = 2 * double{vae.log_posterior_scale.value[j]};
    sum += precision(j, j) * std::exp(log_variance) - log_variance - 1;
  }
  return 0.5 * sum;  // (05.12)
}

double least_gap(const ProbabilisticPca& model) {
  const Matrix m = m_of(model);  // WᵀW + σ² I
  double sum = -log_det_of_factor(cholesky_factor(m));
  for (Index j = 0; j < m.rows; ++j) sum += std::log(m(j, j));
  return 0.5 * sum;  // (05.13)
}

}  // namespace doxa
