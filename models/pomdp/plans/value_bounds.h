#pragma once

namespace doxa {

/// A certificate for a number V: lower <= V <= upper, both proved, rounding included.
struct ValueBounds {
  double lower = 0, upper = 0;

  double gap() const { return upper - lower; }
  double middle() const { return lower + (upper - lower) / 2; }
  bool contain(double v) const { return lower <= v && v <= upper; }
};

}  // namespace doxa
