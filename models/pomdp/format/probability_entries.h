#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "doxa/models/pomdp/format/tokens.h"
#include "doxa/models/pomdp/stochastic_matrix.h"

namespace doxa::pomdp_format {

/// Collects the entries of one table of a .pomdp file (T or O), p(column | row, action) with wildcards, and
/// makes the stochastic matrix of them; the last entry written wins. An entry is stored under the pattern of
/// action and row that it was written for, which costs O(its own length) however many rows its wildcards
/// cover. Only `build` spells wildcards out, once for each row.
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
  /// Stores cells that any number of rows may share, and sets a row to them.
  std::size_t share(const std::vector<Cell>& cells);
  void set_shared_row(std::uint32_t action, std::uint32_t row, std::size_t shared, Position at);

  /// What is wrong with a row. `on_fault` is called with the place of an entry above 1, if there is one, or
  /// else of the row's last entry (nullptr if it has none). It must throw; only for a sum that can be
  /// normalised may it return, and the row is then normalised.
  enum class Fault { never_given, sum, too_large };
  using OnFault =
      std::function<void(Fault, std::size_t action, std::size_t row, double sum, const Position* at)>;
  /// Row action·rows + row of the result is p(· | row, action), normalised. O(rows + non-zeros + cells of
  /// wildcards).
  StochasticMatrix build(const OnFault& on_fault);

 private:
  // An entry for all columns at once, which overrides all earlier ones.
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
  // What was written for one pattern of action and row, each of which may be the wildcard.
  struct Pattern {
    Cover cover;
    std::vector<TimedCell> cells;  // later than the cover; build sorts them by column
  };
  struct CoverCursor;
  // What `assemble` finds out about a row.
  struct Row {
    double sum = 0;
    std::size_t last_time = 0;    // of the last entry that has an effect, 0 for none
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
  std::vector<std::uint32_t> pattern_at_;  // (actions+1) x (rows+1), the last one the wildcard; 0: none
  std::vector<Pattern> patterns_;
  std::vector<Position> position_;  // of the entry written at each time
  std::vector<Cell> shared_cells_;
  std::vector<std::size_t> shared_begin_{0};
};

}  // namespace doxa::pomdp_format
