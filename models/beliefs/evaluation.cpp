#include "doxa/models/beliefs/evaluation.h"

#include <algorithm>

namespace doxa {
namespace {

bool better(const LearnedBelief& a, const LearnedBelief& b) {
  return a.score.validation < b.score.validation;
}

}  // namespace

const LearnedBelief& best_of(std::span<const LearnedBelief> all) {
  return *std::ranges::min_element(all, better);
}

const LearnedBelief* best_live_of(std::span<const LearnedBelief> all) {
  const LearnedBelief* best = nullptr;
  for (const LearnedBelief& b : all)
    if (b.score.live() && (!best || better(b, *best))) best = &b;
  return best;
}

}  // namespace doxa
