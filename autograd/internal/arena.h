#pragma once

#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "doxa/autograd/tape.h"

// Under the address sanitizer memory of the arena that nobody has asked for may not be touched.
#if defined(__SANITIZE_ADDRESS__)
#define DOXA_POISONS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DOXA_POISONS
#endif
#endif
#ifdef DOXA_POISONS
#include <sanitizer/asan_interface.h>
#endif

namespace doxa {

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
    const std::size_t rounded = (bytes + line - 1) / line * line;
    if (at_.used + rounded <= size_) [[likely]] {
      std::byte* p = memory_ + at_.used;
      at_.used += rounded;
      permit(p, bytes);
      return p;
    }
    return allocate_in_next(rounded, bytes);
  }

  Position position() const { return at_; }
  void rewind(Position to) {
    at_ = to;
    if (at_.chunk >= chunks_.size()) return;
    enter(chunks_[at_.chunk]);
    forbid(memory_ + at_.used, size_ - at_.used);
  }
  std::size_t capacity() const;  ///< bytes owned
  std::size_t used() const;      ///< bytes of the chunks up to the current position

 private:
  static constexpr std::size_t line = 64, first_chunk = std::size_t{1} << 16,
                               largest_chunk = std::size_t{1} << 26;
  void* allocate_in_next(std::size_t rounded, std::size_t bytes);

  struct Chunk {
    struct Free {
      void operator()(std::byte* p) const { ::operator delete (p, std::align_val_t{line}); }
    };
    explicit Chunk(std::size_t bytes)
        : memory(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{line}))), size(bytes) {}
    std::unique_ptr<std::byte, Free> memory;
    std::size_t size;
  };
  void enter(const Chunk& chunk) {
    memory_ = chunk.memory.get();
    size_ = chunk.size;
  }
  std::vector<Chunk> chunks_;
  Position at_;
  std::byte* memory_ = nullptr;  // of the chunk at_.chunk
  std::size_t size_ = 0;
};

/// The memory of the adjoints of one backward. The buffer given back last is taken first, so that a reverse
/// loop over a long tape works in a few buffers, which stay in the cache.
class AdjointPool {
 public:
  /// n uninitialised numbers.
  Real* take(Index n) {
    std::byte*& first = free_list(n);
    if (!first) [[unlikely]]
      return take_new(n);
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
  std::size_t used() const { return memory_.used(); }          ///< the most bytes that were in use at once

 private:
  static std::size_t lines(Index n) { return (static_cast<std::size_t>(n) * sizeof(Real) + 63) / 64; }
  // A list of free buffers for each size in cache lines.
  std::byte*& free_list(Index n) {
    const std::size_t wanted = lines(n);
    if (wanted < small_.size()) [[likely]]
      return small_[wanted];
    return large_list(wanted);
  }
  std::byte*& large_list(std::size_t lines);
  Real* take_new(Index n);

  struct Large {
    std::size_t lines;
    std::byte* first;
  };
  Arena memory_;
  std::array<std::byte*, 64> small_{};
  std::vector<Large> large_;
};

}  // namespace doxa
