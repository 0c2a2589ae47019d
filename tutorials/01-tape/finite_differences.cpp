#include "finite_differences.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/claims.h"
#include "support/text.h"

using namespace doxa;
using support::u;

std::string Point::text() const {
  const auto written = [](Real x) {
    return x == Real(0.5) ? std::string("½") : support::to_text(static_cast<double>(x));
  };
  return "(" + written(x1) + ", " + written(x2) + ")";
}

double roundings(double x1, double x2) {
  return log_allowance * std::abs(std::log(x1)) + std::abs(x1 * x2) + std::abs(std::log(x1) + x1 * x2) +
         tanh_allowance * std::abs(std::tanh(x2)) + std::abs(f(x1, x2));
}

Real AlongX2::operator()(Real x2) const { return f(at.x1, x2); }

double AlongX2::noise(double x2) const { return u * roundings(at.x1, x2); }

Derivatives AlongX2::exact() const {
  const double t = std::tanh(double{at.x2}), s = 1 - t * t;
  return {at.x1 - s, 2 * t * s, 2 * s * (1 - 3 * t * t)};
}

Difference AlongX2::forward_difference(double h) const {  // (01.10)
  const Real above = static_cast<Real>(at.x2 + h);
  const double rise = static_cast<double>((*this)(above)) - static_cast<double>((*this)(at.x2));
  const double truncation = (std::abs(exact().second) + 2 * h) * h / 2;
  const double rounding = (noise(at.x2 + h) + noise(at.x2)) / h;
  return {std::abs(rise / (static_cast<double>(above) - at.x2) - exact().first),
          truncation + rounding + 6 * u * std::max(1.0, std::abs(exact().first))};
}

Difference AlongX2::central_difference(double h) const {  // (01.11)
  const Real above = static_cast<Real>(at.x2 + h), below = static_cast<Real>(at.x2 - h);
  const double rise = static_cast<double>((*this)(above)) - static_cast<double>((*this)(below));
  const double width = static_cast<double>(above) - static_cast<double>(below);
  const double truncation = std::min(2.0, std::abs(exact().third) + 4.1 * h) * h * h / 6;
  const double rounding = (noise(at.x2 + h) + noise(at.x2 - h)) / (2 * h);
  return {std::abs(rise / width - exact().first),
          truncation + rounding + 6 * u * std::max(1.0, std::abs(exact().first))};
}

Sweep sweep_steps(const AlongX2& along, int per_decade) {
  Sweep s;
  const int decades = std::numeric_limits<Real>::digits10;
  for (int i = 0; i <= decades * per_decade; ++i) {
    const double h = std::pow(10.0, -static_cast<double>(i) / per_decade);
    const Extrapolation r = ridders(along, along.at.x2, h, [&](Real x2) { return along.noise(double{x2}); });
    s.push_back({h,
                 along.forward_difference(h),
                 along.central_difference(h),
                 {std::abs(r.value - along.exact().first), r.error}});
  }
  return s;
}
