#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

namespace doxa::benchmarks {

/// The median time of one call of each function, in microseconds, over about `seconds` for each. They are run
/// in turn, a stretch at a time, so that a slow spell of the machine falls on all of them alike.
std::vector<double> median_microseconds(std::initializer_list<std::function<void()>> functions,
                                        double seconds);

inline double median_microseconds(const std::function<void()>& function, double seconds) {
  return median_microseconds({function}, seconds)[0];
}

}  // namespace doxa::benchmarks
