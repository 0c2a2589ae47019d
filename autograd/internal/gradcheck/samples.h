#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

namespace doxa {

/// Twelve distances in twelfths of the step: ln 2 and roots. They are irregular, so that no oscillation looks
/// constant or slow, and lie on no grid, or a function rounded on a multiple of that grid would look smooth.
inline constexpr std::array sample_distances{0.6931471805599453, 2.2360679774997897, 2.8844991406148166,
                                             4.3588989435406736, 4.795831523312719,  6.164414002968976,
                                             6.782329983125268,  8.246211251235321,  8.888194417315589,
                                             10.295630140987,    11.090536506409418, 12.0};
inline constexpr std::size_t sample_pairs = sample_distances.size(), sample_points = 2 * sample_pairs + 1;

/// Samples of all components at one step: F(0), then at the distances to the right, then to the left.
struct Samples {
  bool distinct = true;  // are the places different from each other?
  std::vector<double> nodes{0};
  std::vector<double> values;  // [points, components]

  Samples(const LineFunction& f, std::span<const double> here, double step)
      : values(here.begin(), here.end()) {
    values.resize(sample_points * here.size());
    for (std::size_t k = 1; k < sample_points; ++k) {
      const double t = sample_distances[(k - 1) % sample_pairs] / sample_distances.back() * step;
      nodes.push_back(f(k <= sample_pairs ? t : -t, std::span(values).subspan(k * here.size(), here.size())));
    }
    for (std::size_t k = 1; k < sample_pairs; ++k)
      distinct = distinct && nodes[k] < nodes[k + 1] && nodes[sample_pairs + k] > nodes[sample_pairs + k + 1];
    distinct = distinct && nodes[1] > 0 && nodes[sample_pairs + 1] < 0;
  }
};

}  // namespace doxa
