#include "family.h"

using namespace doxa;

GaussianFamily::GaussianFamily(const Gaussian& start, bool with_correlations)
    : loc("loc", Tensor({static_cast<Index>(start.mean.size())})),
      raw("raw", Tensor({static_cast<Index>(start.mean.size()), static_cast<Index>(start.mean.size())})),
      full(with_correlations) {
  for (std::size_t i = 0; i < start.mean.size(); ++i) {
    const auto at = static_cast<Index>(i);
    loc.value[at] = static_cast<Real>(start.mean[i]);
    raw.value(at, at) = static_cast<Real>(std::log(start.factor(i, i)));
  }
}

MultivariateNormal distribution(Tape& tape, GaussianFamily& q) {
  const Index d = q.loc.value.size();
  Tensor diagonal({d, d}), below({d, d});
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j <= i; ++j) (i == j ? diagonal : below)(i, j) = 1;
  const Var raw = q.raw.on(tape), scales = tape.constant(diagonal) * exp(raw);
  return {q.loc.on(tape), q.full ? scales + tape.constant(below) * raw : scales};
}

Gaussian gaussian(GaussianFamily& q) {
  Tape tape;
  const Evaluation evaluation(tape);
  const MultivariateNormal now = distribution(tape, q);
  const auto d = static_cast<std::size_t>(now.loc.size());
  Gaussian g{Vector(now.loc.value().begin(), now.loc.value().end()), Matrix(d, d)};
  for (std::size_t i = 0; i < d * d; ++i) g.factor.entries[i] = double{now.scale_tril.value()[i]};
  return g;
}

void append_parameters(Parameters& to, GaussianFamily& q) {
  to.push_back(&q.loc);
  to.push_back(&q.raw);
}
