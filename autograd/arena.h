#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "doxa/autograd/real.h"

namespace doxa {

/// Memory handed out in order and taken back all at once. It comes in chunks that never move; after a rewind
/// the same chunks are used again, so a loop that rewinds allocates nothing from its second turn on.
class Arena {
 public:
  struct Position {
    std::size_t chunk = 0, used = 0;
  };

  /// `bytes` bytes that start on a cache line, uninitialised.
  void* allocate(std::size_t bytes) {
    const std::size_t rounded = (bytes + line - 1) / line * line;
    if (at_.chunk < chunks_.size() && at_.used + rounded <= chunks_[at_.chunk].size) [[likely]] {
      std::byte* p = chunks_[at_.chunk].memory.get() + at_.used;
      at_.used += rounded;
      return p;
    }
    return allocate_in_next(rounded);
  }
  template <class T>
  T* allocate_array(Index n) {
    return static_cast<T*>(allocate(static_cast<std::size_t>(n) * sizeof(T)));
  }

  Position position() const { return at_; }
  void rewind(Position to) { at_ = to; }
  std::size_t capacity() const;  ///< bytes owned
  std::size_t used() const;      ///< bytes of the chunks up to the current position

 private:
  static constexpr std::size_t line = 64, first_chunk = std::size_t{1} << 16,
                               largest_chunk = std::size_t{1} << 26;
  void* allocate_in_next(std::size_t rounded);

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
  Position at_;
};

}  // namespace doxa
