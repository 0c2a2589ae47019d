#include "doxa/models/beliefs/world_model.h"

#include <algorithm>
#include <stdexcept>

namespace doxa {

Tensor selected_rows(const Tensor& x, std::span<const Index> chosen) {
  const Index width = x.shape()[1];
  Tensor y(Shape{static_cast<Index>(chosen.size()), width});
  for (std::size_t i = 0; i < chosen.size(); ++i)
    std::copy_n(x.data() + chosen[i] * width, width, y.data() + static_cast<Index>(i) * width);
  return y;
}

Tensor stacked_rows(std::span<const Tensor> parts) {
  Index rows = 0;
  for (const Tensor& x : parts) {
    if (x.shape().rank() != 2 || x.shape()[1] != parts[0].shape()[1])
      throw std::invalid_argument("stacked_rows: " + x.shape().str() + " below " + parts[0].shape().str());
    rows += x.shape()[0];
  }
  Tensor y(Shape{rows, parts.empty() ? 0 : parts[0].shape()[1]});
  Real* to = y.data();
  for (const Tensor& x : parts) to = std::copy_n(x.data(), x.size(), to);
  return y;
}

}  // namespace doxa
