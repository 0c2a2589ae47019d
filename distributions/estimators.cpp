#include "doxa/distributions/estimators.h"

#include <algorithm>
#include <stdexcept>

namespace doxa {

void check_answer(const Shape& answer, const Shape& draws, int event_rank) {
  Shape expected = draws;
  for (int i = 0; i < event_rank; ++i) expected = expected.without(expected.rank() - 1);
  if (answer != expected)
    throw std::invalid_argument("expectation: f answers with shape " + answer.str() + " to draws of shape " +
                                draws.str() + ", expected a number for each draw of each event, " +
                                expected.str());
}

Var nearest_corner(Var x) {
  const Shape shape = x.shape();
  const std::span<const Real> from = x.value();
  return x.tape().constant(shape, [&](std::span<Real> corner) {
    std::ranges::fill(corner, Real{0});
    const auto k = static_cast<std::size_t>(shape[shape.rank() - 1]);
    for (std::size_t at = 0; at < corner.size(); at += k) {
      const auto row = from.subspan(at, k);
      corner[at + static_cast<std::size_t>(std::ranges::max_element(row) - row.begin())] = 1;
    }
  });
}

}  // namespace doxa
