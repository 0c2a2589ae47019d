#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace doxa {

/// Σ x with an error of one rounding of the result and n² u² Σ|x|, u = 2⁻⁵³: a sum over a million histories
/// has as many digits as its terms. If a term is infinite, so is the sum. Source: Neumaier,
/// "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974), method IV.
struct CompensatedSum {
  double sum = 0, lost = 0;

  void operator+=(double x) {
    const double next = sum + x;
    if (std::isfinite(next)) lost += std::abs(sum) >= std::abs(x) ? (sum - next) + x : (x - next) + sum;
    sum = next;
  }
  operator double() const { return sum + lost; }
};

/// log Σ e^x without overflow; minus infinity if all x are, or if there are none.
inline double log_sum_exp(std::span<const double> x) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const double v : x) largest = std::max(largest, v);
  double sum = 0;
  for (const double v : x)
    if (!(v <= largest - 45)) sum += std::exp(v - largest);  // below e^-45 < u/1000 it would change nothing
  return largest + std::log(sum);
}

}  // namespace doxa
