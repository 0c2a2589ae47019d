#include "doxa/autograd/tensor.h"

#include <algorithm>
#include <stdexcept>

namespace doxa {

Tensor::Tensor(const Shape& shape, std::span<const Real> values) : Tensor(shape) {
  if (values.size() != data_.size())
    throw std::invalid_argument("tensor: " + std::to_string(values.size()) + " values for shape " +
                                shape.str());
  std::copy(values.begin(), values.end(), data_.begin());
}

void Tensor::out_of_range(std::initializer_list<Index> indices) const {
  std::string text;
  for (const Index i : indices) text += (text.empty() ? "" : ",") + std::to_string(i);
  throw std::out_of_range("tensor: index (" + text + ") of shape " + shape_.str());
}

Real Tensor::item() const {
  if (size() != 1) throw std::invalid_argument("item: expected one element, got shape " + shape_.str());
  return data_[0];
}

}  // namespace doxa
