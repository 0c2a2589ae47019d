#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "doxa/models/beliefs/episodes.h"
#include "doxa/models/bound_terms.h"
#include "doxa/models/nn/parameter.h"

namespace doxa {

/// A model that learns to believe from episodes, whatever its inside: what is needed to train it and to score
/// its predictions.
struct LearnedBelief {
  std::string name;
  Parameters parameters;
  Index copies = 1;  ///< of each episode of a batch, side by side: samples of a multi-sample bound

  /// What is minimised, [], in nats per step; `progress` in [0,1] is the share of training that lies behind.
  std::function<Var(Tape&, const Episodes&, double progress, Philox&)> loss;
  /// The two sums of a bound on log p(o_{1:T} ‖ a) at one sample of q for each episode, [B], in nats.
  std::function<BoundTerms<Var>(Tape&, const Episodes&, Philox&)> bound;
  /// p̂(o_k | o_{<k}, a_{<k}) from N samples of the belief, [trajectory][(k-1)·O + o].
  std::function<std::vector<std::vector<double>>(std::span<const Trajectory>, Index samples, Philox&)>
      predictive;
  /// p̂(o_{from+n} | o_{≤from}, a_{<from+n}), n = 1 … ahead, [trajectory][(n-1)·O + o].
  std::function<std::vector<std::vector<double>>(std::span<const Trajectory>, Index from, Index ahead,
                                                 Index samples, Philox&)>
      open_loop = {};
  /// What it remembers after each step, [trajectory][(k-1)·width + j].
  std::function<std::vector<std::vector<double>>(std::span<const Trajectory>, Philox&)> summaries = {};
};

}  // namespace doxa
