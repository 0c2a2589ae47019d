// The gradient is linear in the cotangent.

#include <algorithm>
#include <cmath>
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
  scales(y, 2, "twice the cotangent does not give twice the gradient");
  scales(y, -1, "minus the cotangent does not give minus the gradient");
  // Where numbers get too large or too small for the first factor, a smaller one still tells something.
  if (violations_.empty())
    scales(y, 0x1p40, "2^40 times the cotangent does not give 2^40 times the gradient") ||
        scales(y, 0x1p20, "2^20 times the cotangent does not give 2^20 times the gradient") ||
        scales(y, 0x1p10, "2^10 times the cotangent does not give 2^10 times the gradient");
  if (violations_.empty())
    scales(y, 0x1p-40, "2^-40 times the cotangent does not give 2^-40 times the gradient") ||
        scales(y, 0x1p-20, "2^-20 times the cotangent does not give 2^-20 times the gradient") ||
        scales(y, 0x1p-10, "2^-10 times the cotangent does not give 2^-10 times the gradient");

  Numbers sum = of_v_;
  for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += of_w_[j];
  report("the sum of two cotangents does not give the sum of their gradients",
         beyond_rounding(of_both, sum, rounding_));
}

// Multiplication by ±2^k is exact, and therefore everything that a linear rule computes from it as well,
// unless a number on the way over- or underflows. Returns false if one did, so that nothing can be said. For
// a large k rounding is allowed, because a rule may take another way round where numbers are large.
bool Properties::scales(Var y, double factor, const char* what) {
  const auto in_range = [&](double c, Numbers& gradient) {
    const Tensor cotangent = combined(c, v_, 0, w_);
    const FloatingPointFlags flags;
    gradient = f_.gradient(y, cotangent);
    return !flags.overflow() && !flags.underflow();
  };
  Numbers multiple, expected = of_v_;
  const bool exact = in_range(factor, multiple);
  for (double& element : expected) element *= factor;
  Numbers rounding = rounding_;
  for (double& leaf : rounding) leaf *= factor;
  const std::optional<std::string> where = (factor == 2 || factor == -1)
                                               ? difference(multiple, expected)
                                               : beyond_rounding(multiple, expected, rounding);
  if (!where) return true;
  if (Numbers again; !exact || !in_range(1, again)) return false;
  report(what, where);
  return true;
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
