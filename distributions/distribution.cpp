#include "doxa/distributions/distribution.h"

#include <array>

namespace doxa {

Shape with_first_axis(Index n, const Shape& shape) {
  std::array<Index, Shape::max_rank + 1> extents{n};
  for (int i = 0; i < shape.rank(); ++i) extents[static_cast<std::size_t>(i) + 1] = shape[i];
  return Shape(extents.data(), shape.rank() + 1);
}

Shape with_last_axis(const Shape& shape, Index n) {
  std::array<Index, Shape::max_rank + 1> extents{};
  for (int i = 0; i < shape.rank(); ++i) extents[static_cast<std::size_t>(i)] = shape[i];
  extents[static_cast<std::size_t>(shape.rank())] = n;
  return Shape(extents.data(), shape.rank() + 1);
}

Shape batch_shape(const Shape& draws, int event_rank) {
  Shape batch = draws;
  for (int i = 0; i < event_rank; ++i) batch = batch.without(batch.rank() - 1);
  return batch;
}

}  // namespace doxa
