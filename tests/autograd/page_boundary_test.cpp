// No kernel reads or writes outside its arrays, which here end, or begin, where memory that may not be
// touched begins or ends: a masked load that lost its mask is caught by nothing else.

#if __has_include(<sys/mman.h>) && __has_include(<unistd.h>)

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

#include "doxa/autograd/kernels/kernels.h"

namespace doxa {
namespace {

// One page between two that may not be touched.
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

TEST(PageBoundary, NoKernelTouchesWhatIsOutsideItsArrays) {
  Page pages[4];
  for (const Page& page : pages)
    if (!page.usable()) GTEST_SKIP() << "no memory protection";
  for (const Kernels* set : available_kernels())
    for (const bool at_end : {false, true})
      for (Index n = 1; n < 40; ++n) {
        Real *x = pages[0].ones(n, at_end), *y = pages[1].ones(n, at_end), *g = pages[2].ones(n, at_end),
             *d = pages[3].ones(n, at_end);
        for (const auto f : set->unary) f(n, x, y);
        for (const auto f : set->unary_adjoint) f(n, x, y, g, d);
        for (const Index a : {0, 1})
          for (const Index b : {0, 1}) {
            for (const auto f : set->binary) f(n, x, a, g, b, y);
            for (const auto f : set->binary_adjoint_a) f(n, x, a, g, b, y, g, d);
            for (const auto f : set->binary_adjoint_b) f(n, x, a, g, b, y, g, d);
          }
        set->affine(n, 2, 3, x, y);
        set->add_scaled(n, 2, x, y);
        for (const auto f : set->unary_product) f(n, x, y, g, d);
        set->copy_rows(1, n, x, n, y, n);
        set->add_rows(1, n, x, n, y, n);
        set->multiply_add(n, x, g, g, d);
        set->multiply_add_adjoint(n, x, x, g, y, d, d);
        set->normal_log_prob(n, x, x, g, x, d);
        set->normal_log_prob_adjoint(n, x, x, g, x, y, d, d, d);
        set->normal_kl(n, {x, x, x, x, g, x}, d);
        set->normal_kl_adjoint(n, {x, x, x, x, g, x}, g, {y, d, d, d});
        EXPECT_EQ(set->sum(n, x), static_cast<Real>(n));
        set->adam(n, {Real(0.9), Real(0.9), Real(0.1), Real(0.1), 1, 1}, g, x, y, d);
      }
}

}  // namespace
}  // namespace doxa

#endif
