#pragma once

#include "doxa/models/pomdp/format/tokens.h"

// Lines of other dialects of the format, and misspelt ones. Without them a list of names would take in the
// first word of such a line, and the error would be reported after it.

namespace doxa::pomdp_format {

/// Whether the next token is a word that begins a line unknown to the format. A ':' follows it, or a whole
/// number and a ':', as in "prio 2: a b", or, if `new_line` says that the word is the first of its line, any
/// number on that line.
bool begins_unknown_line(const TokenReader& reader, bool new_line);

/// Refuses the word: names the dialect that has such lines, or else the word of the format that it looks
/// like. Throws FileError.
[[noreturn]] void refuse_unknown_line(const TokenReader& reader);

}  // namespace doxa::pomdp_format
