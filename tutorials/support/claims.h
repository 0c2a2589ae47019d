#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "doxa/autograd/real.h"

namespace doxa::support {

inline constexpr double u = std::numeric_limits<Real>::epsilon() / 2.0;  // unit round-off of Real

// The larger one; NaN if either is, so that no claim about a largest error can miss one.
inline double worse(double a, double b) { return a <= b || std::isnan(b) ? b : a; }

// What rounding can do to a sum of so many numbers, divided by their count or not, when the numbers and the
// sum are of this size: a rounding for each addition. The 1 is for logarithms of probabilities near 1, which
// have the error of the probability. Where every sample is the same, the standard error is 0 and this is all
// that is left for a tolerance.
inline double rounding_floor(double terms, double size) { return 4 * u * terms * (1 + std::abs(size)); }

// One run in so many is farther off than 4 standard errors of a normal number.
inline constexpr double runs_within_chance = 16'000;

// One checked sentence. `difference` is got − expected, exactly 0 when both are the same infinity.
struct Claim {
  enum class Relation { equal, at_least, at_most };

  std::string sentence;
  Relation relation;
  double got;
  double expected;
  double tolerance;
  std::string why;  // why this tolerance and no other

  double difference() const;

  // |got − expected| ≤ tolerance, got ≥ expected − tolerance or got ≤ expected + tolerance. False when any of
  // the numbers is NaN or the tolerance is infinite: such a claim says nothing.
  bool holds() const;

  // "got 0.7403, at least 0.5, difference 0.24, tolerance 0: " and the reason.
  std::string numbers() const;

  // "✓ sentence" or "✗ sentence" in lines of at most 100 columns. If the claim failed, or all is wanted,
  // indented lines with the numbers follow.
  std::string text(bool verbose) const;
};

// The claims a chapter ends with.
class Claims {
 public:
  void equal(std::string sentence, double got, double expected, double tolerance, std::string why);
  void at_least(std::string sentence, double got, double bound, double tolerance, std::string why);
  void at_most(std::string sentence, double got, double bound, double tolerance, std::string why);

  void add(Claim claim) { claims_.push_back(std::move(claim)); }

  const std::vector<Claim>& all() const { return claims_; }
  std::size_t failed() const;

  // Every claim's text, then "all 5 claims hold" or "1 of 5 claims failed". Of a run that was stopped, which
  // has not come to all of its claims: "stopped by SIGINT …: 3 claims were checked, none failed; the others
  // were not checked".
  std::string report(bool verbose, const std::string& stopped = {}) const;

 private:
  std::vector<Claim> claims_;
};

}  // namespace doxa::support
