// Folds and their relatives over lanes, in every instruction set, however the lanes lie: exact on integers,
// within the rounding error of any order of additions otherwise.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/random.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

Numbers integers(Index n, Index salt) {
  Numbers x(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<Real>((static_cast<Index>(i) * 7 + salt) % 11 - 5);
  return x;
}

// Every way to fold: none, one, a few and many lanes, apart and side by side, shorter and longer than a
// block.
std::vector<Lanes> layouts() {
  std::vector<Lanes> all;
  for (const Index outer : {0, 1, 7, 8, 35})
    for (const Index n : {0, 1, 2, 6, 16, 32, 33, 100})
      for (const Index inner : {1, 2, 9}) all.push_back({outer, n, inner});
  return all;
}

template <class F>  // f(position of the element, its lane)
void for_each_element(const Lanes& l, F f) {
  for (Index o = 0; o < l.outer; ++o)
    for (Index j = 0; j < l.n; ++j)
      for (Index i = 0; i < l.inner; ++i)
        f(static_cast<std::size_t>((o * l.n + j) * l.inner + i), static_cast<std::size_t>(o * l.inner + i));
}

TEST(LaneKernels, AreExactOnIntegers) {
  for (const Kernels* set : available_kernels())
    for (const Lanes& l : layouts()) {
      const auto count = static_cast<std::size_t>(l.count());
      const Numbers a = integers(l.size(), 1), b = integers(l.size(), 4), c = integers(l.count(), 2);
      Numbers sum(count), dot(count), low(count, infinity), high(count, -infinity), y(count, nan);
      Numbers minus(a.size()), times(a.size()), plus = b, scaled = b, deviation = b, z(a.size());
      for_each_element(l, [&](std::size_t k, std::size_t lane) {
        sum[lane] += a[k];
        dot[lane] += a[k] * b[k];
        low[lane] = std::min(low[lane], a[k]);
        high[lane] = std::max(high[lane], a[k]);
        minus[k] = a[k] - c[lane];
        times[k] = c[lane] * a[k];
        plus[k] += 3 * c[lane];
        scaled[k] += c[lane] * a[k];
        deviation[k] += b[k] * (a[k] - c[lane]);
      });
      set->lane_sum(l, a.data(), y.data());
      EXPECT_EQ(y, sum) << set->name << ' ' << l.outer << ' ' << l.n << ' ' << l.inner;
      set->lane_dot(l, a.data(), b.data(), y.data());
      EXPECT_EQ(y, dot) << set->name;
      set->lane_min(l, a.data(), y.data());
      EXPECT_EQ(y, low) << set->name;
      set->lane_max(l, a.data(), y.data());
      EXPECT_EQ(y, high) << set->name;
      set->lane_subtract(l, c.data(), a.data(), z.data());
      EXPECT_EQ(z, minus) << set->name;
      set->lane_scale(l, c.data(), a.data(), z.data());
      EXPECT_EQ(z, times) << set->name;
      z = b;
      set->lane_add(l, 3, c.data(), z.data());
      EXPECT_EQ(z, plus) << set->name;
      z = b;
      set->lane_add_scaled(l, c.data(), a.data(), z.data());
      EXPECT_EQ(z, scaled) << set->name;
      z = b;
      set->lane_add_deviation(l, c.data(), b.data(), a.data(), z.data());
      EXPECT_EQ(z, deviation) << set->name;
    }
}

// |error| <= γ_n Σ |a_j b_j| for a sum of n products in any order, fused or not (Higham, "Accuracy and
// Stability of Numerical Algorithms", 2nd ed., eq. 3.5).
TEST(LaneKernels, SumsAreWithinTheirRoundingErrorBound) {
  for (const Kernels* set : available_kernels())
    for (const Lanes& l : layouts()) {
      const Numbers a = noise(l.size(), 1), b = noise(l.size(), 2);
      const auto count = static_cast<std::size_t>(l.count());
      std::vector<long double> exact(count), absolute(count);
      for_each_element(l, [&](std::size_t k, std::size_t lane) {
        exact[lane] += static_cast<long double>(a[k]) * b[k];
        absolute[lane] += std::abs(static_cast<long double>(a[k]) * b[k]);
      });
      Numbers y(count);
      set->lane_dot(l, a.data(), b.data(), y.data());
      const double nu = static_cast<double>(l.n) * unit_roundoff;
      for (std::size_t i = 0; i < count; ++i)
        EXPECT_NEAR(y[i], static_cast<double>(exact[i]), nu / (1 - nu) * static_cast<double>(absolute[i]));
    }
}

TEST(LaneKernels, NaNAndInfinityStayInTheirLane) {
  for (const Kernels* set : available_kernels())
    for (const Lanes& l : {Lanes{9, 5, 1}, Lanes{3, 40, 1}, Lanes{2, 5, 3}})
      for (std::size_t at = 0; at < static_cast<std::size_t>(l.size()); ++at) {
        Numbers x(static_cast<std::size_t>(l.size()), 1);
        Numbers low(static_cast<std::size_t>(l.count())), high = low, sum = low;
        const auto fold = [&] {
          set->lane_min(l, x.data(), low.data());
          set->lane_max(l, x.data(), high.data());
          set->lane_sum(l, x.data(), sum.data());
        };
        std::size_t hit = 0;
        for_each_element(l, [&](std::size_t k, std::size_t lane) { hit = k == at ? lane : hit; });
        x[at] = nan;
        fold();
        for (std::size_t i = 0; i < low.size(); ++i)
          for (const Real y : {low[i], high[i], sum[i]}) EXPECT_EQ(std::isnan(y), i == hit) << set->name;
        x[at] = infinity;
        fold();
        EXPECT_EQ(high[hit], infinity);
        EXPECT_EQ(sum[hit], infinity);
        EXPECT_EQ(low[hit], 1);
        x[at] = -infinity;
        fold();
        EXPECT_EQ(low[hit], -infinity);
      }
}

}  // namespace
}  // namespace doxa
