#pragma once

#include <vector>

#include "doxa/models/nn/checkpoint.h"

namespace doxa::fuzz {

/// A run with one of everything that a checkpoint keeps; tests/fuzz/corpus/safetensors has its file.
struct SmallRun {
  Parameter weight{"w", Tensor(Shape{2}, {1, 2})};
  Adam adam{};
  Philox noise{};
  Index step = 0;
  std::vector<double> curve = {};
  std::vector<Tensor> best = {};

  TrainingState checkpoint() {
    return {.parameters = {&weight},
            .adam = &adam,
            .generators = {{"noise", &noise}},
            .counters = {{"step", &step}},
            .series = {{"curve", &curve}},
            .copies = {{"best", &best}},
            .settings = {{"width", "2"}}};
  }
};

}  // namespace doxa::fuzz
