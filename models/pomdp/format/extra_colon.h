#pragma once

#include <cstddef>

#include "doxa/models/pomdp/format/token_reader.h"

namespace doxa::pomdp_format {

/// What can come next in an entry: numbers, or a colon and one member more.
struct Numbers {
  std::size_t count;        ///< how many
  std::size_t with_member;  ///< how many numbers follow the colon if the member is an index
};

/// Whether a colon is next, after which the entry names one member more; it is read. A lenient reader passes
/// over a colon that stands before the numbers instead, if no other reading is possible: no member of a set
/// is a number with a point or a sign, or a word of the format, and an index has its own count of numbers
/// after it.
bool on_to_member(TokenReader& reader, Numbers instead);

/// Before a single number, where no colon can stand: a lenient reader passes over it.
void pass_extra_colon(TokenReader& reader);

}  // namespace doxa::pomdp_format
