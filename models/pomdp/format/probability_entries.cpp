#include "doxa/models/pomdp/format/probability_entries.h"

#include <algorithm>
#include <cmath>

#include "doxa/models/pomdp/pomdp.h"

namespace doxa::pomdp_format {

ProbabilityEntries::ProbabilityEntries(std::size_t actions, std::size_t rows, std::size_t columns)
    : actions_(actions),
      rows_(rows),
      columns_(columns),
      pattern_at_((actions + 1) * (rows + 1), 0),
      patterns_(1),
      position_(1) {}

ProbabilityEntries::Pattern& ProbabilityEntries::pattern(std::uint32_t action, std::uint32_t row) {
  std::uint32_t& at = pattern_at_[slot(action == any ? actions_ : action, row == any ? rows_ : row)];
  if (at == 0) {
    at = static_cast<std::uint32_t>(patterns_.size());
    patterns_.emplace_back();
  }
  return patterns_[at];
}

void ProbabilityEntries::set_cover(std::uint32_t action, std::uint32_t row, Cover cover, Position at) {
  Pattern& p = pattern(action, row);
  cover.time = position_.size();
  position_.push_back(at);
  p.cover = cover;
  p.cells.clear();
}

void ProbabilityEntries::set_cell(std::uint32_t action, std::uint32_t row, std::uint32_t column, double value,
                                  Position at) {
  if (column == any) return set_cover(action, row, {Cover::Kind::constant, 0, 0, value}, at);
  Pattern& p = pattern(action, row);
  p.cells.push_back({position_.size(), value, column});
  position_.push_back(at);
  if (p.cells.size() > 2 * columns_ + 16) drop_overwritten(p);
}

// Keeps only the last cell of each column, so that a pattern never holds more than O(columns) cells.
void ProbabilityEntries::drop_overwritten(Pattern& p) const {
  std::sort(p.cells.begin(), p.cells.end(), [](const TimedCell& a, const TimedCell& b) {
    return a.column != b.column ? a.column < b.column : a.time > b.time;
  });
  const auto same_column = [](const TimedCell& a, const TimedCell& b) { return a.column == b.column; };
  p.cells.erase(std::unique(p.cells.begin(), p.cells.end(), same_column), p.cells.end());
}

std::size_t ProbabilityEntries::share(const std::vector<Cell>& cells) {
  shared_cells_.insert(shared_cells_.end(), cells.begin(), cells.end());
  shared_begin_.push_back(shared_cells_.size());
  return shared_begin_.size() - 2;
}

void ProbabilityEntries::set_shared_row(std::uint32_t action, std::uint32_t row, std::size_t shared,
                                        Position at) {
  set_cover(action, row, {Cover::Kind::cells, 0, shared, 0}, at);
}

void ProbabilityEntries::set_row(std::uint32_t action, std::uint32_t row, const std::vector<Cell>& cells,
                                 Position at) {
  set_shared_row(action, row, share(cells), at);
}

void ProbabilityEntries::set_uniform(std::uint32_t action, std::uint32_t row, Position at) {
  set_cover(action, row, {Cover::Kind::constant, 0, 0, 1 / static_cast<double>(columns_)}, at);
}

void ProbabilityEntries::set_identity(std::uint32_t action, Position at) {
  set_cover(action, any, {Cover::Kind::identity, 0, 0, 1}, at);
}

std::array<const ProbabilityEntries::Pattern*, 4> ProbabilityEntries::fitting(std::size_t action,
                                                                              std::size_t row) const {
  return {&patterns_[pattern_at_[slot(action, row)]], &patterns_[pattern_at_[slot(action, rows_)]],
          &patterns_[pattern_at_[slot(actions_, row)]], &patterns_[pattern_at_[slot(actions_, rows_)]]};
}

// Goes through the columns that a cover sets, in ascending order: `next` is the next one.
struct ProbabilityEntries::CoverCursor {
  Cover cover;
  const Cell *cell, *cells_end;  // Kind::cells
  std::size_t next, end;

