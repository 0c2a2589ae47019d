#include "doxa/models/gaussian_mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace doxa {
namespace {

using std::numbers::pi;

/// The lower triangular L with L Lᵀ = covariance.
struct CholeskyFactor {
  double l11, l21, l22;
  explicit CholeskyFactor(const PlaneNormal& n)
      : l11(std::sqrt(n.xx)), l21(n.xy / l11), l22(std::sqrt(n.yy - l21 * l21)) {
    if (!(l11 > 0 && l22 > 0 && std::isfinite(l11) && std::isfinite(l22)))
      throw std::invalid_argument("PlaneNormal: the covariance is not positive definite");
  }
  double log_det() const { return std::log(l11) + std::log(l22); }
};

}  // namespace

double log_prob(const PlaneNormal& normal, const PlanePoint& x) {
  const CholeskyFactor l(normal);
  const double e1 = (x[0] - normal.mean[0]) / l.l11;
  const double e2 = (x[1] - normal.mean[1] - l.l21 * e1) / l.l22;
  return -0.5 * (e1 * e1 + e2 * e2) - l.log_det() - std::log(2 * pi);
}

double entropy(const PlaneNormal& normal) {
  return CholeskyFactor(normal).log_det() + std::log(2 * pi * std::numbers::e);
}

PlanePoint sample(const PlaneNormal& normal, Philox& random) {
  const CholeskyFactor l(normal);
  const double e1 = random.normal(), e2 = random.normal();
  return {normal.mean[0] + l.l11 * e1, normal.mean[1] + l.l21 * e1 + l.l22 * e2};
}

double log_prob(const GaussianMixture& mixture, const PlanePoint& x) {
  double log_sum = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < mixture.components.size(); ++k) {
    const double term = std::log(mixture.weights[k]) + log_prob(mixture.components[k], x);
    const double larger = std::max(log_sum, term);
    if (std::isfinite(larger)) log_sum = larger + std::log1p(std::exp(std::min(log_sum, term) - larger));
  }
  return log_sum;
}

MixtureDraw sample(const GaussianMixture& mixture, Philox& random) {
  const auto k = static_cast<std::size_t>(random.categorical(mixture.weights));
  return {sample(mixture.components[k], random), k};
}

PlaneNormal moment_matched(const GaussianMixture& mixture) {
  PlaneNormal n{.mean = {0, 0}, .xx = 0, .xy = 0, .yy = 0};
  for (std::size_t k = 0; k < mixture.components.size(); ++k) {
    const auto& [m, xx, xy, yy] = mixture.components[k];
    const double w = mixture.weights[k];
    n.mean[0] += w * m[0];
    n.mean[1] += w * m[1];
    n.xx += w * (xx + m[0] * m[0]);
    n.xy += w * (xy + m[0] * m[1]);
    n.yy += w * (yy + m[1] * m[1]);
  }
  n.xx -= n.mean[0] * n.mean[0];
  n.xy -= n.mean[0] * n.mean[1];
  n.yy -= n.mean[1] * n.mean[1];
  return n;
}

GaussianMixture pinwheel(std::size_t arms) {
  if (arms == 0) throw std::invalid_argument("pinwheel: expected at least one arm");
  const double distance = 2, along = 0.8, across = 0.2, lean = pi / 3;
  GaussianMixture mixture;
  for (std::size_t k = 0; k < arms; ++k) {
    const double place = pi / 2 + 2 * pi * static_cast<double>(k) / static_cast<double>(arms);
    const double c = std::cos(place + lean), s = std::sin(place + lean);
    const double a2 = along * along, b2 = across * across;
    mixture.weights.push_back(1 / static_cast<double>(arms));
    mixture.components.push_back({.mean = {distance * std::cos(place), distance * std::sin(place)},
                                  .xx = a2 * c * c + b2 * s * s,
                                  .xy = (a2 - b2) * c * s,
                                  .yy = a2 * s * s + b2 * c * c});
  }
  return mixture;
}

}  // namespace doxa
