#include "doxa/models/pomdp/entropy_rate.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/simulate.h"

namespace doxa {
namespace {

double entropy(std::span<const double> p) {
  double sum = 0;
  for (const double x : p)
    if (x != 0) sum -= x * std::log(x);
  return sum;
}

}  // namespace

MeanEstimate entropy_rate(const Pomdp& m, std::span<const double> policy, const EntropyRateOptions& options,
                          Philox& random) {
  const auto [burn_in, horizon, trajectories] = options;
  if (horizon == 0) throw std::invalid_argument("entropy_rate: horizon is 0, expected at least 1");
  if (trajectories < 2)
    throw std::invalid_argument("entropy_rate: " + std::to_string(trajectories) +
                                " trajectories, expected at least 2 for a standard error");
  std::vector<double> predicted(m.observations.size());
  double mean = 0, squares = 0;  // Welford's running mean and sum of squared deviations
  for (std::size_t i = 1; i <= trajectories; ++i) {
    const Trajectory t = simulate(m, policy, burn_in + horizon, random);
    Belief belief = initial_belief(m);
    double sum = 0;
    for (std::size_t k = 1; k <= t.horizon(); ++k) {
      const std::size_t action = t.actions[k - 1];
      predict(m, belief, action);
      if (k > burn_in) {
        predictive(m, belief, action, predicted);
        sum += entropy(predicted);
      }
      condition(m, belief, action, t.observations[k - 1]);
    }
    const double rate = sum / static_cast<double>(horizon), deviation = rate - mean;
    mean += deviation / static_cast<double>(i);
    squares += deviation * (rate - mean);
  }
  const double n = static_cast<double>(trajectories);
  return {mean, std::sqrt(squares / (n * (n - 1)))};
}

}  // namespace doxa
