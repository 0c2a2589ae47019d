// The Kalman filter on the tape, with respect to every matrix.

#include "cases.h"
#include "doxa/models/kalman/taped_filter.h"

namespace doxa {
namespace {

constexpr Index n = 2, d = 1, m = 2, steps = 4, batch = 3;

Matrix diagonal_of(double first, double second) { return diagonal({first, second}); }

LinearGaussianModel still() {
  return {Matrix(n, 1),        diagonal_of(1, 2), Matrix(n, n), Matrix(n, d),
          diagonal_of(0.5, 1), Matrix(m, n),      Matrix(m, d), diagonal_of(1, 0.5)};
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
    inputs_ = normal_noise({steps, batch, d}, random);
    observations_ = normal_noise({steps, batch, m}, random);
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
  using Inputs = std::span<const Var>;
  const std::vector<Shape> shapes{
      {n}, {n, n}, {n, n}, {n, d}, {n, n}, {m, n}, {m, d}, {m, m}, {steps, batch, d}, {steps, batch, m}};
  // The square root of R is kept away from singular ones: I + a random matrix / 4.
  const auto at = [](Tape& tape, Inputs x) {
    return LinearGaussianVars{
        x[0], x[1], x[2], x[3],
        x[4], x[5], x[6], tape.constant(Tensor({m, m}, {1, 0, 0, 1})) + Real(0.25) * x[7]};
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
