#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace doxa {

/// Row-stochastic matrix in compressed sparse rows: only the non-zero probabilities are stored, so that a
/// pass over it costs O(non-zeros) in time and memory.
struct StochasticMatrix {
  /// The non-zero entries of one row, columns ascending.
  struct Row {
    std::span<const std::uint32_t> column;
    std::span<const double> probability;

    std::size_t size() const { return column.size(); }
    double sum() const;                           ///< Σ_c p(c), added from left to right
    double operator[](std::size_t column) const;  ///< p(column), 0 where nothing is stored; O(log size)
  };

  std::size_t columns = 0;
  std::vector<std::size_t> begin{0};  ///< row r lies at positions begin[r] … begin[r+1]-1
  std::vector<std::uint32_t> column;
  std::vector<double> probability;

  std::size_t rows() const { return begin.size() - 1; }
  std::size_t non_zeros() const { return probability.size(); }
  Row row(std::size_t r) const;
  /// Adds a row given densely, [columns], and drops its zeros.
  /// Throws std::invalid_argument if the number of values is not `columns`.
  void append_row(std::span<const double> values);

  bool operator==(const StochasticMatrix&) const = default;
};

/// Divides by the sum, unless the sum differs from 1 by rounding only (n 2^-52 for n terms). What is not 0
/// stays at least the smallest double above 0. Normalising twice changes nothing, so a normalised model that
/// is written to a file and read again keeps its bits.
void normalise(std::span<double> probabilities);
/// Whether probabilities with this sum can be normalised: it is finite and not 0.
bool can_be_normalised(double sum);

}  // namespace doxa
