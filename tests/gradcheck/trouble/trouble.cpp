#include "trouble.h"

#include <cmath>
#include <limits>

#include "families.h"

namespace doxa {
namespace trouble {

Draw uniform(Index n, double low, double high) {
  return box(std::vector<Range>(static_cast<std::size_t>(n), {low, high}));
}

Draw log_uniform(Index n, double low, double high) {
  return [draw = uniform(n, std::log(low), std::log(high))](Philox& random) {
    std::vector<Tensor> inputs = draw(random);
    for (Real& x : inputs[0].span()) x = std::exp(x);
    return inputs;
  };
}

Draw normal(Index n, double mean, double deviation) {
  return [n, mean, deviation](Philox& random) {
    Tensor x(Shape{n});
    for (Real& x_i : x.span()) x_i = static_cast<Real>(mean + deviation * random.normal());
    return std::vector{x};
  };
}

Draw box(std::vector<Range> ranges) {
  return [ranges = std::move(ranges)](Philox& random) {
    Tensor x(Shape{static_cast<Index>(ranges.size())});
    for (std::size_t i = 0; i < ranges.size(); ++i)
      x[static_cast<Index>(i)] =
          static_cast<Real>(ranges[i].first + (ranges[i].second - ranges[i].first) * random.uniform());
    return std::vector{x};
  };
}

Draw scalars(std::vector<Range> ranges) {
  return [draw = box(std::move(ranges))](Philox& random) {
    std::vector<Tensor> inputs;
    const std::vector<Tensor> drawn = draw(random);
    for (const Real x : drawn[0].span()) inputs.emplace_back(Shape{}, x);
    return inputs;
  };
}

}  // namespace trouble

const char* to_string(Trouble::Kind kind) {
  switch (kind) {
    case Trouble::Kind::resolvable:
      return "resolvable";
    case Trouble::Kind::limited:
      return "limited";
    case Trouble::Kind::hopeless:
      return "hopeless";
    default:
      return "kink";
  }
}

std::vector<Trouble> trouble_functions() {
  using namespace trouble;
  std::vector<Trouble> all;
  for (auto* add :
       {add_offset_data, add_quadrature, add_series, add_root_finders, add_differential_equations, add_chaos,
        add_cancellation, add_polynomials, add_ill_conditioning, add_tables, add_rounding,
        add_rough_functions, add_extreme_ranges, add_saturation, add_ties, add_networks, add_expressions})
    add(all);
  if (std::numeric_limits<Real>::digits != 53)
    std::erase_if(all, [](const Trouble& t) { return t.double_only; });
  return all;
}

}  // namespace doxa
