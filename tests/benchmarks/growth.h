#pragma once

#include <filesystem>
#include <ostream>

#include "rows.h"

namespace doxa::benchmarks {

/// Time and memory of one training step of the filtering posterior against the number of steps T, the batch B
/// and the width H: rows doxa-growth,<T|B|H>,<dtype>,1,<T>,<B>,<H>,<microseconds>,<records>,<bytes>, the
/// slopes of their logarithms in a table, and the curves in `directory`/growth.svg. Throws std::runtime_error
/// if that cannot be written.
void measure_growth(const std::filesystem::path& directory, double seconds, Rows& rows, std::ostream& out);

}  // namespace doxa::benchmarks
