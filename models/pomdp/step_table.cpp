#include "doxa/models/pomdp/step_table.h"

#include <stdexcept>
#include <string>

namespace doxa {

StepTable::StepTable(std::size_t w, std::span<const Trajectory> trajectories) : StepTable(w) {
  for (const Trajectory& t : trajectories) begin.push_back(begin.back() + t.horizon());
  values.resize(rows() * w);
}

StepTable::StepTable(std::size_t w, std::size_t trajectories, std::size_t steps) : StepTable(w) {
  for (std::size_t i = 0; i < trajectories; ++i) begin.push_back(begin.back() + steps);
  values.resize(rows() * w);
}

void StepTable::append(std::span<const double> rows_of_one) {
  if (width == 0 || rows_of_one.size() % width != 0)
    throw std::invalid_argument("StepTable: " + std::to_string(rows_of_one.size()) +
                                " numbers, expected a multiple of " + std::to_string(width));
  values.insert(values.end(), rows_of_one.begin(), rows_of_one.end());
  begin.push_back(rows() + rows_of_one.size() / width);
}

}  // namespace doxa
