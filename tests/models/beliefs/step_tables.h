#pragma once

#include <vector>

#include "doxa/models/pomdp/step_table.h"

namespace doxa::testing {

/// A table of the rows of each trajectory, side by side.
inline StepTable step_table(std::size_t width, const std::vector<std::vector<double>>& trajectories) {
  StepTable table(width);
  for (const std::vector<double>& rows : trajectories) table.append(rows);
  return table;
}

}  // namespace doxa::testing
