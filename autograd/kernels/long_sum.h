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

/// total + lost += x: x and what was lost before are added to the total, and what this rounds away is kept in
/// `lost` (Kahan's summation with Knuth's sum of two numbers, "The Art of Computer Programming", vol. 2,
/// section 4.2.2, theorem B). `lost` is 0 once the total is not finite.
DOXA_INLINE void add_compensated(Real x, Real& total, Real& lost) {
  const Real y = x + lost, next = total + y, of_y = next - total;
  const Real rounded_away = (total - (next - of_y)) + (y - of_y);
  lost = select(abs(rounded_away) < static_cast<Real>(__builtin_inf()), rounded_away, Real{0});
  total = next;
}

/// The sum of the two.
DOXA_INLINE Real compensated(Real total, Real lost) { return total + lost; }

}  // namespace elementary
}  // namespace doxa
