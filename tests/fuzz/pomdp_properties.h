#pragma once

#include <string_view>

#include "outcome.h"

namespace doxa::fuzz {

/// Reads any bytes as a .pomdp file and throws std::logic_error, which names the property, unless
///   - the text is read, or refused by a FileError with one line "file:line:column: …, expected …" that
///   points
///     into the text, and by no other exception;
///   - a model that is read is valid, is written in a form that reads back equal, and its filter's predictive
///     distributions and beliefs sum to 1 within rounding over a few steps;
///   - a text that is read strictly is read leniently to the same model with no repair, and one that is
///   refused
///     strictly is refused leniently too, or read with at least one repair that points into the text.
Outcome check_pomdp_text(std::string_view text);

}  // namespace doxa::fuzz
