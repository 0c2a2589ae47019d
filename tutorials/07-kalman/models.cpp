// The models of the chapter, all (07.1).

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

LinearGaussianModel vehicle(double reading_variance) {
  const double jolt = 0.02;  // m²/s³: white acceleration of this density, integrated over one second
  return {.start_mean = column({0, 0}),
          .start_covariance = diagonal({25, 1}),
          .transition = Matrix(2, 2, {1, 1, 0, 1}),
          .transition_input = Matrix(2, 1, {0.5, 1}),
          .transition_covariance = jolt * Matrix(2, 2, {1.0 / 3, 0.5, 0.5, 1}),
          .emission = Matrix(1, 2, {1, 0}),
          .emission_input = Matrix(1, 1),
          .emission_covariance = Matrix(1, 1, {reading_variance})};
}

Matrix thrust(Index steps) {
  Matrix inputs(steps, 1);
  for (Index k = 0; k < steps; ++k) inputs[k] = k % 30 < 6 ? 0.4 : k % 30 >= 14 && k % 30 < 22 ? -0.5 : 0;
  return inputs;
}

LinearGaussianModel autoregression(const Scalar& m) {
  const auto scalar = [](double x) { return Matrix(1, 1, {x}); };
  return {.start_mean = scalar(0),
          .start_covariance = scalar(start_variance(m)),
          .transition = scalar(m.a),
          .transition_input = Matrix(1, 0),
          .transition_covariance = scalar(m.q),
          .emission = scalar(1),
          .emission_input = Matrix(1, 0),
          .emission_covariance = scalar(m.r)};
}

LinearGaussianModel constant(double p, double r) {
  LinearGaussianModel m = autoregression({0, p, r});  // which starts from the variance p
  m.transition = Matrix(1, 1, {1});
  m.transition_covariance = Matrix(1, 1);
  return m;
}

double rounding(double size) {
  return 1e4 * std::numeric_limits<double>::epsilon() / 2 * (1 + std::abs(size));
}
const char* const rounding_of_sums =
    "ten thousand roundings of a double, for sums of that size computed in two ways";
