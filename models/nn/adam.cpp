#include "doxa/models/nn/adam.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "doxa/models/nn/kernels/nn_kernels.h"
#include "doxa/models/numerics/sums.h"

namespace doxa {
namespace {

double sum_of_squares(const Tensor& t) {
  constexpr Index block = Index{1} << 17;
  const NnKernels& k = nn_kernels(kernels().set);
  CompensatedSum sum;
  for (Index i = 0; i < t.size(); i += block)
    sum += k.sum_of_squares(std::min(block, t.size() - i), t.data() + i);
  return sum;
}

bool all_finite(const Tensor& t) {
  return std::ranges::all_of(t.span(), [](Real x) { return std::isfinite(x); });
}

double gradient_norm(const Parameters& parameters) {
  double sum = 0;
  for (const Parameter* p : parameters) {
    sum += sum_of_squares(p->gradient);
    if (!std::isfinite(sum))
      throw std::domain_error(
          "adam: the gradient of " + p->name +
          (all_finite(p->gradient) ? " is too large: its square overflows" : " is not finite"));
  }
  return std::sqrt(sum);
}

// Refuses elements whose squares are more than half of the largest number: v, or v/(1 - β₂ᵗ) with its
// rounding, might become infinite, and the parameter NaN or immovable.
void check_squares(const Parameters& parameters, double norm, double clip) {
  if (norm * clip < std::sqrt(static_cast<double>(std::numeric_limits<Real>::max()) / 2)) return;
  for (const Parameter* p : parameters)
    for (const Real g : p->gradient.span())
      if (const Real clipped = static_cast<Real>(clip) * g; !std::isfinite(2 * clipped * clipped))
        throw std::domain_error("adam: the gradient of " + p->name + " is too large: its square overflows");
}

}  // namespace

double Adam::step(const Parameters& parameters) {
  if (steps == 0 && means.empty())
    for (const Parameter* p : parameters) {
      means.emplace_back(p->value.shape());
      variances.emplace_back(p->value.shape());
    }
  if (means.size() != parameters.size() || variances.size() != parameters.size())
    throw std::invalid_argument("adam: " + std::to_string(parameters.size()) +
                                " parameters, the first step had " + std::to_string(means.size()));
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (means[i].shape() != parameters[i]->value.shape())
      throw std::invalid_argument("adam: " + parameters[i]->name + " has shape " +
                                  parameters[i]->value.shape().str() + ", at the first step " +
                                  means[i].shape().str());

  const double norm = gradient_norm(parameters);
  const double clip = max_norm > 0 && norm > max_norm ? max_norm / norm : 1;
  check_squares(parameters, norm, clip);
  ++steps;
  const double t = static_cast<double>(steps);
  const NnKernels::Adam step{.decay1 = static_cast<Real>(beta1),
                             .decay2 = static_cast<Real>(beta2),
                             .rate = static_cast<Real>(rate / (1 - std::pow(beta1, t))),
                             .epsilon = static_cast<Real>(epsilon),
                             .gradient_scale = static_cast<Real>(clip),
                             .variance_scale = static_cast<Real>(1 / (1 - std::pow(beta2, t)))};
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Parameter& p = *parameters[i];
    nn_kernels(kernels().set)
        .adam(p.value.size(), step, p.gradient.data(), means[i].data(), variances[i].data(), p.value.data());
  }
  return norm;
}

}  // namespace doxa