  void advance() {
    if (cover.kind == Cover::Kind::cells)
      next = ++cell == cells_end ? end : cell->first;
    else
      next = cover.kind == Cover::Kind::constant ? next + 1 : end;
  }
  double value() const { return cover.kind == Cover::Kind::cells ? cell->second : cover.value; }
};

ProbabilityEntries::CoverCursor ProbabilityEntries::cursor(const Cover& cover, std::size_t row) const {
  CoverCursor c{cover, nullptr, nullptr, columns_, columns_};
  if (cover.kind == Cover::Kind::constant && cover.value != 0) c.next = 0;
  if (cover.kind == Cover::Kind::identity) c.next = row;
  if (cover.kind == Cover::Kind::cells) {
    c.cell = shared_cells_.data() + shared_begin_[cover.shared];
    c.cells_end = shared_cells_.data() + shared_begin_[cover.shared + 1];
    if (c.cell != c.cells_end) c.next = c.cell->first;
  }
  return c;
}

// Merges the cover and the later cells in ascending columns, and appends what is not zero.
ProbabilityEntries::Row ProbabilityEntries::assemble(std::size_t action, std::size_t row,
                                                     StochasticMatrix& table) const {
  struct Run {
    const TimedCell *at, *end;
  };
  const std::array<const Pattern*, 4> patterns = fitting(action, row);
  Row out;
  Cover latest;
  for (const Pattern* p : patterns)
    if (p->cover.time > latest.time) latest = p->cover;
  CoverCursor cover = cursor(latest, row);
  out.last_time = latest.time;
  std::array<Run, 4> runs;
  std::size_t n = 0;
  for (const Pattern* p : patterns)
    if (!p->cells.empty()) runs[n++] = {p->cells.data(), p->cells.data() + p->cells.size()};
  for (;; ++out.looked_at) {
    std::size_t column = cover.next;
    for (std::size_t i = 0; i < n; ++i)
      if (runs[i].at != runs[i].end) column = std::min<std::size_t>(column, runs[i].at->column);
    if (column == columns_) return out;
    double value = 0;
    std::size_t time = 0;
    if (cover.next == column) {
      value = cover.value();
      time = latest.time;
      cover.advance();
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (runs[i].at == runs[i].end || runs[i].at->column != column) continue;
      const TimedCell& cell = *runs[i].at++;
      if (cell.time <= std::max(time, latest.time)) continue;
      value = cell.p;
      time = cell.time;
    }
    out.last_time = std::max(out.last_time, time);
    if (value > 1 + row_sum_tolerance && out.excess_time == 0) out.excess_time = time;
    out.sum += value;
    if (value == 0) continue;
    table.column.push_back(static_cast<std::uint32_t>(column));
    table.probability.push_back(value);
  }
}

StochasticMatrix ProbabilityEntries::build(const OnFault& on_fault) {
  for (Pattern& p : patterns_) drop_overwritten(p);
  StochasticMatrix table;
  table.columns = columns_;
  table.begin.reserve(actions_ * rows_ + 1);
  std::size_t looked_at = 0;
  for (std::size_t action = 0; action < actions_; ++action)
    for (std::size_t row = 0; row < rows_; ++row) {
      const Row built = assemble(action, row, table);
      const std::size_t time = built.excess_time ? built.excess_time : built.last_time;
      const Position* at = time ? &position_[time] : nullptr;
      looked_at += built.looked_at;
      if (table.non_zeros() > max_non_zeros || looked_at > max_spelled_out)
        on_fault(Fault::too_large, action, row, built.sum, at);
      if (!at) on_fault(Fault::never_given, action, row, built.sum, at);
      if (!(std::abs(built.sum - 1) <= row_sum_tolerance)) on_fault(Fault::sum, action, row, built.sum, at);
      normalise(std::span(table.probability).subspan(table.begin.back()));
      table.begin.push_back(table.non_zeros());
    }
  return table;
}

}  // namespace doxa::pomdp_format
