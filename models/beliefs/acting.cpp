#include "doxa/models/beliefs/acting.h"

#include <cmath>
#include <memory>
#include <stdexcept>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {

Chooser with_bursts(Chooser chooser, Index actions, const Bursts& bursts, Philox& random) {
  const auto current = std::make_shared<std::vector<Index>>();  // of each episode: the action, or none
  constexpr Index none = -1;
  return [=, &random](const Tensor& known) {
    std::vector<Index> chosen = chooser(known);
    current->resize(chosen.size(), none);
    for (std::size_t b = 0; b < chosen.size(); ++b) {
      Index& burst = (*current)[b];
      if (burst == none && random.uniform() < bursts.rate) burst = random.uniform_index(actions);
      if (burst == none) continue;
      chosen[b] = burst;
      if (random.uniform() * bursts.length < 1) burst = none;
    }
    return chosen;
  };
}

void append(std::vector<Trajectory>& episodes, std::span<const Index> actions, const StepSeen& seen) {
  for (std::size_t b = 0; b < episodes.size(); ++b) {
    episodes[b].actions.push_back(static_cast<std::size_t>(actions[b]));
    episodes[b].observations.push_back(static_cast<std::size_t>(seen.observations[b]));
    episodes[b].rewards.push_back(seen.rewards[b]);
  }
}

std::vector<double> discounted_returns(std::span<const Trajectory> episodes, double discount) {
  std::vector<double> returns;
  for (const Trajectory& t : episodes) {
    if (t.rewards.size() != t.horizon())
      throw std::invalid_argument("discounted_returns: an episode without rewards");
    double sum = 0;
    for (std::size_t k = t.rewards.size(); k-- > 0;) sum = t.rewards[k] + discount * sum;
    returns.push_back(sum);
  }
  return returns;
}

Index effective_horizon(double discount, double share) {
  if (!(discount > 0 && discount < 1 && share > 0 && share < 1))
    throw std::invalid_argument("effective_horizon: discount " + to_text(discount) + ", share " +
                                to_text(share) + ", expected both in (0,1)");
  return static_cast<Index>(std::ceil(std::log(share) / std::log(discount)));
}

}  // namespace doxa
