#include "doxa/distributions/monte_carlo.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace doxa {

void check_sample_count(const char* what, Index samples, Index least) {
  if (samples < least)
    throw std::invalid_argument(std::string(what) + ": " + std::to_string(samples) +
                                " samples, expected at least " + std::to_string(least));
}

void RunningMoments::add(Var samples) {
  const Shape shape = samples.shape().without(0);
  if (count_ == 0) {
    shape_ = shape;
    mean_.assign(static_cast<std::size_t>(shape.size()), 0);
    squares_ = mean_;
  } else if (shape != shape_) {
    throw std::invalid_argument("RunningMoments: samples of shape " + shape.str() +
                                " after samples of shape " + shape_.str());
  }
  const std::span<const Real> all = samples.value();
  const Index n = samples.shape()[0];
  for (Index row = 0; row < n; ++row) {
    const auto count = static_cast<double>(++count_);
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      const double x = all[static_cast<std::size_t>(row) * mean_.size() + i], off = x - mean_[i];
      if (!std::isfinite(off)) [[unlikely]] {
        mean_[i] += x;
        continue;
      }
      mean_[i] += off / count;
      squares_[i] += off * (x - mean_[i]);
    }
  }
}

MonteCarloEstimate RunningMoments::estimate() const {
  if (count_ < 2) throw std::logic_error("RunningMoments: no standard error from fewer than two samples");
  MonteCarloEstimate result{Tensor(shape_), Tensor(shape_)};
  const auto n = static_cast<double>(count_);
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const auto at = static_cast<Index>(i);
    result.mean[at] = static_cast<Real>(mean_[i]);
    result.standard_error[at] =
        std::isinf(mean_[i]) ? Real{0} : static_cast<Real>(std::sqrt(squares_[i] / n / (n - 1)));
  }
  return result;
}

}  // namespace doxa
