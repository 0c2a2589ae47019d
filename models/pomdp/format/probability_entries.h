#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "doxa/models/pomdp/format/tokens.h"
#include "doxa/models/pomdp/stochastic_matrix.h"

namespace doxa::pomdp_format {

/// The entries of one table of a .pomdp file (T or O) on the way to its stochastic matrix: p(column | row,
/// action) with wildcards, where the last entry written wins. An entry is kept under the pattern it was
/// written for, at a cost of O(its own length) whatever its wildcards cover; only `build` spells them out,
/// once for each row.
class ProbabilityEntries {
 public:
  static constexpr std::uint32_t any = 0xffffffff;  ///< the wildcard
  using Cell = std::pair<std::uint32_t, double>;    ///< column, probability

  ProbabilityEntries(std::size_t actions, std::size_t rows, std::size_t columns);

  void set_cell(std::uint32_t action, std::uint32_t row, std::uint32_t column, double p, Position at);
  /// A whole row: its non-zero cells, columns ascending.
  void set_row(std::uint32_t action, std::uint32_t row, const std::vector<Cell>& cells, Position at);
  void set_uniform(std::uint32_t action, std::uint32_t row, Position at);
  void set_identity(std::uint32_t action, Position at);
  /// Cells to be shared by any number of rows, and a row made of them.
  std::size_t share(const std::vector<Cell>& cells);
  void set_shared_row(std::uint32_t action, std::uint32_t row, std::size_t shared, Position at);

  /// What is wrong with a row: `on_fault` is called with the place of an entry above 1, which alone makes the
  /// sum wrong, or else of the row's last entry (nullptr if it has none). It must throw, unless the fault is
  /// a sum that can be normalised, which its return accepts.
  enum class Fault { never_given, sum, too_large };
  using OnFault =
      std::function<void(Fault, std::size_t action, std::size_t row, double sum, const Position* at)>;
  /// Row action·rows + row of the result is p(· | row, action), normalised. O(rows + non-zeros + cells of
  /// wildcards).
  StochasticMatrix build(const OnFault& on_fault);

 private:
  // An entry for all columns at once; the entries before it count no more.
  struct Cover {
    enum class Kind { none, cells, constant, identity };
    Kind kind = Kind::none;
    std::size_t time = 0;
    std::size_t shared = 0;
    double value = 0;
  };
  struct TimedCell {
    std::size_t time;
    double p;
    std::uint32_t column;
  };
  // What was written for one pattern of action and row, wildcards included.
  struct Pattern {
    Cover cover;
    std::vector<TimedCell> cells;  // later than the cover; build sorts them by column
  };
  struct CoverCursor;
  // What is known of a row once it is put together.
  struct Row {
    double sum = 0;
    std::size_t last_time = 0;    // of the last entry that counts, 0 for none
    std::size_t excess_time = 0;  // of an entry above 1, 0 for none
    std::size_t looked_at = 0;    // columns
  };

  std::size_t slot(std::size_t action, std::size_t row) const { return action * (rows_ + 1) + row; }
  Pattern& pattern(std::uint32_t action, std::uint32_t row);
  void set_cover(std::uint32_t action, std::uint32_t row, Cover cover, Position at);
  void drop_overwritten(Pattern& p) const;
  std::array<const Pattern*, 4> fitting(std::size_t action, std::size_t row) const;
  CoverCursor cursor(const Cover& cover, std::size_t row) const;
  Row assemble(std::size_t action, std::size_t row, StochasticMatrix& table) const;

  std::size_t actions_, rows_, columns_;
  std::vector<std::uint32_t> pattern_at_;  // (actions+1) x (rows+1), the last of each the wildcard; 0: none
  std::vector<Pattern> patterns_;
  std::vector<Position> position_;  // of the entry written at each time
  std::vector<Cell> shared_cells_;
  std::vector<std::size_t> shared_begin_{0};
};

}  // namespace doxa::pomdp_format
