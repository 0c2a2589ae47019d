#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doxa {

/// The names of a tape's regions, each kept once: number 0 is the whole tape, "", and every other one lies
/// inside a region of a smaller number. See Scope in tape.h.
class ScopeTable {
 public:
  /// The region `name` inside `outer`, made when it is first asked for.
  std::uint32_t inside(std::uint32_t outer, std::string_view name) {
    const Recent& r = recent_[slot(outer, name)];
    if (r.outer == outer && r.name == name.data() && last_name(r.scope) == name) [[likely]]
      return r.scope;
    return find(outer, name);
  }
  const std::string& path(std::uint32_t scope) const { return regions_[scope].path; }  ///< "encoder/layer1"

 private:
  struct Region {
    std::uint32_t outer;
    std::size_t begin;  // of its own name in the path
    std::string path;
  };
  struct Recent {  // a step asks for the same names again and again
    std::uint32_t outer = 0, scope = 0;
    const char* name = nullptr;
  };

  static std::size_t slot(std::uint32_t outer, std::string_view name) {
    const auto at = reinterpret_cast<std::uintptr_t>(name.data());
    return (at >> 3 ^ at >> 9 ^ outer * std::size_t{7}) % 64;
  }
  std::string_view last_name(std::uint32_t scope) const {
    return std::string_view(regions_[scope].path).substr(regions_[scope].begin);
  }
  std::uint32_t find(std::uint32_t outer, std::string_view name);

  std::vector<Region> regions_{{0, 0, ""}};
  std::array<Recent, 64> recent_{};
};

}  // namespace doxa
