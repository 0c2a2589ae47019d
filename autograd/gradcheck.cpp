#include "doxa/autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <stdexcept>

#include "doxa/autograd/internal/gradcheck/checked_function.h"
#include "doxa/autograd/internal/gradcheck/derivatives.h"

namespace doxa {
namespace {

// The value of the function, the same each time.
std::vector<double> value_of(const CheckedFunction& f) {
  const std::vector<double> here = f.plain();
  for (const double y : here)
    if (!std::isfinite(y)) throw std::invalid_argument("check_gradients: the function is not finite here");
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
                               const GradientCheckOptions& options) {
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
