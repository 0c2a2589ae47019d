#include "doxa/autograd/axis_list.h"

#include <stdexcept>

namespace doxa {

bool AxisList::has(int axis) const {
  for (int i = 0; i < count_; ++i)
    if ((*this)[i] == axis) return true;
  return false;
}

AxisList AxisList::of(const Shape& shape, const char* op) const {
  AxisList from_the_front;
  for (int i = 0; i < count_; ++i) {
    const int axis = shape.axis((*this)[i], op);
    if (from_the_front.has(axis))
      throw std::invalid_argument(std::string(op) + ": axis " + std::to_string(axis) + " of shape " +
                                  shape.str() + " is there twice");
    from_the_front.append(axis);
  }
  return from_the_front;
}

}  // namespace doxa
