// No kernel reads or writes outside its arrays.

#include "tests/support/page.h"

#ifdef DOXA_HAS_PAGES

#include <gtest/gtest.h>

#include "doxa/autograd/kernels/kernels.h"

namespace doxa {
namespace {

TEST(PageBoundary, NoKernelTouchesWhatIsOutsideItsArrays) {
  for (const Kernels* set : available_kernels()) {
    const bool done = for_arrays_at_page_boundaries([set](Index n, Real* x, Real* y, Real* g, Real* d) {
      for (const auto f : set->unary) f(n, x, y);
      for (const auto f : set->unary_adjoint) f(n, x, y, g, d);
      for (const auto f : set->unary_product) f(n, x, y, g, d);
      for (const Index a : {0, 1})
        for (const Index b : {0, 1}) {
          for (const auto f : set->binary) f(n, x, a, g, b, y);
          for (const auto f : set->binary_adjoint_a) f(n, x, a, g, b, y, g, d);
          for (const auto f : set->binary_adjoint_b) f(n, x, a, g, b, y, g, d);
        }
      set->affine(n, 2, 3, x, y);
      set->add_scaled(n, 2, x, y);
      set->copy_rows(1, n, x, n, y, n);
      set->add_rows(1, n, x, n, y, n);
      set->bias_tanh(1, n, x, y);
      set->bias_sigmoid(1, n, x, y);
      set->multiply_add(n, x, g, g, d);
      set->multiply_add_adjoint(n, x, x, g, y, d, d);
      EXPECT_EQ(set->sum(n, x), static_cast<Real>(n));
    });
    if (!done) GTEST_SKIP() << "no memory protection";
  }
}

}  // namespace
}  // namespace doxa

#endif
