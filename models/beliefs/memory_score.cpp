#include "doxa/models/beliefs/memory_score.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/belief.h"

namespace doxa {
namespace {

std::uint64_t context_key(const LastObservationPredictor& p, std::size_t previous, std::size_t action) {
  return static_cast<std::uint64_t>(previous) * p.actions + action;
}

std::uint64_t pair_key(const LastObservationPredictor& p, std::size_t previous, std::size_t action,
                       std::size_t observation) {
  return context_key(p, previous, action) * p.observations + observation;
}

double count(const std::unordered_map<std::uint64_t, double>& counts, std::uint64_t key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

void require_steps(const Trajectory& t, const char* what) {
  if (t.actions.empty() || t.observations.size() != t.actions.size())
    throw std::invalid_argument(std::string(what) + ": a trajectory of " + std::to_string(t.actions.size()) +
                                " actions and " + std::to_string(t.observations.size()) +
                                " observations, expected as many and at least 1");
}

// Calls visit(o_{k-1}, a_{k-1}, o_k) for k = 1 … T.
template <class Visit>
void for_each_step(const LastObservationPredictor& p, const Trajectory& t, Visit visit) {
  require_steps(t, "last_nll");
  const auto require = [](const char* what, std::size_t index, std::size_t size) {
    if (index >= size)
      throw std::out_of_range("last_nll: " + std::string(what) + " " + std::to_string(index) +
                              ", the model has " + std::to_string(size));
  };
  std::size_t previous = p.start_of_episode();
  for (std::size_t k = 0; k < t.horizon(); ++k) {
    require("action", t.actions[k], p.actions);
    require("observation", t.observations[k], p.observations);
    visit(previous, t.actions[k], t.observations[k]);
    previous = t.observations[k];
  }
}

void add_counts(LastObservationPredictor& p, const Trajectory& t) {
  for_each_step(p, t, [&](std::size_t previous, std::size_t action, std::size_t observation) {
    ++p.context_count[context_key(p, previous, action)];
    ++p.pair_count[pair_key(p, previous, action, observation)];
  });
}

}  // namespace

std::vector<double> exact_nll(const Pomdp& m, std::span<const Trajectory> trajectories) {
  std::vector<double> nll;
  nll.reserve(trajectories.size());
  for (const Trajectory& t : trajectories) {
    require_steps(t, "exact_nll");
    nll.push_back(-log_evidence(m, t) / static_cast<double>(t.horizon()));
  }
  return nll;
}

double LastObservationPredictor::probability(std::size_t previous, std::size_t action,
                                             std::size_t observation) const {
  return (count(pair_count, pair_key(*this, previous, action, observation)) + 0.5) /
         (count(context_count, context_key(*this, previous, action)) +
          0.5 * static_cast<double>(observations));
}

double LastObservationPredictor::cost_of_counting() const {
  double steps = 0;
  for (const auto& [key, n] : context_count) steps += n;  // integers: their sum is exact in any order
  const double parameters =
      static_cast<double>(context_count.size()) * (static_cast<double>(observations) - 1);
  return parameters / (2 * steps);
}

LastObservationPredictor count_last_observation(const Pomdp& m, std::span<const Trajectory> trajectories) {
  LastObservationPredictor p{m.actions.size(), m.observations.size(), {}, {}};
  for (const Trajectory& t : trajectories) add_counts(p, t);
  return p;
}

LastObservationPredictor count_last_observation(const Pomdp& m, std::span<const double> policy,
                                                std::size_t horizon, Philox& random,
                                                std::size_t trajectories) {
  LastObservationPredictor p{m.actions.size(), m.observations.size(), {}, {}};
  for (std::size_t i = 0; i < trajectories; ++i) add_counts(p, simulate(m, policy, horizon, random));
  return p;
}

std::vector<double> last_nll(const LastObservationPredictor& predictor,
                             std::span<const Trajectory> trajectories) {
  std::vector<double> nll;
  nll.reserve(trajectories.size());
  for (const Trajectory& t : trajectories) {
    double sum = 0;
    for_each_step(predictor, t, [&](std::size_t previous, std::size_t action, std::size_t observation) {
      sum -= std::log(predictor.probability(previous, action, observation));
    });
    nll.push_back(sum / static_cast<double>(t.horizon()));
  }
  return nll;
}

MemoryScore memory_score(std::span<const double> last, std::span<const double> model,
                         std::span<const double> exact, double cost_of_counting) {
  const std::size_t n = last.size();
  if (model.size() != n || exact.size() != n)
    throw std::invalid_argument("memory_score: " + std::to_string(n) + ", " + std::to_string(model.size()) +
                                " and " + std::to_string(exact.size()) +
                                " trajectories, expected the same ones");
  if (n < 2)
    throw std::invalid_argument("memory_score: " + std::to_string(n) + " trajectories, expected at least 2");
  double gained = 0, possible = 0, size = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool ruled_out = model[i] == std::numeric_limits<double>::infinity();
    if (!std::isfinite(last[i]) || !(std::isfinite(model[i]) || ruled_out) || !std::isfinite(exact[i]))
      throw std::invalid_argument("memory_score: trajectory " + std::to_string(i) +
                                  " has a value that is not finite");
    gained += last[i] - model[i];
    possible += last[i] - exact[i];
    size += 1 + std::abs(last[i]) + std::abs(exact[i]);
  }
  // 64 for the sums that a value is the logarithm of, and one more for each value added.
  const double rounding = (64 + static_cast<double>(n)) * std::numeric_limits<double>::epsilon() * size;
  const double least = std::max(rounding, 2 * cost_of_counting * static_cast<double>(n));
  const auto ratio = [least](double a, double b) {
    return b > least ? a / b : std::numeric_limits<double>::quiet_NaN();
  };
  std::vector<double> without(n);  // θ_(i)
  for (std::size_t i = 0; i < n; ++i)
    without[i] = ratio(gained - (last[i] - model[i]), possible - (last[i] - exact[i]));
  const double center = estimate_mean(without).mean;
  double squares = 0;
  for (double theta : without) squares += (theta - center) * (theta - center);
  const double count = static_cast<double>(n);
  return {estimate_mean(last).mean, estimate_mean(model).mean, estimate_mean(exact).mean,
          ratio(gained, possible), std::sqrt((count - 1) / count * squares)};
}

}  // namespace doxa
