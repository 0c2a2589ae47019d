#pragma once

#include "rows.h"

namespace doxa::benchmarks {

/// Nanoseconds an element of the vectorised elementary functions, beside those of a loop over std::.
void time_elementary_functions(double seconds, Rows& rows);

}  // namespace doxa::benchmarks
