// What a learned model of Tiger expects of a door, beside what the exact belief says.

#include "actors.h"
#include "doxa/models/beliefs/known_worlds.h"
#include "doxa/models/pomdp/belief.h"

using namespace doxa;

namespace {

// E[r | what is known, a] in each episode: a mean over draws of the latent.
std::vector<double> expected(RssmWorld& world, const Tensor& known, Index action, Philox& random) {
  constexpr int draws = 50;
  std::vector<double> mean(static_cast<std::size_t>(known.shape()[0]));
  const std::vector<Index> chosen(mean.size(), action);
  for (int i = 0; i < draws; ++i) {
    const std::vector<double> r = imagine(world, known, chosen, random).rewards;
    for (std::size_t e = 0; e < mean.size(); ++e) mean[e] += r[e] / draws;
  }
  return mean;
}

}  // namespace

std::vector<double> better_door(RssmWorld& world, const Pomdp& m) {
  constexpr Index episodes = 100, steps = 6;
  const auto index = [&](const char* action) {
    return static_cast<Index>(index_of(m.actions, action, "action"));
  };
  const std::vector<Index> listen(static_cast<std::size_t>(episodes), index("listen"));
  Environment environment(m, episodes, 1005);
  Philox random(1005, 1);
  Tensor known = start(world, episodes, random);
  std::vector<int> lead(listen.size());  // roars on the left less those on the right
  std::vector<double> sum(most_roars + 1), count(most_roars + 1);
  for (Index k = 0; k < steps; ++k) {
    const std::vector<double> left = expected(world, known, index("open-left"), random),
                              right = expected(world, known, index("open-right"), random);
    for (std::size_t e = 0; e < lead.size(); ++e)
      if (const auto j = static_cast<std::size_t>(std::abs(lead[e])); j <= most_roars) {
        sum[j] += lead[e] > 0 ? right[e] : lead[e] < 0 ? left[e] : (left[e] + right[e]) / 2;
        ++count[j];
      }
    const StepSeen seen = environment.step(listen);
    for (std::size_t e = 0; e < lead.size(); ++e) lead[e] += seen.observations[e] == 0 ? 1 : -1;
    known = observe(world, known, listen, seen.observations, random);
  }
  for (std::size_t j = 0; j < sum.size(); ++j) sum[j] /= count[j];
  return sum;
}

std::vector<double> exact_better_door(const Pomdp& m) {
  const std::size_t listen = index_of(m.actions, "listen", "action"),
                    right = index_of(m.actions, "open-right", "action");
  std::vector<double> paid;
  Belief b = initial_belief(m);
  for (std::size_t j = 0; j <= most_roars; ++j) {
    double r = 0;
    for (std::size_t s = 0; s < m.states.size(); ++s) r += probability(b, s) * expected_reward(m, right, s);
    paid.push_back(r);
    update(m, b, listen, 0);
  }
  return paid;
}
