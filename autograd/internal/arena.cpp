#include "doxa/autograd/internal/arena.h"

#include <algorithm>
#include <functional>

namespace doxa {

void Arena::enter(std::size_t chunk, std::size_t used) {
  const Chunk& entered = chunks_[chunk_ = chunk];
  memory_ = entered.memory.get();
  free_ = {memory_ + used, memory_ + entered.size};
  forbid(free_.next, entered.size - used);
}

// Takes the first later chunk that is large enough; a chunk skipped for being too small comes back after the
// next rewind. Chunks double in size, so a tape of n bytes has O(log n) of them.
void* Arena::allocate_in_next(std::size_t bytes) {
  const std::size_t rounded = (bytes + line - 1) / line * line;
  std::size_t next = chunks_.empty() ? 0 : chunk_ + 1;
  while (next < chunks_.size() && chunks_[next].size < rounded) ++next;
  if (next >= chunks_.size()) {
    const std::size_t wanted =
        chunks_.empty() ? first_chunk : std::min(2 * chunks_.back().size, largest_chunk);
    chunks_.emplace_back(std::max(wanted, rounded));
    next = chunks_.size() - 1;
  }
  enter(next, rounded);
  permit(memory_, bytes);
  return memory_;
}

void Arena::rewind(Position to) {
  if (to.chunk < chunks_.size()) enter(to.chunk, to.used);
}

Arena::Position Arena::position_of(const void* p) const {
  const auto* byte = static_cast<const std::byte*>(p);
  const std::less<> before;
  for (std::size_t i = 0; i < chunk_; ++i)
    if (const std::byte* first = chunks_[i].memory.get();
        !before(byte, first) && before(byte, first + chunks_[i].size))
      return {i, static_cast<std::size_t>(byte - first)};
  return {chunk_, static_cast<std::size_t>(byte - memory_)};
}

std::size_t Arena::capacity() const {
  std::size_t total = 0;
  for (const Chunk& chunk : chunks_) total += chunk.size;
  return total;
}

std::size_t Arena::used() const {
  std::size_t total = position().used;
  for (std::size_t i = 0; i < chunk_; ++i) total += chunks_[i].size;
  return total;
}

std::byte*& AdjointPool::large_list(std::size_t lines) {
  for (Large& size : large_)
    if (size.lines == lines) return size.first;
  return large_.emplace_back(Large{lines, nullptr}).first;
}

Real* AdjointPool::take_large_or_new(Index n) {
  const std::size_t lines = Tape::FreeAdjoints::lines(n);
  if (std::byte*& first = free_list(n)) {
    std::byte* taken = first;
    std::memcpy(&first, taken, sizeof first);
    return reinterpret_cast<Real*>(taken);
  }
  return static_cast<Real*>(memory_.allocate(64 * lines));  // later it may serve for as many lines
}

}  // namespace doxa
