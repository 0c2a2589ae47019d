#include <cmath>
#include <cstdint>
#include <numeric>

#include "doxa/models/pomdp/episode_file.h"
#include "doxa/models/pomdp/pomdp_file.h"
#include "support/belief_learning/experiment.h"

namespace doxa::support {
namespace {

// The first eight tenths are for training, the next for validation, the last for the score.
void take_from_file(BeliefData& data, const BeliefSettings& s) {
  std::vector<Trajectory> all = read_episodes(s.episodes, data.pomdp);
  const std::size_t tenth = all.size() / 10;
  if (tenth < 2)
    throw UsageError("--episodes: " + s.episodes + " has " + std::to_string(all.size()) +
                     " episodes, expected at least 20");
  const auto from_end = [&](std::size_t n) { return all.end() - static_cast<std::ptrdiff_t>(n); };
  data.held_out.assign(from_end(tenth), all.end());
  data.validation.assign(from_end(2 * tenth), from_end(tenth));
  all.resize(all.size() - 2 * tenth);
  data.training = std::move(all);
}

// FNV-1a, 64 bits (Fowler, Noll & Vo): the same number with every library, unlike std::hash.
std::string hash(const std::string& text) {
  std::uint64_t h = 14695981039346656037u;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return std::to_string(h);
}

}  // namespace

BeliefData::BeliefData(const BeliefSettings& s, std::uint64_t seed)
    : pomdp(read_pomdp(s.pomdp.empty() ? DOXA_POMDP_DIR "/tiger.pomdp" : s.pomdp)) {
  std::vector<double> weights = s.action_weights;
  if (s.pomdp.empty() && weights.empty()) weights = {0.9, 0.05, 0.05};
  policy = open_loop_policy(pomdp, weights);
  Philox validate(seed, 2), test(seed, 3), count(seed, 4);
  if (s.episodes.empty()) {
    const auto horizon = static_cast<std::size_t>(s.horizon);
    validation = simulate(pomdp, policy, horizon, s.validation, validate);
    held_out = simulate(pomdp, policy, horizon, s.held_out, test);
    last = last_nll(count_last_observation(pomdp, policy, horizon, count), held_out);
  } else {
    take_from_file(*this, s);
    last = last_nll(count_last_observation(pomdp, training), held_out);
  }
  std::string identity = format_pomdp(pomdp);
  for (const double p : policy) identity += ' ' + std::to_string(p);
  if (!training.empty()) identity += format_episodes(pomdp, training);
  fingerprint = hash(identity);
  exact = exact_nll(pomdp, held_out);
  exact_few = mean(exact_nll(pomdp, std::span(validation).first(std::min(s.few, validation.size()))));
}

MeanAndError mean_and_error(const std::vector<double>& x) {
  const double n = static_cast<double>(x.size()), mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double squares = 0;
  for (const double v : x) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

}  // namespace doxa::support
