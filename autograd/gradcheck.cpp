#include "doxa/autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <stdexcept>

#include "doxa/autograd/internal/gradcheck/checked_function.h"
#include "doxa/autograd/internal/gradcheck/derivatives.h"
#include "doxa/autograd/internal/number_text.h"

namespace doxa {
namespace {

void require(const GradientCheckOptions& options) {
  const auto refuse = [](const char* option, const std::string& found, const char* expected) {
    throw std::invalid_argument(std::string("check_gradients: ") + option + ": found " + found +
                                ", expected " + expected);
  };
  if (options.directions < 0)
    refuse("directions", std::to_string(options.directions), "a number that is not negative");
  if (options.elements < 0)
    refuse("elements", std::to_string(options.elements), "a number that is not negative");
  if (!(options.resolution >= 0 && options.resolution < 1))
    refuse("resolution", to_text(options.resolution), "0, or a number below 1");
}

// The value of the function, the same each time.
std::vector<double> value_of(const CheckedFunction& f) {
  const std::vector<double> here = f.plain();
  for (std::size_t i = 0; i < here.size(); ++i)
    if (!std::isfinite(here[i])) {
      GradientEntry y;
      y.output_shape = f.output_shape();
      y.output = static_cast<Index>(i);
      throw std::invalid_argument("check_gradients: " + y.output_element() + " is " + to_text(here[i]) +
                                  " at the inputs, expected a finite value");
    }
  for (int i = 0; i < 7; ++i)
    if (f.plain() != here)
      throw std::invalid_argument(
          "check_gradients: the function is not deterministic: give it its noise (common_random_numbers)");
  return here;
}

bool whole_jacobian(CheckMode mode, std::size_t inputs, std::size_t outputs) {
  return mode == CheckMode::jacobian ||
         (mode == CheckMode::automatic && inputs <= 1024 && inputs * outputs <= 65536);
}

}  // namespace

GradientReport check_gradients(const std::function<Var(Tape&)>& function, std::span<const CheckedLeaf> leaves,
                               const GradientCheckOptions& options) try {
  require(options);
  CheckedFunction f(function, leaves);
  Philox random(options.seed);
  std::vector<double> here = value_of(f);
  GradientReport report;
  report.seed = options.seed;
  report.inputs = f.inputs();
  report.outputs = f.outputs();
  report.resolution = options.resolution;
  try {
    f.record();
  } catch (const std::exception& e) {
    report.violations = {std::string("recording throws '") + e.what() + "' where plain evaluation succeeds"};
    return report;
  }
  report.violations = violated_properties(f, random, options.resolution);
  DerivativeCheck check(f, options, random, std::move(here), f.largest_intermediate());
  report.jacobian = whole_jacobian(options.mode, f.inputs(), f.outputs());
  if (report.jacobian)
    check.jacobian(report);
  else
    check.directions(report);
  std::stable_sort(report.entries.begin(), report.entries.end(),
                   [](const GradientEntry& a, const GradientEntry& b) { return a.worse_than(b); });
  return report;
} catch (const ShapeChanged& e) {
  throw std::invalid_argument("check_gradients: " + e.text);
}

GradientReport check_gradients(const TensorFunction& function, std::span<const Tensor> inputs,
                               const GradientCheckOptions& options, std::span<const std::string> names) {
  if (!names.empty() && names.size() != inputs.size())
    throw std::invalid_argument("check_gradients: " + std::to_string(names.size()) + " names for " +
                                std::to_string(inputs.size()) + " inputs");
  std::vector<Tensor> values(inputs.begin(), inputs.end());
  std::vector<Tensor> gradients;
  std::vector<CheckedLeaf> leaves;
  gradients.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    gradients.emplace_back(values[i].shape());
    leaves.push_back({names.empty() ? "input " + std::to_string(i) : names[i], &values[i], &gradients[i]});
  }
  std::vector<Var> vars(values.size());
  return check_gradients(
      [&](Tape& tape) {
        for (std::size_t i = 0; i < values.size(); ++i) vars[i] = tape.leaf(values[i], gradients[i]);
        return function(tape, vars);
      },
      leaves, options);
}

}  // namespace doxa
