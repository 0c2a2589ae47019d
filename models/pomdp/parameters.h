#pragma once

#include "doxa/models/nn/parameter.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// The tables of a POMDP on a tape, as logits: a row of probabilities is the softmax of a row of logits along
/// the last axis. A logit of minus infinity is a probability of 0, which no gradient changes. The tables are
/// dense, for models of tens of states.
struct PomdpLogits {
  Var start;       ///< of b_0(s), [S]
  Var transition;  ///< of T(s'|s,a), [A,S,S]: action, s, s'
  Var emission;    ///< of O(o|a,s'), [A,S,O]: action, s', o
};

/// Which of a model's tables are learned; the others stay as they are.
struct LearnedTables {
  bool start = true, transition = true, emission = true;
};

/// The logits as parameters, for learning by gradients. A constant added to all logits of a row changes
/// nothing.
struct PomdpParameters {
  Parameter start, transition, emission;  ///< [S], [A,S,S], [A,S,O]

  /// The logits log p of a model's own probabilities.
  explicit PomdpParameters(const Pomdp& m);
  /// On a tape: the learned tables as leaves, the others as constants.
  PomdpLogits on(Tape& tape, LearnedTables learned = {});
};

/// Start, transition, emission, in this order.
void append_parameters(Parameters& to, PomdpParameters& p);

/// The model whose rows are the softmax of the logits, computed in double precision; names, discount and
/// rewards are those of `like`. Throws std::invalid_argument if the shapes are not those of `like`, or if the
/// largest logit of a row is not finite.
Pomdp to_pomdp(const PomdpParameters& p, const Pomdp& like);

}  // namespace doxa
