#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/autograd/internal/arena.h"
#include "doxa/autograd/tape.h"

namespace doxa {

/// The names of a tape's regions, each kept once. Region 0 is the whole tape, with the path ""; every other
/// one lies inside a region of a smaller number. See Scope in tape.h.
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
  struct Recent {  // a training step asks for the same names again and again, at the same addresses
    std::uint32_t outer = 0, scope = 0;
    const char* name = nullptr;
  };

  static std::size_t slot(std::uint32_t outer, std::string_view name) {
    const auto at = reinterpret_cast<std::uintptr_t>(name.data());
    return (at >> 3 ^ at >> 9 ^ outer * std::uintptr_t{7}) % 64;
  }
  std::string_view last_name(std::uint32_t scope) const {
    return std::string_view(regions_[scope].path).substr(regions_[scope].begin);
  }
  std::uint32_t find(std::uint32_t outer, std::string_view name);

  static constexpr std::uint32_t largest_scope = 0xFFFFFF;  // a record keeps its number in 24 bits
  std::deque<Region> regions_{{0, 0, ""}};                  // whose paths do not move
  std::array<Recent, 64> recent_{};
};

/// In debug and sanitizer builds (DOXA_CHECKED) uninitialised memory is filled with NaN, all bits set, so
/// that an element that a rule forgets to set shows. Otherwise does nothing.
inline void fill_with_nan([[maybe_unused]] void* p, [[maybe_unused]] std::size_t bytes) {
#ifdef DOXA_CHECKED
  if (bytes > 0) std::memset(p, 0xFF, bytes);
#endif
}

/// The part of a tape that only the engine's own sources know.
struct Tape::State {
  Arena memory;  // values, and what the rules keep
  AdjointPool adjoints;
  Real* sink = nullptr;  // where rules may write the adjoints of operands that need none
  Index sink_size = 0;
  void reset_adjoints() {
    adjoints.reset();
    sink = nullptr;
    sink_size = 0;
  }
  std::array<const Shape*, 32> recent_shapes{};     // kept in `memory`, for the next records of such a shape
  std::vector<Real, CacheAligned<Real>> workspace;  // of the rule that runs
  ScopeTable scopes;

  std::vector<Run> earlier_runs;  // of records still on the tape, in order

  struct BoundValue {
    const Tensor* gradient;
    std::uint32_t record;
    std::uint32_t first_use = none;  // the first record that used its numbers
    std::uint32_t since = 0;         // records from here on used numbers with this fingerprint
    std::uint32_t backward = 0;      // the last backward when it was taken
    std::uint64_t fingerprint = 0;
  };
  std::vector<BoundValue> leaves;  // bound leaves, in order
  std::vector<std::uint32_t> leaf_slots =
      std::vector<std::uint32_t>(64);  // open addressing by the gradient's address: its place + 1, or 0
  std::vector<const Tensor*> constant_leaves;  // gradients whose leaves are bound as constants: a check's

  bool keep_adjoints = false;
  bool adjoints_kept = false;        // by the last backward
  std::uint32_t records_in_use = 0;  // by the backward that is running: the tape must not get shorter; else 0
  // Of the backward that is running: totals of leaves that many records use, and how many records have run
  // since something was added to them.
  struct LeafTotal {
    Real *total = nullptr, *lost = nullptr;
  };
  std::vector<LeafTotal> leaf_totals;
  std::uint32_t records_run = 0;
  bool keeps_leaf_gradients = false;  // the adjoints of leaves are the tape's own: see shards.h
  std::size_t peak_bytes = 0;

  // The rest belongs to the checkpoint that is being recorded.
  struct BoundLeaf {
    Shape shape;
    const Real* value;
    Tensor* gradient;
  };
  std::vector<Var> block_operands;
  std::vector<BoundLeaf> block_leaves;
};

}  // namespace doxa
