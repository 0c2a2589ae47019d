#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doxa/autograd/tape.h"

namespace doxa {

/// One training step of a model: noise, forward, backward, Adam. What `run` needs lives in `state`.
struct TrainingStep {
  std::function<void()> run;
  std::function<const Tape&()> tape;
  std::shared_ptr<void> state;
};

struct Benchmark {
  std::string name;
  std::function<TrainingStep()> make;
};

/// Variational autoencoders, Markov filtering posteriors and RSSMs of several sizes: small (tens of units),
/// medium and large (PlaNet's widths).
std::vector<Benchmark> benchmarks();

}  // namespace doxa
