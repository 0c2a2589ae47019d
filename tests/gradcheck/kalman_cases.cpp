// The Kalman filter on the tape, with respect to every matrix.

#include "cases.h"
#include "doxa/models/kalman/taped_filter.h"

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

/// A model's parameters as leaves.
class AtParameters {
 public:
  explicit AtParameters(std::uint64_t seed) : model_(still()) {
    Philox random(seed, 1);
    for (Parameter* p : parameters(model_)) {
      const Tensor noise = normal_noise(p->value.shape(), random);
      for (Index i = 0; i < noise.size(); ++i) p->value[i] += noise[i] / 2;
    }
    inputs_ = normal_noise({steps, batch, input_size}, random);
    observations_ = normal_noise({steps, batch, observation_size}, random);
  }
  std::vector<CheckedLeaf> leaves() {
    std::vector<CheckedLeaf> all;
    for (Parameter* p : parameters(model_)) all.push_back({p->name, &p->value, &p->gradient});
    return all;
  }
  Var operator()(Tape& tape) {
    const LinearGaussianVars v = model_.on(tape);
    const Var all[] = {v.start_mean,       v.start_scale_tril,      v.transition,
                       v.transition_input, v.transition_scale_tril, v.emission,
                       v.emission_input,   v.emission_scale_tril};
    return used_twice(log_evidence(v, tape.constant(inputs_), tape.constant(observations_)), all);
  }

 private:
  LinearGaussianParameters model_;
  Tensor inputs_, observations_;
};

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
        x[6], tape.constant(Tensor({observation_size, observation_size}, {1, 0, 0, 1})) + Real(0.25) * x[7]};
  };
  std::vector<GradientCase> cases;
  cases.push_back(tensor_case(
      "model/LinearGaussianVars/log_predictive",
      [=](Tape& tape, Inputs x) { return log_predictive(at(tape, x), x[8], x[9]); }, shapes));
  cases.push_back(tensor_case(
      "model/LinearGaussianVars/log_evidence",
      [=](Tape& tape, Inputs x) { return log_evidence(at(tape, x), x[8], x[9]); }, shapes));
  cases.push_back({.name = "model/LinearGaussianParameters/on",
                   .check =
                       [](const GradientCheckOptions& options) {
                         AtParameters f(options.seed);
                         return check_gradients(std::ref(f), f.leaves(), options);
                       },
                   .records =
                       [](std::uint64_t seed) {
                         AtParameters f(seed);
                         return recorded([&](Tape& tape) { f(tape); });
                       }});
  return cases;
}

}  // namespace doxa
