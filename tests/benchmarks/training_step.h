#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doxa/autograd/kernels/kernels.h"
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
  std::function<double()> flops;  ///< 2 m n k of all products of matrices in a step; empty: not counted
  int threads = 1;                ///< at most those asked for
};

/// Kernels that count 2 m n k operations for each product of matrices, in flops_counted().
const Kernels& counting_kernels();
double& flops_counted();

/// How many such operations the gradient of a model's loss takes on one tape.
template <class Model>
double count_flops(Model& model) {
  Tape tape(counting_kernels());
  Philox noise(2);
  flops_counted() = 0;
  tape.backward(model.loss(tape, 0, model.batch(), noise));
  return flops_counted();
}

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

/// A model, what computes its gradient, and what follows.
template <class Model, class Gradient>
struct Training {
  Model model;
  Gradient gradient;
  Parameters parameters = doxa::parameters(model);
  Adam adam{.rate = 1e-3};

  template <class... More>
  explicit Training(typename Model::Sizes sizes, More... more) : model{sizes}, gradient(model, more...) {}
};

/// The functions keep the model alive.
template <class Model, class Gradient, class... More>
TrainingStep training_step(typename Model::Sizes sizes, More... more) {
  const auto all = std::make_shared<Training<Model, Gradient>>(sizes, more...);
  return {.run =
              [all] {
                all->gradient.gradient();
                all->adam.step(all->parameters);
              },
          .gradient = [all] { all->gradient.gradient(); },
          .records = [all] { return all->gradient.records(); },
          .bytes = [all] { return all->gradient.bytes(); },
          .flops = [all] { return count_flops(all->model); }};
}

/// The step of a model with the members `Index batch()` and `Var loss(Tape&, Index first, Index rows,
/// Philox&)`. A batch of fewer rows than threads takes a thread a row.
template <class Model>
TrainingStep taped_step(typename Model::Sizes sizes, int threads = 1) {
  threads = static_cast<int>(std::min<Index>(threads, Model{sizes}.batch()));
  if (threads == 1) return training_step<Model, OnOneTape<Model>>(sizes);
  TrainingStep step = training_step<Model, OnShards<Model>>(sizes, threads);
  step.threads = threads;
  return step;
}

template <class Model, class Step>
struct ManualTraining {
  Model model;
  Step step{model};
  Philox noise{2};
  explicit ManualTraining(typename Model::Sizes sizes) : model{sizes} {}
};

/// The hand-written step of the same model.
template <class Model, class Step>
TrainingStep manual_step(typename Model::Sizes sizes) {
  const auto all = std::make_shared<ManualTraining<Model, Step>>(sizes);
  const auto none = [] { return std::size_t{0}; };
  return {.run =
              [all] {
                all->step.gradient(all->noise);
                all->step.parameters().adam_step();
              },
          .gradient = [all] { all->step.gradient(all->noise); },
          .records = none,
          .bytes = none,
          .flops = nullptr};
}

struct Case {
  std::string name;
  std::function<TrainingStep(int threads)> taped;
  std::function<TrainingStep()> manual;  ///< empty: there is no hand-written step
};

/// Variational autoencoders, Markov filtering posteriors and recurrent state-space models of several sizes:
/// small (tens of units), medium and large (PlaNet's widths); and a recurrence over tiny vectors.
const std::vector<Case>& cases();

/// Objectives that other tools for differentiation are timed on, of the usual sizes: value and gradient,
/// without an optimiser's step.
const std::vector<Case>& objectives();

}  // namespace doxa::benchmarks
