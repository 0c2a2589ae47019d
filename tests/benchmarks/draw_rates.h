#pragma once

#include "rows.h"

namespace doxa::benchmarks {

/// Random numbers a second on one core: from the generator into memory that fits the first cache, and draws
/// of distributions onto a tape.
void time_draws(double seconds, Rows& rows);

}  // namespace doxa::benchmarks
