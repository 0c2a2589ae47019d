#pragma once

#include <functional>
#include <memory>

#include "doxa/autograd/random.h"
#include "doxa/models/nn/adam.h"

namespace doxa::benchmarks {

/// One training step of a model, whatever the model: noise, forward, backward, Adam.
struct TrainingStep {
  std::function<void()> run;
  std::function<void()> gradient;        ///< all of it but Adam
  std::function<std::size_t()> records;  ///< on the tape after a step
  std::function<std::size_t()> bytes;    ///< in use on the tape after a step
};

/// The step of a model with the members `Index batch()` and `Var loss(Tape&, Index first, Index rows,
/// Philox&)`, on a tape. The functions keep the model alive.
template <class Model>
TrainingStep taped_step(typename Model::Sizes sizes) {
  struct State {
    Model model;
    Parameters parameters = doxa::parameters(model);
    Adam adam{.rate = 1e-3};
    Philox noise{2};
    Tape tape;
    explicit State(typename Model::Sizes s) : model{s} {}
    void gradient() {
      tape.clear();
      tape.backward(model.loss(tape, 0, model.batch(), noise));
    }
  };
  const auto state = std::make_shared<State>(sizes);
  return {.run =
              [state] {
                state->gradient();
                state->adam.step(state->parameters);
              },
          .gradient = [state] { state->gradient(); },
          .records = [state] { return state->tape.size(); },
          .bytes = [state] { return state->tape.bytes_used(); }};
}

/// The hand-written step of the same model.
template <class Model, class Step>
TrainingStep manual_step(typename Model::Sizes sizes) {
  struct State {
    Model model;
    Step step{model};
    Philox noise{2};
    explicit State(typename Model::Sizes s) : model{s} {}
  };
  const auto state = std::make_shared<State>(sizes);
  const auto none = [] { return std::size_t{0}; };
  return {.run =
              [state] {
                state->step.gradient(state->noise);
                state->step.parameters().adam_step();
              },
          .gradient = [state] { state->step.gradient(state->noise); },
          .records = none,
          .bytes = none};
}

}  // namespace doxa::benchmarks
