#pragma once

#include <cstddef>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/models/numerics/softmax_regression.h"

namespace doxa::testing {

inline std::vector<double> normals(std::size_t n, double scale, Philox& random) {
  std::vector<double> x(n);
  for (double& value : x) value = scale * random.normal();
  return x;
}

/// `count` rows h of independent normals, [count·W], and their labels softmax(W h + c), [count·S].
struct LogLinear {
  std::vector<double> rows, labels;
};
inline LogLinear log_linear(const std::vector<double>& weight, const std::vector<double>& offset,
                            std::size_t width, std::size_t count, Philox& random) {
  LogLinear e{normals(count * width, 1, random), {}};
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> z = offset;
    for (std::size_t s = 0; s < z.size(); ++s)
      for (std::size_t j = 0; j < width; ++j) z[s] += weight[s * width + j] * e.rows[i * width + j];
    softmax_in_place(z);
    e.labels.insert(e.labels.end(), z.begin(), z.end());
  }
  return e;
}

}  // namespace doxa::testing
