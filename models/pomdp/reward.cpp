#include "doxa/models/pomdp/pomdp.h"

namespace doxa {
namespace {

unsigned wildcards(const Reward::Pattern& p) {
  return (p.action == Reward::any ? 1u : 0u) | (p.state == Reward::any ? 2u : 0u) |
         (p.next == Reward::any ? 4u : 0u) | (p.observation == Reward::any ? 8u : 0u);
}

}  // namespace

void Reward::set(const Pattern& pattern, double value) {
  last_[wildcards(pattern)][pattern] = entries_.size();
  entries_.push_back({pattern, value});
}

double Reward::operator()(std::size_t action, std::size_t state, std::size_t next,
                          std::size_t observation) const {
  const Entry* latest = nullptr;
  for (unsigned set = 0; set < last_.size(); ++set) {
    if (last_[set].empty()) continue;
    const auto index = [&](unsigned bit, std::size_t i) {
      return set & bit ? any : static_cast<std::uint32_t>(i);
    };
    const auto found =
        last_[set].find({index(1, action), index(2, state), index(4, next), index(8, observation)});
    if (found != last_[set].end() && (!latest || &entries_[found->second] > latest))
      latest = &entries_[found->second];
  }
  return latest ? latest->value : 0;
}

}  // namespace doxa
