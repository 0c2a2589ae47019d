#pragma once

#include "rows.h"

namespace doxa::benchmarks {

/// Time and memory of the gradient of a recurrence over 4096 steps, its records stored or recomputed in √T
/// blocks.
void time_recomputation(double seconds, Rows& rows);

}  // namespace doxa::benchmarks
