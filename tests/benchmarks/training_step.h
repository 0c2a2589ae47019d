#pragma once

#include <algorithm>
#include <functional>
#include <memory>

#include "doxa/autograd/random.h"
#include "doxa/autograd/shards.h"
#include "doxa/models/nn/adam.h"

namespace doxa::benchmarks {

/// One training step of a model, whatever the model: noise, forward, backward, Adam.
struct TrainingStep {
  std::function<void()> run;
  std::function<void()> gradient;        ///< all of it but Adam
  std::function<std::size_t()> records;  ///< on all tapes after a step
  std::function<std::size_t()> bytes;    ///< in use on all tapes after a step
  int threads = 1;                       ///< at most those asked for
};

/// The gradient of a model's loss on one tape.
template <class Model>
class OnOneTape {
 public:
  explicit OnOneTape(Model& model) : model_(model) {}
  void gradient() {
    tape_.clear();
    tape_.backward(model_.loss(tape_, 0, model_.batch(), noise_));
  }
  std::size_t records() const { return tape_.size(); }
  std::size_t bytes() const { return tape_.bytes_used(); }

 private:
  Model& model_;
  Philox noise_{2};
  Tape tape_;
};

/// The same with the batch cut into as many shards as there are threads, each with a stream of noise of its
/// own.
template <class Model>
class OnShards {
 public:
  OnShards(Model& model, int threads) : shards_(threads, threads) {
    for (int i = 0; i < threads; ++i) noise_.emplace_back(2, static_cast<std::uint64_t>(i));
    loss_ = [this, &model](Tape& tape, int shard) {
      const Index rows = model.batch(), first = rows * shard / shards_.count();
      return model.loss(tape, first, rows * (shard + 1) / shards_.count() - first,
                        noise_[static_cast<std::size_t>(shard)]);
    };
  }
  void gradient() { shards_.backward(loss_); }
  std::size_t records() { return sum(&Tape::size); }
  std::size_t bytes() { return sum(&Tape::bytes_used); }

 private:
  std::size_t sum(std::size_t (Tape::*of)() const) {
    std::size_t total = 0;
    for (int i = 0; i < shards_.count(); ++i) total += (shards_.tape(i).*of)();
    return total;
  }
  std::vector<Philox> noise_;
  Shards shards_;
  Shards::Loss loss_;
};

/// The step of a model with the members `Index batch()` and `Var loss(Tape&, Index first, Index rows,
/// Philox&)`. The functions keep the model alive. A batch of fewer rows than threads takes a thread a row.
template <class Model>
TrainingStep taped_step(typename Model::Sizes sizes, int threads = 1) {
  const auto make = [sizes]<class Gradient, class... More>(std::type_identity<Gradient>, More... more) {
    struct State {
      Model model;
      Gradient by;
      Parameters parameters = doxa::parameters(model);
      Adam adam{.rate = 1e-3};
      explicit State(typename Model::Sizes s, More... m) : model{s}, by(model, m...) {}
    };
    const auto state = std::make_shared<State>(sizes, more...);
    return TrainingStep{.run =
                            [state] {
                              state->by.gradient();
                              state->adam.step(state->parameters);
                            },
                        .gradient = [state] { state->by.gradient(); },
                        .records = [state] { return state->by.records(); },
                        .bytes = [state] { return state->by.bytes(); }};
  };
  threads = static_cast<int>(std::min<Index>(threads, Model{sizes}.batch()));
  if (threads == 1) return make(std::type_identity<OnOneTape<Model>>{});
  TrainingStep step = make(std::type_identity<OnShards<Model>>{}, threads);
  step.threads = threads;
  return step;
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
