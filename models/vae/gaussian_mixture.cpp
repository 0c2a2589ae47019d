#include "doxa/models/vae/gaussian_mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace doxa {
namespace {

using std::numbers::pi;

// The lower triangular L with L Lᵀ = covariance.
struct CholeskyFactor {
  double l11, l21, l22;
  explicit CholeskyFactor(const PlaneNormal& n)
      : l11(std::sqrt(n.xx)), l21(n.xy / l11), l22(std::sqrt(n.yy - l21 * l21)) {
    if (!(l11 > 0 && l22 > 0 && std::isfinite(l11) && std::isfinite(l22)))
      throw std::invalid_argument("PlaneNormal: the covariance is not positive definite");
  }
  double log_det() const { return std::log(l11) + std::log(l22); }
};

// log(e^a + e^b)
double log_add(double a, double b) {
  const double larger = std::max(a, b);
  return std::isfinite(larger) ? larger + std::log1p(std::exp(std::min(a, b) - larger)) : larger;
}

PlaneNormal round_normal(const PlanePoint& mean, double scale) {
  return {.mean = mean, .xx = scale * scale, .xy = 0, .yy = scale * scale};
}

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
  for (std::size_t k = 0; k < mixture.components.size(); ++k)
    log_sum = log_add(log_sum, std::log(mixture.weights[k]) + log_prob(mixture.components[k], x));
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

double log_mgf(const GaussianMixture& mixture, const PlanePoint& t) {
  double log_sum = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < mixture.components.size(); ++k) {
    const auto& [m, xx, xy, yy] = mixture.components[k];
    const double quadratic = xx * t[0] * t[0] + 2 * xy * t[0] * t[1] + yy * t[1] * t[1];
    log_sum = log_add(log_sum, std::log(mixture.weights[k]) + t[0] * m[0] + t[1] * m[1] + quadratic / 2);
  }
  return log_sum;
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

GaussianMixture moons(std::size_t links) {
  if (links == 0) throw std::invalid_argument("moons: expected at least one link a moon");
  const double radius = 2, noise = 0.2;
  GaussianMixture mixture;
  for (const double side : {1.0, -1.0}) {
    for (std::size_t k = 0; k < links; ++k) {
      const double angle = pi * (static_cast<double>(k) + 0.5) / static_cast<double>(links);
      mixture.weights.push_back(0.5 / static_cast<double>(links));
      mixture.components.push_back(round_normal({side * radius * (std::cos(angle) - 0.5),  //
                                                 side * radius * (std::sin(angle) - 0.25)},
                                                noise));
    }
  }
  return mixture;
}

GaussianMixture lattice(std::size_t columns, std::size_t rows) {
  if (columns == 0 || rows == 0) throw std::invalid_argument("lattice: expected at least one point");
  const double spacing = 1.5, noise = 0.3;
  const auto centred = [spacing](std::size_t i, std::size_t n) {
    return spacing * (static_cast<double>(i) - static_cast<double>(n - 1) / 2);
  };
  GaussianMixture mixture;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      mixture.weights.push_back(1 / static_cast<double>(rows * columns));
      mixture.components.push_back(round_normal({centred(c, columns), centred(r, rows)}, noise));
    }
  }
  return mixture;
}

}  // namespace doxa
