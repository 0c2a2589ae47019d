#include "doxa/distributions/distribution.h"

#include <array>

namespace doxa {

Shape with_first_axis(Index n, const Shape& shape) {
  std::array<Index, Shape::max_rank + 1> extents{n};
  for (int i = 0; i < shape.rank(); ++i) extents[static_cast<std::size_t>(i) + 1] = shape[i];
  return Shape(extents.data(), shape.rank() + 1);
}

}  // namespace doxa
