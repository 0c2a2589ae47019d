#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace doxa {

/// Do draws have the distribution function F? √n sup |F_n - F| exceeds c with probability 2 exp(-2c²) at
/// most, whatever n (Dvoretzky, Kiefer & Wolfowitz, 1956, with the constant of Massart, Ann. Probab. 18,
/// 1990); c = 2.226 makes that 1e-4.
template <class F>
void expect_distributed(std::vector<double> draws, F distribution_function) {
  std::ranges::sort(draws);
  const double n = static_cast<double>(draws.size());
  double distance = 0;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const double f = distribution_function(draws[i]), rank = static_cast<double>(i);
    distance = std::max({distance, f - rank / n, (rank + 1) / n - f});
  }
  EXPECT_LT(distance * std::sqrt(n), std::sqrt(std::log(2 / 1e-4) / 2));
}

inline double normal_distribution_function(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Do draws have the first four moments and the distribution function of the standard normal?
inline void expect_standard_normal(const std::vector<double>& draws) {
  const double n = static_cast<double>(draws.size()), root = std::sqrt(n);
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  for (const double x : draws) m1 += x, m2 += x * x, m3 += x * x * x, m4 += x * x * x * x;
  // Four standard errors: Var z^k = E z^2k - (E z^k)^2, with E z^2k = 1, 3, 15, 105 for k = 1 … 4.
  EXPECT_NEAR(m1 / n, 0, 4 / root);
  EXPECT_NEAR(m2 / n, 1, 4 * std::sqrt(2) / root);
  EXPECT_NEAR(m3 / n, 0, 4 * std::sqrt(15) / root);
  EXPECT_NEAR(m4 / n, 3, 4 * std::sqrt(96) / root);
  expect_distributed(draws, normal_distribution_function);
}

/// Pearson's χ² = Σ (observed - expected)² / expected; what has the probability 0 must not occur.
inline double chi_squared(std::span<const double> counts, std::span<const double> probs) {
  const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (probs[i] == 0)
      EXPECT_EQ(counts[i], 0) << i;
    else
      sum += (counts[i] - n * probs[i]) * (counts[i] - n * probs[i]) / (n * probs[i]);
  return sum;
}

/// χ² with k degrees of freedom exceeds k + 2 sqrt(kx) + 2x with probability e^-x at most (Laurent & Massart,
/// Ann. Stat. 28, 2000, lemma 1); x = 9.3 makes that 1e-4.
inline void expect_frequencies(const std::vector<double>& counts, const std::vector<double>& probs) {
  const auto zeros = static_cast<double>(std::ranges::count(probs, 0.0));
  const double k = static_cast<double>(probs.size()) - zeros - 1;
  EXPECT_LT(chi_squared(counts, probs), k + 2 * std::sqrt(9.3 * k) + 2 * 9.3)
      << "with " << k << " degrees of freedom";
}

}  // namespace doxa
