#include "doxa/models/beliefs/episode_data.h"

#include <algorithm>
#include <stdexcept>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/beliefs/memory_score.h"
#include "doxa/models/files/file.h"
#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/episode_file.h"
#include "doxa/models/pomdp/file.h"

namespace doxa {
namespace {

std::string hash(const std::string& text) { return "hash " + std::to_string(fnv1a(text)); }

// What a belief is learned from; the same text with a version that did not read rewards.
std::vector<Trajectory> without_rewards(std::vector<Trajectory> episodes) {
  for (Trajectory& t : episodes) t.rewards.clear();
  return episodes;
}

std::map<std::string, std::string> identity_of(const EpisodeData& data) {
  const Pomdp& m = data.pomdp;
  std::string policy, episodes = "simulated";
  for (const double p : data.policy) policy += (policy.empty() ? "" : ",") + to_text(p);
  if (!data.recorded.empty()) {
    std::string text;
    std::size_t count = 0;
    for (const auto* part : {&data.recorded, &data.validation, &data.held_out}) {
      text += format_episodes(m, without_rewards(*part));
      count += part->size();
    }
    episodes = std::to_string(count) + ", " + hash(text);
  }
  return {{"model", std::to_string(m.states.size()) + " states, " + std::to_string(m.actions.size()) +
                        " actions, " + std::to_string(m.observations.size()) + " observations, " +
                        hash(format_pomdp(m))},
          {"action weights", policy},
          {"horizon", std::to_string(data.horizon)},
          {"episodes", episodes},
          {"validation episodes", std::to_string(data.curve)}};
}

// Fills in what is computed from the episodes and the counts of the last observation.
EpisodeData completed(EpisodeData data, std::size_t curve, const LastObservationPredictor& counts) {
  data.exact = exact_nll(data.pomdp, data.held_out);
  data.last = last_nll(counts, data.held_out);
  data.cost_of_counting = counts.cost_of_counting();
  data.curve = std::min(curve, data.validation.size());
  data.exact_on_curve = estimate_mean(exact_nll(data.pomdp, data.curve_episodes())).mean;
  data.identity = identity_of(data);
  return data;
}

}  // namespace

EpisodeData simulated_data(Pomdp pomdp, std::vector<double> policy, std::size_t horizon,
                           const EpisodeCounts& counts, std::uint64_t seed) {
  Philox validate(seed, 2), test(seed, 3), count(seed, 4);
  EpisodeData data{.pomdp = std::move(pomdp), .policy = std::move(policy), .horizon = horizon};
  data.validation = simulate(data.pomdp, data.policy, horizon, counts.validation, validate);
  data.held_out = simulate(data.pomdp, data.policy, horizon, counts.held_out, test);
  const auto counted = count_last_observation(data.pomdp, data.policy, horizon, count);
  return completed(std::move(data), counts.curve, counted);
}

EpisodeData recorded_data(Pomdp pomdp, std::vector<double> policy, std::vector<Trajectory> episodes,
                          const EpisodeCounts& counts) {
  const std::size_t tenth = episodes.size() / 10;
  if (tenth < 2)
    throw std::invalid_argument("recorded_data: " + std::to_string(episodes.size()) +
                                " episodes, expected at least 20");
  const auto from_end = [&](std::size_t n) { return episodes.end() - static_cast<std::ptrdiff_t>(n); };
  EpisodeData data{.pomdp = std::move(pomdp), .policy = std::move(policy), .horizon = episodes[0].horizon()};
  data.held_out.assign(from_end(tenth), episodes.end());
  data.validation.assign(from_end(2 * tenth), from_end(tenth));
  episodes.resize(episodes.size() - 2 * tenth);
  data.recorded = std::move(episodes);
  const auto counted = count_last_observation(data.pomdp, data.recorded);
  return completed(std::move(data), counts.curve, counted);
}

Episodes draw_batch(const EpisodeData& data, Index count, Index copies, Philox& random) {
  if (data.recorded.empty())
    return episodes(simulate(data.pomdp, data.policy, data.horizon, static_cast<std::size_t>(count), random),
                    copies);
  std::vector<Index> chosen(static_cast<std::size_t>(count));
  for (Index& i : chosen) i = random.uniform_index(static_cast<Index>(data.recorded.size()));
  return episodes(data.recorded, chosen, copies);
}

}  // namespace doxa
