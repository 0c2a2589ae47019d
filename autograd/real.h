#pragma once

#include <cstdint>

#ifndef DOXA_REAL
#define DOXA_REAL double
#endif

namespace doxa {

/// The floating-point type of every tensor: double, or float when configured with -DDOXA_REAL=float.
using Real = DOXA_REAL;

/// Extents, positions and counts. Signed, so that differences are safe.
using Index = std::int64_t;

}  // namespace doxa
