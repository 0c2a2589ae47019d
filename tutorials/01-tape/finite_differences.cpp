#include "finite_differences.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "expression.h"
#include "support/claims.h"

using namespace doxa;
using support::u;

double roundings(double x1, double x2) {
  return 2 * std::abs(std::log(x1)) + std::abs(x1 * x2) + std::abs(std::log(x1) + x1 * x2) +
         4 * std::abs(std::tanh(x2)) + std::abs(f(x1, x2));
}

Real along_x2(Real x2) { return f(hand_x1, x2); }

namespace {

Derivatives exact_derivatives() {
  const double t = std::tanh(double{hand_x2}), s = 1 - t * t;
  return {hand_x1 - s, 2 * t * s, 2 * s * (1 - 3 * t * t)};
}

}  // namespace

const Derivatives exact = exact_derivatives();

Difference forward_difference(double h) {  // (01.10)
  const Real above = static_cast<Real>(hand_x2 + h);
  const double rise = static_cast<double>(along_x2(above)) - static_cast<double>(along_x2(hand_x2));
  const double truncation = (exact.second + 2 * h) * h / 2;
  const double rounding = u * (roundings(hand_x1, hand_x2 + h) + roundings(hand_x1, hand_x2)) / h;
  return {std::abs(rise / (static_cast<double>(above) - hand_x2) - exact.first),
          truncation + rounding + 6 * u};
}

Difference central_difference(double h) {  // (01.11)
  const Real above = static_cast<Real>(hand_x2 + h), below = static_cast<Real>(hand_x2 - h);
  const double rise = static_cast<double>(along_x2(above)) - static_cast<double>(along_x2(below));
  const double width = static_cast<double>(above) - static_cast<double>(below);
  const double truncation = std::min(2.0, exact.third + 4.1 * h) * h * h / 6;
  const double rounding = u * (roundings(hand_x1, hand_x2 + h) + roundings(hand_x1, hand_x2 - h)) / (2 * h);
  return {std::abs(rise / width - exact.first), truncation + rounding + 6 * u};
}

Sweep sweep_steps(int per_decade) {
  Sweep s;
  const int decades = std::numeric_limits<Real>::digits10;
  for (int i = 0; i <= decades * per_decade; ++i) {
    const double h = std::pow(10.0, -static_cast<double>(i) / per_decade);
    const Extrapolation r = ridders(along_x2, hand_x2, h, u * roundings(hand_x1, hand_x2));
    s.push_back(
        {h, forward_difference(h), central_difference(h), {std::abs(r.value - exact.first), r.error}});
  }
  return s;
}
