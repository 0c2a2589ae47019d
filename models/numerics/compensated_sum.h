#pragma once

#include <cmath>

namespace doxa {

/// Σ x with an error of one rounding of the result and n² u² Σ|x|, so that the sum over a million histories
/// has as many digits as its terms. Infinite terms make it infinite. Source: Neumaier, "Rundungsfehleranalyse
/// einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974), method IV.
struct CompensatedSum {
  double sum = 0, lost = 0;

  void operator+=(double x) {
    const double next = sum + x;
    if (std::isfinite(next)) lost += std::abs(sum) >= std::abs(x) ? (sum - next) + x : (x - next) + sum;
    sum = next;
  }
  operator double() const { return sum + lost; }
};

}  // namespace doxa
