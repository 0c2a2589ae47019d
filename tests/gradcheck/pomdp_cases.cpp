// The Bayes filter on the tape, with respect to the logits of the tables.

#include <limits>

#include "doxa/models/pomdp/taped_filter.h"
#include "model_case.h"

namespace doxa {
namespace {

constexpr Index actions = 2, states = 3, observations = 2;

// Two episodes of four steps.
Episodes two() { return {2, 4, {0, 1, 1, 1, 0, 0, 1, 0}, {1, 0, 0, 1, 1, 1, 0, 1}}; }

// Where S, A and O are what they are above.
Pomdp uniform_model() {
  Pomdp m{{"a", "b", "c"}, {"go", "stay"}, {"x", "y"}, 1, {0.25, 0.25, 0.5}, {}, {}, {}};
  m.transition.columns = states;
  m.emission.columns = observations;
  for (Index row = 0; row < actions * states; ++row) {
    m.transition.append_row(std::vector<double>{0.5, 0.25, 0.25});
    m.emission.append_row(std::vector<double>{0.5, 0.5});
  }
  return m;
}

}  // namespace

std::vector<GradientCase> pomdp_cases() {
  const std::vector<Shape> tables{{states}, {actions, states, states}, {actions, states, observations}};
  Cases cases{"model/"};
  cases.add("PomdpLogits/log_predictive", tables, [](Inputs x) {
    return log_predictive({x[0], x[1], x[2]}, two());
  });
  cases.add("PomdpLogits/log_evidence", tables, [](Inputs x) {
    return log_evidence({x[0], x[1], x[2]}, two());
  });
  // State c is never entered from a, and never shows y.
  cases.add("PomdpLogits/log_evidence, with probabilities of 0", tables, [](Tape& tape, Inputs x) {
    const Real never = -std::numeric_limits<Real>::infinity();
    Tensor transition(Shape{actions, states, states}), emission(Shape{actions, states, observations});
    for (Index a = 0; a < actions; ++a) {
      transition[a * states * states + 2] = never;
      emission[(a * states + 2) * observations + 1] = never;
    }
    return log_evidence({x[0], x[1] + tape.constant(transition), x[2] + tape.constant(emission)}, two());
  });
  add_model_case(
      cases, "PomdpParameters/on", [](Philox&) { return PomdpParameters(uniform_model()); }, {},
      [](Tape& tape, PomdpParameters& p, Inputs, Philox&) { return log_evidence(p.on(tape), two()); });
  return cases.all;
}

}  // namespace doxa
