#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/models/pomdp/format/token_reader.h"

namespace doxa::pomdp_format {

/// The states, the actions or the observations of a .pomdp file: a count, or names.
struct NameSet {
  std::string one;                   ///< "a state"
  std::string many;                  ///< "states"
  std::vector<std::string> names{};  ///< "0", "1", … where only counted
  /// The position of each name, where named. The keys lie in the text that is read, which
  /// cannot slow down an ordered map as it could a hash table.
  std::map<std::string_view, std::uint32_t> index{};

  std::size_t size() const { return names.size(); }
};

/// The first part of a .pomdp file, all of which must be there, in any order. (A lenient reader takes the
/// values given here for a discount and for `values` that are missing.)
struct PomdpPreamble {
  double discount = 1;
  bool cost = false;  ///< values: cost
  NameSet states{"a state", "states"}, actions{"an action", "actions"},
      observations{"an observation", "observations"};
};

/// Reads until the first token that does not belong to the preamble. Throws FileError.
PomdpPreamble read_preamble(TokenReader& reader);

/// Reads one member of a set, by name or by index; `wildcard` for `*`. Throws FileError for any other token.
std::uint32_t read_member(TokenReader& reader, const NameSet& set);
inline constexpr std::uint32_t wildcard = 0xffffffff;

/// A word that has a meaning of its own in a .pomdp file, so that it cannot be a name.
bool is_reserved(std::string_view word);

}  // namespace doxa::pomdp_format
