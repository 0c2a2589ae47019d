#pragma once

#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "doxa/autograd/tape.h"

#ifdef DOXA_POISONS
#include <sanitizer/asan_interface.h>
#endif

namespace doxa {

// Under the address sanitizer memory of the arena that nobody has asked for may not be touched.
inline void forbid([[maybe_unused]] std::byte* from, [[maybe_unused]] std::size_t bytes) {
#ifdef DOXA_POISONS
  ASAN_POISON_MEMORY_REGION(from, bytes);
#endif
}
inline void permit([[maybe_unused]] std::byte* from, [[maybe_unused]] std::size_t bytes) {
#ifdef DOXA_POISONS
  ASAN_UNPOISON_MEMORY_REGION(from, bytes);
#endif
}

/// Memory handed out in order and taken back all at once. It comes in chunks that never move. After a rewind
/// the same chunks are used again, so a loop that rewinds allocates nothing from its second turn on.
class Arena {
 public:
  using Position = Tape::MemoryPosition;

  /// `bytes` bytes that start on a cache line, uninitialised.
  void* allocate(std::size_t bytes) {
    std::byte* p = free_.take(bytes);
    if (!p) [[unlikely]]
      return allocate_in_next(bytes);
    permit(p, bytes);
    return p;
  }
  Tape::FreeMemory* free() { return &free_; }  ///< to take memory from without a call

  Position position() const { return {chunk_, static_cast<std::size_t>(free_.next - memory_)}; }
  Position position_of(const void* p) const;  ///< that before allocate() returned p
  void rewind(Position to);
  std::size_t capacity() const;  ///< bytes owned
  std::size_t used() const;      ///< bytes of the chunks up to the current position

 private:
  static constexpr std::size_t line = 64, first_chunk = std::size_t{1} << 16,
                               largest_chunk = std::size_t{1} << 26;
  void* allocate_in_next(std::size_t bytes);
  void enter(std::size_t chunk, std::size_t used);

  struct Chunk {
    struct Free {
      void operator()(std::byte* p) const { ::operator delete (p, std::align_val_t{line}); }
    };
    explicit Chunk(std::size_t bytes)
        : memory(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{line}))), size(bytes) {}
    std::unique_ptr<std::byte, Free> memory;
    std::size_t size;
  };
  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0;        // the one in use
  std::byte* memory_ = nullptr;  // where it begins
  Tape::FreeMemory free_;        // the rest of it
};

/// The memory of the adjoints of one backward. The buffer given back last is taken first, so that a reverse
/// loop over a long tape works in a few buffers, which stay in the cache.
class AdjointPool {
 public:
  /// n uninitialised numbers.
  Real* take(Index n) {
    if (Real* p = small_.take(n)) [[likely]]
      return p;
    return take_large_or_new(n);
  }
  void give(Real* p, Index n) {
    if (n == 0) return;
    std::byte*& first = free_list(n);
    auto* given = reinterpret_cast<std::byte*>(p);
    std::memcpy(given, &first, sizeof first);
    first = given;
  }
  /// Takes everything back.
  void reset() {
    memory_.rewind({});
    small_ = {};
    for (Large& size : large_) size.first = nullptr;
  }
  Tape::FreeAdjoints* small() { return &small_; }  ///< to take from without a call

  std::size_t capacity() const { return memory_.capacity(); }  ///< bytes owned
  std::size_t used() const { return memory_.used(); }          ///< the most bytes that were in use at once

 private:
  std::byte*& free_list(Index n) {
    const std::size_t lines = Tape::FreeAdjoints::lines(n);
    return lines < std::size(small_.first) ? small_.first[lines] : large_list(lines);
  }
  std::byte*& large_list(std::size_t lines);
  Real* take_large_or_new(Index n);

  struct Large {
    std::size_t lines;
    std::byte* first;
  };
  Arena memory_;
  Tape::FreeAdjoints small_;
  std::vector<Large> large_;
};

}  // namespace doxa
