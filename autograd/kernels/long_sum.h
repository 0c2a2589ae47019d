#pragma once

// What sums of very many terms need. Additions one after another lose up to half a unit in the last place
// each, and all of them to the same side if the terms are alike: 20,000,000 ones add up to 16,777,216 in
// single precision. So at most `sum_block` terms are added one after another, and the sums of such blocks are
// added with compensation. A sum of n terms is then off by at most about `sum_block` units of rounding, for
// any n. Shorter sums are plain sums.

#include "doxa/autograd/kernels/floating_point.h"

namespace doxa {

inline constexpr Index sum_block = sizeof(Real) == 8 ? 16384 : 1024;

namespace elementary {

/// total += x; what this rounds away is added to `lost` (Knuth, "The Art of Computer Programming", vol. 2,
/// section 4.2.2, theorem B).
DOXA_INLINE void add_compensated(Real x, Real& total, Real& lost) {
  const Real next = total + x, of_x = next - total;
  lost += (total - (next - of_x)) + (x - of_x);
  total = next;
}

/// The sum of the two. `lost` is NaN once the total is infinite, and then does not count.
DOXA_INLINE Real compensated(Real total, Real lost) {
  return total + select(abs(lost) < static_cast<Real>(__builtin_inf()), lost, Real{0});
}

}  // namespace elementary
}  // namespace doxa
