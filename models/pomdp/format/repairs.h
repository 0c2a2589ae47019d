#pragma once

#include <string>
#include <vector>

#include "doxa/models/pomdp/format/tokens.h"

// The repairs of a lenient reader that must look ahead to be sure of the only possible reading.

namespace doxa::pomdp_format {

/// What can come next in an entry: numbers, or a colon and one more member.
struct Numbers {
  std::size_t count;        ///< how many
  std::size_t with_member;  ///< how many numbers follow the colon if the member is an index
};

/// Whether a colon comes next, after which the entry names one more member; the colon is read. A lenient
/// reader skips a colon that stands before the numbers instead, where no other reading is possible: a number
/// with a point or a sign, or a word of the format, is no member of a set, and an index is followed by
/// `with_member` numbers.
bool on_to_member(TokenReader& reader, Numbers instead);

/// Before a single number no colon can stand: a lenient reader skips it.
void pass_extra_colon(TokenReader& reader);

/// What a lenient reader makes of a table, rows x columns, of probabilities that has too few or too many
/// entries. Three readings are tried:
///   - a single row, meant for all,
///   - the right table, and zeros after its last row,
///   - rows that are too long, all of whose surplus entries are zeros.
/// If exactly one of them makes every row sum to 1 within row_sum_tolerance, the numbers are read, the repair
/// is noted, and the result is the table, rows·columns numbers, or `columns` numbers for a single row.
/// Otherwise, and where the size is right, nothing is read and the result is empty. So nothing is made up:
/// missing entries stay missing, and only zeros are dropped. `what` names the entries in the text of the
/// repair.
std::vector<double> read_wrong_size(TokenReader& reader, const std::string& what, std::size_t rows,
                                    std::size_t columns);

}  // namespace doxa::pomdp_format
