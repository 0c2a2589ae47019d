#include "measurements.h"

#include <algorithm>
#include <chrono>

namespace doxa::benchmarks {
namespace {

double median(std::vector<double>& times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

}  // namespace

std::vector<double> median_microseconds(std::initializer_list<std::function<void()>> functions,
                                        double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr int stretches = 8, warm_up = 2;
  std::vector<std::vector<double>> times(functions.size());
  for (int stretch = 0; stretch < stretches; ++stretch)
    for (std::size_t i = 0; i < functions.size(); ++i) {
      const std::function<void()>& function = functions.begin()[i];
      if (stretch == 0)
        for (int k = 0; k < warm_up; ++k) function();
      const auto stop = Clock::now() + std::chrono::duration<double>(seconds / stretches);
      do {
        const auto start = Clock::now();
        function();
        times[i].push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
      } while (Clock::now() < stop);
    }
  std::vector<double> medians;
  for (std::vector<double>& t : times) medians.push_back(median(t));
  return medians;
}

}  // namespace doxa::benchmarks
