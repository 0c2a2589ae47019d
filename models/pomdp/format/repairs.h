#pragma once

#include <string>
#include <vector>

#include "doxa/models/pomdp/format/tokens.h"

// The repairs of a lenient reader that must look ahead to be sure of the only possible reading.

namespace doxa::pomdp_format {

/// How many numbers can come next in an entry, where it may also name one more member after a colon.
struct Numbers {
  std::size_t count;        ///< if no member comes first
  std::size_t with_member;  ///< after the colon, if the member is an index, which is counted, too
};

/// Reads the colon that may come next, and returns whether the entry names one more member after it. A
/// lenient reader passes over a colon that stands before the numbers, and returns false, where no other
/// reading is possible: a number with a point or a sign, or a word such as `uniform`, is not a member of a
/// set, and `count` numbers in a row do not begin with an index if that would make `with_member` of them.
bool on_to_member(TokenReader& reader, Numbers instead);

/// Where a single number must come next, a lenient reader passes over a colon before it.
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
