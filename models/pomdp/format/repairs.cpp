#include "doxa/models/pomdp/format/repairs.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "doxa/models/pomdp/pomdp.h"

namespace doxa::pomdp_format {
namespace {

using Kind = Token::Kind;

void note_extra_colon(TokenReader& reader, Position at) {
  reader.repaired(at, "found ':' before a number or a word that stands for some, expected none: passed over");
}

bool is_distribution(std::span<const double> p) {
  return std::abs(std::accumulate(p.begin(), p.end(), 0.0) - 1) <= row_sum_tolerance;
}

bool all_zero(std::span<const double> p) {
  return std::all_of(p.begin(), p.end(), [](double x) { return x == 0; });
}

// Rows of which the first `columns` entries are a distribution and the others, up to `width`, zeros.
bool fits(std::span<const double> numbers, std::size_t rows, std::size_t columns, std::size_t width) {
  for (std::size_t r = 0; r < rows; ++r)
    if (!is_distribution(numbers.subspan(r * width, columns)) ||
        !all_zero(numbers.subspan(r * width + columns, width - columns)))
      return false;
  return true;
}

enum class Reading { none, one_row, trailing_zeros, zero_columns };

Reading only_reading(std::span<const double> numbers, std::size_t rows, std::size_t columns) {
  const std::size_t n = numbers.size(), expected = rows * columns;
  if (n < expected) return n == columns && is_distribution(numbers) ? Reading::one_row : Reading::none;
  const bool trailing = fits(numbers, rows, columns, columns) && all_zero(numbers.subspan(expected));
  const bool too_wide = rows > 1 && n % rows == 0 && fits(numbers, rows, columns, n / rows);
  if (n == expected || trailing == too_wide) return Reading::none;
  return trailing ? Reading::trailing_zeros : Reading::zero_columns;
}

}  // namespace

bool on_to_member(TokenReader& reader, Numbers instead) {
  const Position at = reader.token().at;
  if (!reader.accept(Kind::colon)) return false;
  if (!reader.lenient()) return true;
  const Token& next = reader.token();
  bool extra = next.is(Kind::real) || next.is(Kind::minus) || next.is(Kind::plus) || next.is("uniform") ||
               next.is("identity") || next.is("reset");
  if (next.is(Kind::integer) && instead.count > 1 && instead.count != instead.with_member)
    extra = reader.numbers_ahead(instead.count + 1) == instead.count;
  if (extra) note_extra_colon(reader, at);
  return !extra;
}

void pass_extra_colon(TokenReader& reader) {
  if (!reader.lenient() || !reader.token().is(Kind::colon)) return;
  note_extra_colon(reader, reader.token().at);
  reader.advance();
}

std::vector<double> read_wrong_size(TokenReader& reader, const std::string& what, std::size_t rows,
                                    std::size_t columns) {
  const std::size_t expected = rows * columns;
  if (!reader.lenient() || !reader.token().is_number() || reader.numbers_ahead(expected + 1) == expected)
    return {};
  TokenReader ahead = reader;
  std::vector<double> numbers;
  while (ahead.token().is_number()) numbers.push_back(ahead.number("a probability"));
  const Reading reading = only_reading(numbers, rows, columns);
  if (reading == Reading::none) return {};
  ahead.repaired(reader.token().at, "found " + std::to_string(numbers.size()) + " " + what + ", expected " +
                                        std::to_string(expected) + ": " +
                                        (reading == Reading::one_row ? "read as one row for all states"
                                                                     : "surplus zeros passed over"));
  reader = std::move(ahead);
  const std::size_t width = reading == Reading::zero_columns ? numbers.size() / rows : columns;
  if (reading != Reading::one_row) {
    for (std::size_t r = 1; r < rows; ++r)
      std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(r * width), columns,
                  numbers.begin() + static_cast<std::ptrdiff_t>(r * columns));
    numbers.resize(expected);
  }
  return numbers;
}

}  // namespace doxa::pomdp_format
