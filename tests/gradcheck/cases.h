#pragma once

#include <functional>
#include <string>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/random.h"

namespace doxa {

/// One entry of the registry that GoogleTest and the program `gradcheck` share: a function to check and
/// where.
struct GradientCase {
  std::string name;  ///< "op/matmul/[3,4]x[4,5]"
  std::function<GradientReport(const GradientCheckOptions&)> check;
};

/// All cases: every op, every distribution, every layer and model objective.
std::vector<GradientCase> gradient_cases();

// The parts of the registry.
std::vector<GradientCase> elementwise_cases();
std::vector<GradientCase> reduction_cases();
std::vector<GradientCase> shape_cases();
std::vector<GradientCase> linear_algebra_cases();
std::vector<GradientCase> distribution_cases();
std::vector<GradientCase> model_cases();

/// Where the inputs of a case are drawn from, so that they lie inside the function's domain.
enum class Domain { real, positive };

/// A case whose inputs have these shapes, drawn from options.seed: standard normal, or its exponential.
GradientCase tensor_case(std::string name, TensorFunction function, std::vector<Shape> shapes,
                         Domain domain = Domain::real);

}  // namespace doxa
