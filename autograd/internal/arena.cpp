#include "doxa/autograd/internal/arena.h"

#include <algorithm>

namespace doxa {

// Takes the first later chunk that is large enough; a chunk skipped for being too small comes back after the
// next rewind. Chunks double in size, so a tape of n bytes has O(log n) of them.
void* Arena::allocate_in_next(std::size_t rounded, std::size_t bytes) {
  std::size_t next = chunks_.empty() ? 0 : at_.chunk + 1;
  while (next < chunks_.size() && chunks_[next].size < rounded) ++next;
  if (next >= chunks_.size()) {
    const std::size_t wanted =
        chunks_.empty() ? first_chunk : std::min(2 * chunks_.back().size, largest_chunk);
    chunks_.emplace_back(std::max(wanted, rounded));
    next = chunks_.size() - 1;
  }
  enter(chunks_[next]);
  at_ = {next, rounded};
  forbid(memory_, size_);
  permit(memory_, bytes);
  return memory_;
}

std::size_t Arena::capacity() const {
  std::size_t total = 0;
  for (const Chunk& chunk : chunks_) total += chunk.size;
  return total;
}

std::size_t Arena::used() const {
  std::size_t total = at_.used;
  for (std::size_t i = 0; i < at_.chunk && i < chunks_.size(); ++i) total += chunks_[i].size;
  return total;
}

std::byte*& AdjointPool::large_list(std::size_t lines) {
  for (Large& size : large_)
    if (size.lines == lines) return size.first;
  return large_.emplace_back(Large{lines, nullptr}).first;
}

Real* AdjointPool::take_new(Index n) {
  return static_cast<Real*>(memory_.allocate(64 * lines(n)));  // later it may serve for as many lines
}

}  // namespace doxa
