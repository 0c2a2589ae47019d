#include "doxa/models/pomdp/plans/kernels/plan_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "doxa/autograd/random.h"

namespace doxa::testing {
namespace {

// Σ_i p_i v(s_i, k) in the order of i, bit for bit, with every instruction set.
TEST(PlanKernels, EverySetHasTheSameBits) {
  Philox random(1);
  constexpr Index states = 40;
  std::vector<double> v(states * plan_block), p;
  for (double& x : v) x = random.normal();
  std::vector<std::uint32_t> s;
  for (Index state = 0; state < states; ++state)
    if (random.uniform() < 0.6) {
      s.push_back(static_cast<std::uint32_t>(state));
      p.push_back(random.uniform());
    }
  for (const Index n : {Index{0}, Index{1}, static_cast<Index>(s.size())}) {
    std::vector<double> expected(plan_block);
    for (Index i = 0; i < n; ++i)
      for (Index k = 0; k < plan_block; ++k) {
        const double product = p[static_cast<std::size_t>(i)] *
                               v[static_cast<std::size_t>(s[static_cast<std::size_t>(i)] * plan_block + k)];
        expected[static_cast<std::size_t>(k)] += product;
      }
    for (const Kernels* k : available_kernels()) {
      std::vector<double> product(plan_block, -1);
      const double most = plan_kernels(k->set).products(n, s.data(), p.data(), v.data(), product.data());
      EXPECT_EQ(product, expected) << k->name;
      EXPECT_EQ(most, *std::ranges::max_element(expected)) << k->name;
    }
  }
}

}  // namespace
}  // namespace doxa::testing
