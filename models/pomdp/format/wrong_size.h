#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "doxa/models/pomdp/format/token_reader.h"

namespace doxa::pomdp_format {

/// What a lenient reader makes of a table, rows x columns, of probabilities that has too few or too many
/// entries. Three readings are tried:
///   - a single row, meant for all,
///   - the right table, and zeros after its last row,
///   - rows that are too long, all of whose surplus entries are zeros.
/// If just one of them makes every row sum to 1 within row_sum_tolerance, the numbers are read, the repair is
/// noted, and the result is the table, rows·columns numbers, or `columns` numbers for a single row.
/// Otherwise, and where the size is right, nothing is read and the result is empty. So nothing is made up:
/// entries that are missing stay missing, and none but zeros are passed over. `what` are the entries in the
/// repair's text.
std::vector<double> read_wrong_size(TokenReader& reader, const std::string& what, std::size_t rows,
                                    std::size_t columns);

}  // namespace doxa::pomdp_format
