#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/models/pomdp/format/tokens.h"

namespace doxa::pomdp_format {

/// The states, the actions or the observations of a .pomdp file: a count, or names.
struct NameSet {
  std::string one;                   ///< "a state"
  std::string many;                  ///< "states"
  std::vector<std::string> names{};  ///< "0", "1", … where only counted
  /// The position of each name; empty where only counted. The keys lie in the text that is read. It is an
  /// ordered map because a hostile text could make a hash table slow.
  std::map<std::string_view, std::uint32_t> index{};

  std::size_t size() const { return names.size(); }
};

/// The first part of a .pomdp file. All of it must be there, in any order; a lenient reader takes the
/// defaults below where `discount` or `values` is missing.
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

/// The start distribution b_0, [S], in any of its forms: a vector, `uniform`, one state, or a list after
/// `include:` or `exclude:`; uniform where there is no `start`. Throws FileError.
std::vector<double> read_start(TokenReader& reader, const NameSet& states);

/// A word that has a meaning of its own in a .pomdp file, so that it cannot be a name.
bool is_reserved(std::string_view word);

}  // namespace doxa::pomdp_format
