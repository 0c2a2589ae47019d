// The gradient is linear in the cotangent.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "doxa/autograd/internal/gradcheck/floating_point_flags.h"
#include "doxa/autograd/internal/gradcheck/properties.h"

namespace doxa {

void Properties::linearity(Var y) {
  report("a zero cotangent gives a gradient",
         difference(f_.gradient(y, combined(0, v_, 0, w_)), Numbers(of_v_.size())));

  const Tensor both = combined(1, v_, 1, w_);
  of_w_ = f_.gradient(y, w_);
  const Numbers of_both = f_.gradient(y, both);
  rounding_.assign(f_.leaves().size(), 0);
  measure_rounding(y, v_, of_v_, rounding_);
  measure_rounding(y, w_, of_w_, rounding_);
  measure_rounding(y, both, of_both, rounding_);
  // Of all three: what is not linear in one of them has been measured as if it were rounding.
  const std::pair<const Tensor&, const Numbers&> measured[] = {{v_, of_v_}, {w_, of_w_}, {both, of_both}};
  for (const auto& [cotangent, gradient] : measured) {
    scales(y, cotangent, gradient, 2, "twice the cotangent does not give twice the gradient");
    scales(y, cotangent, gradient, -1, "minus the cotangent does not give minus the gradient");
    if (!violations_.empty()) break;
  }
  // Where numbers get too large or too small for the first factor, a smaller one still tells something.
  for (const auto& powers : {std::array{40, 20, 10}, std::array{-40, -20, -10}})
    for (const int sign : {1, -1})
      for (const int power : powers) {
        const std::string multiple = (sign < 0 ? "-2^" : "2^") + std::to_string(power);
        if (!violations_.empty() ||
            scales(y, v_, of_v_, std::ldexp(sign, power),
                   multiple + " times the cotangent does not give " + multiple + " times the gradient"))
          break;
      }

  Numbers sum = of_v_;
  for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += of_w_[j];
  report("the sum of two cotangents does not give the sum of their gradients",
         beyond_rounding(of_both, sum, rounding_));
}

// Multiplication by ±2^k is exact, and therefore everything that a linear rule computes from it as well,
// unless a number on the way over- or underflows. Returns false if one did, so that nothing can be said. For
// a large k rounding is allowed, because a rule may take another way round where numbers are large. A rule
// that underflows whatever the cotangent is, as the softmax of masked scores does, or only before a large
// factor, is still linear but for numbers that are tiny beside the largest of the gradient, or lost digits.
bool Properties::scales(Var y, const Tensor& of, const Numbers& gradient_of_it, double factor,
                        const std::string& what) {
  struct Range {
    bool overflow, underflow;
  };
  const auto compute = [&](double c, Numbers& gradient) {
    const Tensor cotangent = combined(c, of, 0, of);
    const FloatingPointFlags flags;
    gradient = f_.gradient(y, cotangent);
    return Range{flags.overflow(), flags.underflow()};
  };
  Numbers multiple, expected = gradient_of_it;
  const Range there = compute(factor, multiple);
  for (double& element : expected) {
    if (!std::isfinite(element)) continue;
    element = static_cast<double>(static_cast<Real>(element * factor));
    if (!std::isfinite(element)) return false;
  }
  Numbers rounding = rounding_;
  for (double& leaf : rounding) leaf *= std::abs(factor);
  const std::optional<std::string> where = (factor == 2 || factor == -1)
                                               ? difference(multiple, expected)
                                               : beyond_rounding(multiple, expected, rounding);
  if (!where) return true;
  Numbers again, of_zero;
  const Range here = compute(1, again);
  if (there.overflow || here.overflow) return false;
  if (there.underflow || here.underflow) {
    const bool grows = std::abs(factor) > 1;  // and so less underflows than before
    if (!grows && !compute(0, of_zero).underflow) return false;
    const std::optional<std::string> clearly = far_off(multiple, expected, gradient_of_it);
    report(what, clearly);
    return clearly.has_value();
  }
  report(what, where);
  return true;
}

// Off by half of the largest element of its input, which has some digits at least?
std::optional<std::string> Properties::far_off(const Numbers& got, const Numbers& expected,
                                               const Numbers& before) const {
  constexpr double tiny = 1e3 * static_cast<double>(std::numeric_limits<Real>::denorm_min());
  for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
    double largest = 0, largest_before = 0;
    for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j) {
      largest = std::max(largest, std::abs(expected[j]));
      largest_before = std::max(largest_before, std::abs(before[j]));
    }
    if (std::min(largest, largest_before) <= tiny) continue;
    for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j)
      if (std::abs(got[j] - expected[j]) > largest / 2)
        return "at " + f_.entry(j).input_element() + ": " + text(got[j]) + ", expected " + text(expected[j]);
  }
  return {};
}

// For any factor c the gradient of c v is c times that of v, up to rounding. How far it is off for random
// factors tells how large the rounding errors in the gradient are.
void Properties::measure_rounding(Var y, const Tensor& cotangent, const Numbers& gradient,
                                  Numbers& rounding) {
  for (int k = 0; k < 4; ++k) {
    const double c = 1 + random_.uniform();
    const Numbers multiple = f_.gradient(y, combined(c, cotangent, 0, cotangent));
    for (std::size_t j = 0; j < gradient.size(); ++j) {
      if (!std::isfinite(multiple[j]) || !std::isfinite(gradient[j])) continue;
      double& largest = rounding[f_.leaf_of(j)];
      largest =
          std::max({largest, std::abs(multiple[j] - c * gradient[j]), unit_roundoff * std::abs(gradient[j])});
    }
  }
}

}  // namespace doxa
