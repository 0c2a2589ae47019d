#pragma once

#include <cmath>
#include <numbers>

#include "doxa/autograd/real.h"

namespace doxa {

/// A learning rate for each step t = 1 … T: linear warm-up over the first W (Goyal et al., arXiv 1706.02677,
/// section 2.2), then half a cosine down to a fraction f of the peak (Loshchilov & Hutter, arXiv 1608.03983,
/// eq. 5):
///   η_t = η t / W                                            t <= W
///   η_t = η (f + (1 - f) (1 + cos(π (t - W) / (T - W))) / 2)   W < t <= T
/// and η f from then on. η_W = η; halfway between W and T it is η (1 + f) / 2; η_T = η f.
struct WarmupCosine {
  double peak = 1e-3;         ///< η
  Index steps = 1;            ///< T
  Index warm_up = 0;          ///< W
  double final_fraction = 0;  ///< f

  double operator()(Index t) const {
    if (t <= warm_up) return peak * static_cast<double>(t) / static_cast<double>(warm_up);
    if (t >= steps) return peak * final_fraction;
    const double progress = static_cast<double>(t - warm_up) / static_cast<double>(steps - warm_up);
    return peak * (final_fraction + (1 - final_fraction) * (1 + std::cos(std::numbers::pi * progress)) / 2);
  }
};

}  // namespace doxa
