#pragma once

#include <array>
#include <cstring>
#include <vector>

#include "doxa/autograd/arena.h"

namespace doxa {

/// The memory of the adjoints of one backward. What is given back is taken again, the last first: a reverse
/// loop over a long tape then works in a few buffers that stay in the cache.
class AdjointPool {
 public:
  /// n uninitialised numbers.
  Real* take(Index n) {
    std::byte*& first = free_list(n);
    if (!first) return memory_.allocate_array<Real>(n);
    std::byte* taken = first;
    std::memcpy(&first, taken, sizeof first);
    return reinterpret_cast<Real*>(taken);
  }
  void give(Real* p, Index n) {
    if (n == 0) return;
    std::byte*& first = free_list(n);
    auto* given = reinterpret_cast<std::byte*>(p);
    std::memcpy(given, &first, sizeof first);  // a free buffer holds the address of the next one
    first = given;
  }
  /// Takes everything back.
  void reset() {
    memory_.rewind({});
    small_.fill(nullptr);
    for (Large& size : large_) size.first = nullptr;
  }

  std::size_t capacity() const { return memory_.capacity(); }  ///< bytes owned
  std::size_t used() const { return memory_.used(); }          ///< bytes that were in use at once, at most

 private:
  // One list for each number of cache lines.
  std::byte*& free_list(Index n) {
    const std::size_t lines = (static_cast<std::size_t>(n) * sizeof(Real) + 63) / 64;
    if (lines < small_.size()) return small_[lines];
    for (Large& size : large_)
      if (size.lines == lines) return size.first;
    return large_.emplace_back(Large{lines, nullptr}).first;
  }

  struct Large {
    std::size_t lines;
    std::byte* first;
  };
  Arena memory_;
  std::array<std::byte*, 64> small_{};
  std::vector<Large> large_;
};

}  // namespace doxa
