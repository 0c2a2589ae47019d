// The loops of the normal in every instruction set. What they compute is checked against their formulas in
// tests/models/nn/fused_test.cpp.

#include "doxa/distributions/kernels/normal_kernels.h"

#include <gtest/gtest.h>

#include "tests/support/page.h"

namespace doxa {
namespace {

#ifdef DOXA_HAS_PAGES
TEST(NormalKernels, TouchNothingOutsideTheirArrays) {
  for (const Kernels* set : available_kernels()) {
    const NormalKernels& k = normal_kernels(set->set);
    const bool done = for_arrays_at_page_boundaries([&k](Index n, Real* x, Real* y, Real* g, Real* d) {
      k.log_prob(n, x, x, g, x, d);
      k.log_prob_adjoint(n, x, x, g, x, y, d, d, d);
      k.kl(n, {x, x, x, x, g, x}, d);
      k.kl_adjoint(n, {x, x, x, x, g, x}, g, {y, d, d, d});
    });
    if (!done) GTEST_SKIP() << "no memory protection";
  }
}
#endif

}  // namespace
}  // namespace doxa
