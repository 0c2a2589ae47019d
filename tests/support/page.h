#pragma once

// Memory whose ends the processor guards: a masked load or store that lost its mask is caught by nothing
// else.

#include "doxa/autograd/real.h"

#if __has_include(<sys/mman.h>) && __has_include(<unistd.h>)
#define DOXA_HAS_PAGES
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

namespace doxa {

/// One page between two that must not be touched.
class Page {
 public:
  Page() : size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    void* memory = mmap(nullptr, 3 * size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    memory_ = static_cast<char*>(memory);
    usable_ = mprotect(memory_ + size_, size_, PROT_READ | PROT_WRITE) == 0;
  }
  ~Page() {
    if (memory_) munmap(memory_, 3 * size_);
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  bool usable() const { return usable_; }
  /// n ones at the very beginning or the very end.
  Real* ones(Index n, bool at_end) {
    Real* begin = reinterpret_cast<Real*>(memory_ + size_);
    if (at_end) begin += static_cast<Index>(size_ / sizeof(Real)) - n;
    for (Index i = 0; i < n; ++i) begin[i] = 1;
    return begin;
  }

 private:
  std::size_t size_;
  char* memory_ = nullptr;
  bool usable_ = false;
};

/// Calls f(n, x, y, g, d) with four arrays of n ones for short lengths n, at both ends of their pages.
/// Returns false where memory cannot be protected.
template <class F>
bool for_arrays_at_page_boundaries(F f) {
  Page pages[4];
  for (const Page& page : pages)
    if (!page.usable()) return false;
  for (const bool at_end : {false, true})
    for (Index n = 1; n < 40; ++n)
      f(n, pages[0].ones(n, at_end), pages[1].ones(n, at_end), pages[2].ones(n, at_end),
        pages[3].ones(n, at_end));
  return true;
}

}  // namespace doxa

#endif
