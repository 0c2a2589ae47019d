#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <vector>

namespace doxa {

/// The reward R(a, s, s', o) as a list of patterns, in which `any` stands for all actions, states or
/// observations and a later pattern overrides an earlier one. It is never spelled out as an A·S·S·O table:
/// memory is O(patterns), and a look-up costs O(log patterns) for each of the at most 16 sets of wildcards in
/// use. The maps are ordered because a hostile file could choose patterns that collide in a hash table.
class Reward {
 public:
  static constexpr std::uint32_t any = 0xffffffff;
  struct Pattern {
    std::uint32_t action = any, state = any, next = any, observation = any;
    auto operator<=>(const Pattern&) const = default;
  };
  struct Entry {
    Pattern pattern;
    double value;
    bool operator==(const Entry&) const = default;
  };

  void set(const Pattern& pattern, double value);  ///< overrides the patterns set before
  /// The value of the last pattern that fits, 0 if none does. The arguments must be indices, not `any`.
  double operator()(std::size_t action, std::size_t state, std::size_t next, std::size_t observation) const;
  /// In the order in which they were set.
  const std::vector<Entry>& entries() const { return entries_; }

  /// Compares the lists of patterns: different lists may be the same function.
  bool operator==(const Reward& other) const { return entries_ == other.entries_; }

 private:
  std::vector<Entry> entries_;
  // One map for each set of wildcards, from a pattern to its last position in entries_.
  std::array<std::map<Pattern, std::size_t>, 16> last_;
};

}  // namespace doxa
