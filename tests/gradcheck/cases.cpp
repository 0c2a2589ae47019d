#include "cases.h"

#include <cmath>
#include <utility>

#include "doxa/autograd/ops.h"

namespace doxa {

GradientCase tensor_case(std::string name, TensorFunction function, std::vector<Shape> shapes,
                         Domain domain) {
  return {std::move(name), [function = std::move(function), shapes = std::move(shapes),
                            domain](const GradientCheckOptions& options) {
            Philox random(options.seed, 1);
            std::vector<Tensor> inputs;
            for (const Shape& shape : shapes) {
              inputs.push_back(normal_noise(shape, random));
              if (domain == Domain::positive)
                for (Real& x : inputs.back().span()) x = std::exp(x);
            }
            // Each input is used a second time, after the function: a rule that assigns an adjoint instead of
            // adding to it is right as long as nobody else has added anything.
            const auto used_twice = [&](Tape& tape, std::span<const Var> x) {
              const Var y = function(tape, x);
              Var again = tape.constant(0);
              for (const Var& x_i : x) again = again + mean(square(x_i));
              return y + again;
            };
            return check_gradients(used_twice, inputs, options);
          }};
}

std::vector<GradientCase> gradient_cases() {
  std::vector<GradientCase> all;
  for (auto* part : {elementwise_cases, reduction_cases, shape_cases, linear_algebra_cases,
                     distribution_cases, model_cases})
    for (GradientCase& c : part()) all.push_back(std::move(c));
  return all;
}

}  // namespace doxa
