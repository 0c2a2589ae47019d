#include "measurement.h"

namespace doxa {

void GradientSamples::add(std::span<const Real> gradient) {
  for (std::size_t i = 0; i < origin_.size(); ++i) {
    const double x = gradient[i];
    if (count_ == 0) origin_[i] = x;
    double term = 1;
    for (double& sum : powers_[i]) sum += term *= x - origin_[i];
  }
  ++count_;
}

// The standard error of a sample variance is √((m_4 - m_2²) / n).
Moments GradientSamples::moments() const {
  Moments result;
  for (std::size_t i = 0; i < origin_.size(); ++i) {
    const auto [p1, p2, p3, p4] = powers_[i];
    const double m = p1 / count_, s2 = p2 / count_, s3 = p3 / count_, s4 = p4 / count_;
    const double m2 = std::max(0.0, s2 - m * m), m4 = s4 - 4 * m * s3 + 6 * m * m * s2 - 3 * m * m * m * m;
    const double variance = m2 * count_ / (count_ - 1);
    result.mean.push_back(origin_[i] + m);
    result.mean_error.push_back(std::sqrt(variance / count_));
    result.variance.push_back(variance);
    result.variance_error.push_back(std::sqrt(std::max(0.0, m4 - m2 * m2) / count_));
  }
  return result;
}

}  // namespace doxa
