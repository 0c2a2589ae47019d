#pragma once

#include <vector>

#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

struct MostLikelyPath {
  std::vector<std::size_t> states;  ///< s_{0:T}, [T+1]
  double log_probability = 0;       ///< log p(s_{0:T}, o_{1:T} ‖ a_{0:T-1}) in nats
};

/// The likeliest path of all states at once, argmax p(s_{0:T} | o_{1:T}, a), by dynamic programming in log
/// space,
///
///     δ_0(s) = log b_0(s),   δ_k(s') = log O(o_k|a_{k-1},s') + max_s (δ_{k-1}(s) + log T(s'|s,a_{k-1})).
///
/// Its probability given the observations is exp(log_probability - log_evidence). It need not go through the
/// states that are likeliest one by one, and those states may form no possible path at all. Of several
/// likeliest paths it is the one with the lowest s_T, among those the one with the lowest s_{T-1}, and so on.
/// Sums of logarithms are kept in twice the precision of a double, so that paths with the same factors in
/// another order are equally likely, as in exact arithmetic, and rounding breaks no tie.
///
/// O(T (non-zeros of T and O)); memory 4 S T bytes. Throws as `log_evidence`. Source: Viterbi, IEEE Trans.
/// Inf. Theory 13 (1967); Forney, Proc. IEEE 61 (1973).
MostLikelyPath most_likely_path(const Pomdp& m, const History& h);

}  // namespace doxa
