#pragma once

#include <cstddef>
#include <span>

#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

namespace doxa {

/// In how many of four intervals within `step` of 0 does component i of F jump? They are those where F is
/// furthest from a smooth curve. Jumps are sought in F - trend t, where `trend` is the slope between them,
/// and are larger than `noise`, and than this share of F: over a long step F may grow, and its noise with it.
int count_jumps(const LineFunction& f, std::size_t outputs, std::size_t i, double step, double trend,
                double noise, double share);

/// F is constant within `flat` of 0, and not over the longer steps (not empty, the longest first). Is it
/// constant near most other places as well, at three values or more that are clearly apart? Then it is no
/// plateau of a smooth function.
bool moves_in_steps(const LineFunction& f, std::size_t i, std::span<const double> here,
                    std::span<const SlopeEstimate> longer, double flat);

}  // namespace doxa
