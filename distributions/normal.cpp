#include "doxa/distributions/normal.h"

#include <cmath>
#include <sstream>
#include <stdexcept>

namespace doxa {
namespace {

constexpr Real half_log_2pi = static_cast<Real>(0.91893853320467274178);

Var checked_log(Var scale) {
  Index i = 0;
  for (const Real s : scale.value()) {
    if (!(s > 0) || !std::isfinite(s)) {
      std::ostringstream text;
      text << "Normal: scale[" << i << "] is " << s << ", expected a positive finite number";
      throw std::invalid_argument(text.str());
    }
    ++i;
  }
  return log(scale);
}

}  // namespace

Normal::Normal(Var l, Var s) : Normal(l, s, checked_log(s)) {}

Var log_prob(const Normal& q, Var x) {
  return Real{-0.5} * square((x - q.loc) / q.scale) - q.log_scale - half_log_2pi;
}

Var entropy(const Normal& q) {
  const Var per_scale = q.log_scale + (half_log_2pi + Real{0.5});
  // The entropy does not depend on loc, but its shape does.
  const Shape shape = broadcast(q.loc.shape(), q.scale.shape(), "entropy");
  return per_scale.shape() == shape ? per_scale : per_scale + q.loc.tape().constant(shape, Real{0});
}

Var sample(const Normal& q, Philox& random) {
  const Shape shape = broadcast(q.loc.shape(), q.scale.shape(), "sample");
  return stop_gradient(q.from_noise(normal_noise(q.loc.tape(), shape, random)));
}

Var kl_divergence(const Normal& q, const Normal& p) {
  return p.log_scale - q.log_scale +
         Real{0.5} * (square(q.scale / p.scale) + square((q.loc - p.loc) / p.scale) - 1);
}

Var log_prob(const DiagonalNormal& q, Var x) { return sum(log_prob(q.element, x), -1); }
Var entropy(const DiagonalNormal& q) { return sum(entropy(q.element), -1); }
Var sample(const DiagonalNormal& q, Philox& random) { return sample(q.element, random); }
Var kl_divergence(const DiagonalNormal& q, const DiagonalNormal& p) {
  return sum(kl_divergence(q.element, p.element), -1);
}

static_assert(Reparametrised<Normal> && Reparametrised<DiagonalNormal>);

}  // namespace doxa
