#pragma once

#include <vector>

#include "doxa/models/pomdp/format/preamble.h"

namespace doxa::pomdp_format {

/// The start distribution b_0, [S], in any of its forms: a vector, `uniform`, one state, `include:` or
/// `exclude:` a list; uniform where there is no `start`. Throws FileError.
std::vector<double> read_start(TokenReader& reader, const NameSet& states);

}  // namespace doxa::pomdp_format
