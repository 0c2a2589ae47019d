// The Kalman filter on the tape, with respect to every matrix.

#include "doxa/models/kalman/taped_filter.h"
#include "model_case.h"

namespace doxa {

std::vector<GradientCase> kalman_cases() {
  constexpr Index n = 2, d = 1, m = 2, steps = 4, batch = 3;  // n states, d inputs, m observations
  const std::vector<Shape> shapes{
      {n}, {n, n}, {n, n}, {n, d}, {n, n}, {m, n}, {m, d}, {m, m}, {steps, batch, d}, {steps, batch, m}};
  // The square root of R is kept away from singular ones: I + a random matrix / 4.
  const auto at = [](Tape& tape, Inputs x) {
    const Var one = tape.constant({m, m}, {1, 0, 0, 1}), root = one + Real(0.25) * x[7];
    return LinearGaussianVars{x[0], x[1], x[2], x[3], x[4], x[5], x[6], root};
  };
  Cases cases{"model/"};
  cases.add("LinearGaussianVars/log_predictive", shapes,
            [=](Tape& tape, Inputs x) { return log_predictive(at(tape, x), x[8], x[9]); });
  cases.add("LinearGaussianVars/log_evidence", shapes,
            [=](Tape& tape, Inputs x) { return log_evidence(at(tape, x), x[8], x[9]); });
  const LinearGaussianModel still{Matrix(n, 1),       diagonal({1, 2}), Matrix(n, n), Matrix(n, d),
                                  diagonal({0.5, 1}), Matrix(m, n),     Matrix(m, d), diagonal({1, 0.5})};
  add_model_case(
      cases, "LinearGaussianParameters/on", [still](Philox&) { return LinearGaussianParameters(still); },
      {{steps, batch, d}, {steps, batch, m}},
      [](LinearGaussianParameters& p, Inputs x) { return log_evidence(p.on(x[0].tape()), x[0], x[1]); });
  return cases.all;
}

}  // namespace doxa
