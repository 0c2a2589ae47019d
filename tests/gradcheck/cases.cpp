#include "cases.h"

#include <cmath>
#include <utility>

namespace doxa {

GradientCase tensor_case(std::string name, TensorFunction function, std::vector<Shape> shapes, Domain domain) {
  return {std::move(name), [function = std::move(function), shapes = std::move(shapes), domain](
                               const GradientCheckOptions& options) {
            Philox random(options.seed, 1);
            std::vector<Tensor> inputs;
            for (const Shape& shape : shapes) {
              inputs.push_back(normal_noise(shape, random));
              if (domain == Domain::positive)
                for (Real& x : inputs.back().span()) x = std::exp(x);
            }
            return check_gradients(function, inputs, options);
          }};
}

std::vector<GradientCase> gradient_cases() {
  std::vector<GradientCase> all;
  for (auto* part : {op_cases, distribution_cases, model_cases})
    for (GradientCase& c : part()) all.push_back(std::move(c));
  return all;
}

}  // namespace doxa
