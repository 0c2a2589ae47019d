#include "on_tape.h"

#include <cmath>

#include "support/claims.h"

using namespace doxa;
using namespace doxa::support;

namespace {

std::vector<double> logs(std::vector<double> values) {
  for (double& x : values) x = std::log(x);
  return values;
}

Var identity(Tape& tape, Index n) { return tape.constant(tensor(doxa::identity(n))); }

}  // namespace

ModelOnTape on_tape(Tape& tape, const LinearGaussian& model, const Matrix& x) {
  return {tape.variable(tensor(model.loading)), tape.variable(tensor(model.offset.elements)),
          tape.variable(tensor(logs(model.noise_scale.elements))), tape.variable(tensor(x.elements))};
}

MultivariateNormal on_tape(Tape& tape, const Gaussian& q) {
  const Var loc = tape.variable(tensor(q.mean.elements));
  return {loc, tape.variable(tensor(q.factor))};
}

DiagonalNormal prior(const ModelOnTape& p) {
  const Index d = p.loading.shape()[1];
  Tape& tape = p.loading.tape();
  return {tape.constant({d}, Real(0)), tape.constant({d}, Real(1))};
}

DiagonalNormal likelihood(const ModelOnTape& p, Var z) {
  const Index d = p.loading.shape()[1], n = p.loading.shape()[0];
  const Var rows = reshape(z, {z.size() / d, d});
  const Var mean = matmul(rows, transpose(p.loading)) + p.offset;  // W z + b, (03.11)
  return DiagonalNormal::from_log_scale(z.rank() == 1 ? reshape(mean, {n}) : mean, p.log_scale);
}

//! [log-weights]
Var log_joint(const ModelOnTape& p, Var z) {
  const Var log_prior = log_prob(prior(p), z);         // log p(z)
  return log_prob(likelihood(p, z), p.x) + log_prior;  // log p(x|z) + log p(z)
}

Var log_weights(const ModelOnTape& p, const MultivariateNormal& q, Var z) {
  const Var log_q = log_prob(q, z);
  return log_joint(p, z) - log_q;  // log w, (03.7)
}
//! [log-weights]

MultivariateNormal posterior(const ModelOnTape& p) {
  const Index n = p.loading.shape()[0];
  const Var whiten = reshape(exp(-p.log_scale), {n, 1}), a = whiten * p.loading;
  const Var one = identity(p.loading.tape(), p.loading.shape()[1]);
  const Var root = solve_triangular(cholesky(matmul(transpose(a), a) + one), one);
  const Var covariance = matmul(transpose(root), root);
  const Var centred = whiten * reshape(p.x - p.offset, {n, 1}), pull = matmul(transpose(a), centred);
  return MultivariateNormal::from_covariance(reshape(matmul(covariance, pull), {one.shape()[0]}), covariance);
}

Var log_evidence(const ModelOnTape& p) {
  const Var variance = exp(2 * p.log_scale);
  const Var noise = identity(p.loading.tape(), p.log_scale.size()) * variance;
  return log_prob(
      MultivariateNormal::from_covariance(p.offset, matmul(p.loading, transpose(p.loading)) + noise), p.x);
}

//! [elbo]
Var elbo(const ModelOnTape& p, const MultivariateNormal& q) {
  const Index n = p.log_scale.size();
  const Var whiten = reshape(exp(-p.log_scale), {n, 1}), spread = matmul(p.loading, q.scale_tril) * whiten;
  const Var h = entropy(q);
  const Var of_prior = sum(square(q.scale_tril)) / 2;         // tr(C) / 2
  const Var of_likelihood = sum(square(spread)) / 2;          // tr(Wᵀ S⁻¹ W C) / 2
  return log_joint(p, q.loc) - of_likelihood - of_prior + h;  // (03.14): the quadratic forms at the mean
}
//! [elbo]

Matrix representable(const Matrix& a) { return Matrix(tensor(a)); }

LinearGaussian representable(const LinearGaussian& model) {
  return {representable(model.loading), representable(model.offset), representable(model.noise_scale)};
}

Gaussian representable(const Gaussian& q) { return {representable(q.mean), representable(q.factor)}; }

double rounding_unit(Var y) {
  Tape& tape = y.tape();
  tape.keep_adjoints(true);
  tape.backward(y);
  double sum = 0;
  for (std::size_t i = 0; i <= tape.position(y); ++i) {
    const Var v = tape.at(i);
    if (!v.needs_gradient()) continue;
    for (std::size_t k = 0; k < v.value().size(); ++k)
      sum += std::abs(double{v.value()[k]} * double{v.adjoint()[k]});
  }
  return support::u * sum;
}
