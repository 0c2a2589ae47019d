#include "doxa/models/pomdp/probability_entries.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "doxa/models/pomdp/pomdp.h"

namespace doxa::pomdp_format {
namespace {

// Dividing by a sum above 1 may have taken the smallest probabilities below the range of a double.
void drop_zeros_of_last_row(StochasticMatrix& table) {
  std::size_t kept = table.begin.back();
  for (std::size_t i = kept; i < table.non_zeros(); ++i)
    if (table.probability[i] != 0) {
      table.probability[kept] = table.probability[i];
      table.column[kept++] = table.column[i];
    }
  table.probability.resize(kept);
  table.column.resize(kept);
}

}  // namespace

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

// Keeps the last cell of each column, so that a pattern never holds more than O(columns) cells.
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

void ProbabilityEntries::put(Assembly& out, std::uint32_t column, double p, std::size_t time) {
  if (time <= out.time[column]) return;
  if (out.time[column] == 0) out.set.push_back(column);
  out.time[column] = time;
  out.value[column] = p;
  out.latest = std::max(out.latest, time);
}

void ProbabilityEntries::assemble(std::size_t action, std::size_t row, Assembly& out) const {
  for (const std::uint32_t column : out.set) out.time[column] = 0;
  out.set.clear();
  const std::array<const Pattern*, 4> fitting{
      &patterns_[pattern_at_[slot(action, row)]], &patterns_[pattern_at_[slot(action, rows_)]],
      &patterns_[pattern_at_[slot(actions_, row)]], &patterns_[pattern_at_[slot(actions_, rows_)]]};
  Cover cover;
  for (const Pattern* p : fitting)
    if (p->cover.time > cover.time) cover = p->cover;
  out.latest = cover.time;
  if (cover.kind == Cover::Kind::identity) put(out, static_cast<std::uint32_t>(row), cover.value, cover.time);
  if (cover.kind == Cover::Kind::constant && cover.value != 0)
    for (std::uint32_t c = 0; c < columns_; ++c) put(out, c, cover.value, cover.time);
  if (cover.kind == Cover::Kind::cells)
    for (std::size_t i = shared_begin_[cover.shared]; i < shared_begin_[cover.shared + 1]; ++i)
      put(out, shared_cells_[i].first, shared_cells_[i].second, cover.time);
  out.spelled_out += out.set.size();
  for (const Pattern* p : fitting) {
    out.spelled_out += p->cells.size();
    for (const TimedCell& cell : p->cells)
      if (cell.time > cover.time) put(out, cell.column, cell.p, cell.time);
  }
  if (!std::is_sorted(out.set.begin(), out.set.end())) std::sort(out.set.begin(), out.set.end());
}

StochasticMatrix ProbabilityEntries::build(const OnFault& on_fault) {
  for (Pattern& p : patterns_) drop_overwritten(p);
  StochasticMatrix table;
  table.columns = columns_;
  table.begin.reserve(actions_ * rows_ + 1);
  Assembly assembly{std::vector<double>(columns_), std::vector<std::size_t>(columns_), {}, 0, 0};
  for (std::size_t action = 0; action < actions_; ++action)
    for (std::size_t row = 0; row < rows_; ++row) {
      assemble(action, row, assembly);
      const Position* at = assembly.latest ? &position_[assembly.latest] : nullptr;
      double sum = 0;
      for (const std::uint32_t c : assembly.set) {
        if (assembly.value[c] == 0) continue;
        sum += assembly.value[c];
        table.column.push_back(c);
        table.probability.push_back(assembly.value[c]);
      }
      if (table.non_zeros() > max_non_zeros || assembly.spelled_out > max_spelled_out)
        on_fault(Fault::too_large, action, row, sum, at);
      if (!at) on_fault(Fault::never_given, action, row, sum, at);
      if (!(std::abs(sum - 1) <= row_sum_tolerance)) on_fault(Fault::sum, action, row, sum, at);
      normalise(std::span(table.probability).subspan(table.begin.back()));
      drop_zeros_of_last_row(table);
      table.begin.push_back(table.non_zeros());
    }
  return table;
}

}  // namespace doxa::pomdp_format
