#pragma once

#include <string>
#include <vector>

#include "support/axes.h"

namespace doxa::support::svg {

struct Tick {
  double value;
  std::string label;  // empty for a minor tick of a logarithmic axis
};

// Multiples of 1, 2 or 5 times a power of ten in `range`, `at_most` of them or fewer, two at least where the
// range has them.
std::vector<Tick> linear_ticks(Range range, int at_most);

// Powers of ten in `range`, or 1, 2 and 5 times powers of ten when the range is short.
std::vector<Tick> log_ticks(Range range, int at_most);

}  // namespace doxa::support::svg
