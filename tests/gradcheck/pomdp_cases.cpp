// The Bayes filter on the tape, with respect to the logits of the tables.

#include <limits>

#include "cases.h"
#include "doxa/models/pomdp/taped_filter.h"

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

/// The tables of a model as leaves.
class AtParameters {
 public:
  explicit AtParameters(std::uint64_t seed) : tables_(uniform_model()) {
    Philox random(seed, 1);
    for (Parameter* p : parameters(tables_)) {
      const Tensor noise = normal_noise(p->value.shape(), random);
      for (Index i = 0; i < noise.size(); ++i) p->value[i] += noise[i];
    }
  }
  std::vector<CheckedLeaf> leaves() {
    std::vector<CheckedLeaf> all;
    for (Parameter* p : parameters(tables_)) all.push_back({p->name, &p->value, &p->gradient});
    return all;
  }
  Var operator()(Tape& tape) {
    const PomdpLogits logits = tables_.on(tape);
    const Var all[] = {logits.start, logits.transition, logits.emission};
    return used_twice(log_evidence(logits, two()), all);
  }

 private:
  PomdpParameters tables_;
};

}  // namespace

std::vector<GradientCase> pomdp_cases() {
  const std::vector<Shape> tables{{states}, {actions, states, states}, {actions, states, observations}};
  std::vector<GradientCase> cases;
  const auto add = [&](const char* name, TensorFunction f) {
    cases.push_back(tensor_case(std::string("model/PomdpLogits/") + name, std::move(f), tables));
  };
  add("log_predictive", [](Tape&, Inputs x) { return log_predictive({x[0], x[1], x[2]}, two()); });
  add("log_evidence", [](Tape&, Inputs x) { return log_evidence({x[0], x[1], x[2]}, two()); });
  // State c is never entered from a, and never shows y.
  add("log_evidence, with probabilities of 0", [](Tape& tape, Inputs x) {
    const Real never = -std::numeric_limits<Real>::infinity();
    Tensor transition(Shape{actions, states, states}), emission(Shape{actions, states, observations});
    for (Index a = 0; a < actions; ++a) {
      transition[a * states * states + 2] = never;
      emission[(a * states + 2) * observations + 1] = never;
    }
    return log_evidence({x[0], x[1] + tape.constant(transition), x[2] + tape.constant(emission)}, two());
  });
  cases.push_back({.name = "model/PomdpParameters/on",
                   .check =
                       [](const GradientCheckOptions& options) {
                         AtParameters at(options.seed);
                         return check_gradients(std::ref(at), at.leaves(), options);
                       },
                   .records =
                       [](std::uint64_t seed) {
                         AtParameters at(seed);
                         return recorded([&](Tape& tape) { at(tape); });
                       }});
  return cases;
}

}  // namespace doxa
