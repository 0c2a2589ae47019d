#pragma once

#include <cstddef>
#include <string>

namespace doxa {

/// A fault of a .pomdp file that was repaired while it was read leniently: where, and "what was found, what
/// was expected: what it was read as". Line and column count as in FileError.
struct PomdpRepair {
  std::size_t line = 0, column = 0;
  std::string text;

  bool operator==(const PomdpRepair&) const = default;
};

}  // namespace doxa
