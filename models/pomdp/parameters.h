#pragma once

#include "doxa/models/nn/parameter.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// The tables of a POMDP on a tape, as logits over the last axis: a row of probabilities is the softmax of a
/// row of logits, and a logit of minus infinity a probability of 0, which no gradient changes. Dense: meant
/// for models of tens of states.
struct PomdpLogits {
  Var start;       ///< of b_0(s), [S]
  Var transition;  ///< of T(s'|s,a), [A,S,S]: action, s, s'
  Var emission;    ///< of O(o|a,s'), [A,S,O]: action, s', o
};

/// Which of a model's tables are learned; the others stay as they are.
struct LearnedTables {
  bool start = true, transition = true, emission = true;
};

/// The logits as parameters, for learning by gradients. Those of one row are determined up to a constant.
struct PomdpParameters {
  Parameter start, transition, emission;  ///< [S], [A,S,S], [A,S,O]

  /// The logits log p of a model's own probabilities.
  explicit PomdpParameters(const Pomdp& m);
  /// On a tape: the learned tables as leaves, the others as constants.
  PomdpLogits on(Tape& tape, LearnedTables learned = {});
};

/// All three.
void append_parameters(Parameters& to, PomdpParameters& p);

/// The model whose rows are the softmax of the logits, computed in double precision; names, discount and
/// rewards are those of `like`. Throws std::invalid_argument if the shapes are not those of `like`, or for a
/// row of logits without a finite largest one.
Pomdp to_pomdp(const PomdpParameters& p, const Pomdp& like);

}  // namespace doxa
