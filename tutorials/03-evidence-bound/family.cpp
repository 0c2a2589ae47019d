#include "family.h"

#include <cmath>

using namespace doxa;

GaussianFamily::GaussianFamily(const Gaussian& start, bool with_correlations)
    : loc("loc", Tensor(Shape{start.mean.rows})),
      raw("raw", Tensor(Shape{start.mean.rows, start.mean.rows})),
      full(with_correlations) {
  for (Index i = 0; i < start.mean.rows; ++i) {
    loc.value[i] = static_cast<Real>(start.mean[i]);
    raw.value(i, i) = static_cast<Real>(std::log(start.factor(i, i)));
  }
}

MultivariateNormal distribution(Tape& tape, GaussianFamily& q) {
  const Index d = q.loc.value.size();
  Tensor diagonal(Shape{d, d}), below({d, d});
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j <= i; ++j) (i == j ? diagonal : below)(i, j) = 1;
  const Var raw = q.raw.on(tape), scales = tape.constant(diagonal) * exp(raw);
  return {q.loc.on(tape), q.full ? scales + tape.constant(below) * raw : scales};
}

Gaussian gaussian(GaussianFamily& q) {
  Tape tape;
  const Evaluation evaluation(tape);
  const MultivariateNormal now = distribution(tape, q);
  return {column({now.loc.value().begin(), now.loc.value().end()}), Matrix(now.scale_tril.tensor())};
}

void append_parameters(Parameters& to, GaussianFamily& q) {
  to.push_back(&q.loc);
  to.push_back(&q.raw);
}
