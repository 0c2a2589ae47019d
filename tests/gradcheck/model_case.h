#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cases.h"
#include "doxa/models/nn/parameter.h"

namespace doxa {

/// A model at random parameters, inputs for it, and a function of both.
template <class Model, class Function>
class ModelAtInputs {
 public:
  ModelAtInputs(Model model, const std::vector<Shape>& shapes, Function function, Philox& random)
      : model_(std::move(model)), function_(function) {
    for (Parameter* p : parameters(model_)) {
      // Also those that start at zero, where much cannot be told apart.
      const Tensor noise = normal_noise(p->value.shape(), random);
      for (Index i = 0; i < noise.size(); ++i) p->value[i] += noise[i] / 4;
    }
    for (const Shape& shape : shapes)
      inputs_.emplace_back("input " + std::to_string(inputs_.size()), normal_noise(shape, random));
    noise_ = random;
  }

  std::vector<CheckedLeaf> leaves() {
    std::vector<CheckedLeaf> all;
    for (Parameter* p : parameters(model_)) all.push_back({p->name, &p->value, &p->gradient});
    for (Parameter& x : inputs_) all.push_back({x.name, &x.value, &x.gradient});
    return all;
  }

  Var value(Tape& tape) {
    std::vector<Var> all = inputs_on(tape);
    Philox noise = noise_;  // the same at each evaluation
    return evaluate(tape, all, noise);
  }

  Var operator()(Tape& tape) {
    const Var y = value(tape);
    std::vector<Var> all = inputs_on(tape);
    for (Parameter* p : parameters(model_)) all.push_back(p->on(tape));
    return used_twice(y, all);
  }

 private:
  std::vector<Var> inputs_on(Tape& tape) {
    std::vector<Var> all;
    for (Parameter& x : inputs_) all.push_back(x.on(tape));
    return all;
  }
  Var evaluate(Tape& tape, Inputs inputs, Philox& noise) {
    if constexpr (std::is_invocable_v<Function, Model&, Inputs>)
      return function_(model_, inputs);
    else
      return function_(tape, model_, inputs, noise);
  }

  Model model_;
  std::vector<Parameter> inputs_;
  Function function_;
  Philox noise_;
};

/// Adds a case of the derivatives by all of a model's parameters and by inputs of these shapes.
/// `make(random)` builds the model; function(model, inputs) is checked, or function(tape, model, inputs,
/// noise).
template <class Make, class Function>
void add_model_case(Cases& cases, const std::string& name, Make make, std::vector<Shape> shapes,
                    Function function) {
  const auto at = [=](std::uint64_t seed) {
    Philox random(seed, 1);
    auto model = make(random);
    return ModelAtInputs(std::move(model), shapes, function, random);
  };
  cases.all.push_back({.name = cases.prefix + name,
                       .check =
                           [=](const GradientCheckOptions& options) {
                             auto model = at(options.seed);
                             return check_gradients(std::ref(model), model.leaves(), options);
                           },
                       .with =
                           [=](std::uint64_t seed, const GradientCase::Use& use) {
                             auto model = at(seed);
                             use([&](Tape& tape) { return model.value(tape); }, model.leaves());
                           }});
}

}  // namespace doxa
