#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/models/pomdp/episodes.h"

namespace doxa {

/// A row of `width` doubles for each step of several trajectories: a predictor's probabilities
/// p̂(o_k = o | past) of the O observations, the beliefs b_k(s) over the S states, or the numbers that a
/// learner remembers after step k. It also holds predictions of n = 1, 2, … steps ahead, with n in the place
/// of k.
struct StepTable {
  std::size_t width = 0;
  std::vector<std::size_t> begin{0};  ///< the rows of trajectory i are begin[i] … begin[i+1]-1
  std::vector<double> values;         ///< row after row

  /// No trajectory yet.
  StepTable() = default;
  explicit StepTable(std::size_t w) : width(w) {}
  /// Zeros, a row for each step of each trajectory.
  StepTable(std::size_t w, std::span<const Trajectory> of) : width(w) {
    for (const Trajectory& t : of) begin.push_back(begin.back() + t.horizon());
    values.resize(rows() * w);
  }
  /// Zeros, `steps` rows for each trajectory.
  StepTable(std::size_t w, std::size_t trajectories, std::size_t steps) : width(w) {
    for (std::size_t i = 0; i < trajectories; ++i) begin.push_back(begin.back() + steps);
    values.resize(rows() * w);
  }

  /// Adds a trajectory with these rows. Throws std::invalid_argument unless there are whole rows.
  void append(std::span<const double> rows_of_one) {
    if (width == 0 || rows_of_one.size() % width != 0)
      throw std::invalid_argument("StepTable: " + std::to_string(rows_of_one.size()) +
                                  " numbers, expected a multiple of " + std::to_string(width));
    values.insert(values.end(), rows_of_one.begin(), rows_of_one.end());
    begin.push_back(values.size() / width);
  }

  std::size_t trajectories() const { return begin.size() - 1; }
  std::size_t rows() const { return begin.back(); }
  std::size_t steps(std::size_t i) const { return begin[i + 1] - begin[i]; }  ///< of trajectory i
  /// The row of step k = 1 … steps(i) of trajectory i, [width].
  std::span<double> row(std::size_t i, std::size_t k) { return std::span(values).subspan(at(i, k), width); }
  std::span<const double> row(std::size_t i, std::size_t k) const {
    return std::span(values).subspan(at(i, k), width);
  }

 private:
  std::size_t at(std::size_t i, std::size_t k) const { return (begin[i] + k - 1) * width; }
};

}  // namespace doxa
