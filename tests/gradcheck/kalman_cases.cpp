// The Kalman filter on the tape, with respect to every matrix.

#include "doxa/models/kalman/taped_filter.h"
#include "model_case.h"

namespace doxa {
namespace {

constexpr Index state_size = 2, input_size = 1, observation_size = 2, steps = 4, batch = 3;

Matrix diagonal_of(double first, double second) { return diagonal({first, second}); }

LinearGaussianModel still() {
  return {Matrix(state_size, 1),
          diagonal_of(1, 2),
          Matrix(state_size, state_size),
          Matrix(state_size, input_size),
          diagonal_of(0.5, 1),
          Matrix(observation_size, state_size),
          Matrix(observation_size, input_size),
          diagonal_of(1, 0.5)};
}

}  // namespace

std::vector<GradientCase> kalman_cases() {
  const std::vector<Shape> shapes{{state_size},
                                  {state_size, state_size},
                                  {state_size, state_size},
                                  {state_size, input_size},
                                  {state_size, state_size},
                                  {observation_size, state_size},
                                  {observation_size, input_size},
                                  {observation_size, observation_size},
                                  {steps, batch, input_size},
                                  {steps, batch, observation_size}};
  // The square root of R is kept away from singular ones: I + a random matrix / 4.
  const auto at = [](Tape& tape, Inputs x) {
    return LinearGaussianVars{
        x[0], x[1],
        x[2], x[3],
        x[4], x[5],
        x[6], tape.constant({observation_size, observation_size}, {1, 0, 0, 1}) + Real(0.25) * x[7]};
  };
  Cases cases{"model/"};
  cases.add("LinearGaussianVars/log_predictive", shapes,
            [=](Tape& tape, Inputs x) { return log_predictive(at(tape, x), x[8], x[9]); });
  cases.add("LinearGaussianVars/log_evidence", shapes,
            [=](Tape& tape, Inputs x) { return log_evidence(at(tape, x), x[8], x[9]); });
  add_model_case(
      cases, "LinearGaussianParameters/on", [](Philox&) { return LinearGaussianParameters(still()); },
      {{steps, batch, input_size}, {steps, batch, observation_size}},
      [](LinearGaussianParameters& p, Inputs x) { return log_evidence(p.on(x[0].tape()), x[0], x[1]); });
  return cases.all;
}

}  // namespace doxa
