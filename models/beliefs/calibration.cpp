#include "doxa/models/beliefs/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/models/beliefs/prediction.h"

namespace doxa {
namespace {

// What falls into one bin; seen and pairs by trajectory.
struct Collected {
  double exact = 0, learned = 0;
  std::size_t count = 0;
  std::vector<double> seen, pairs;
};

CalibrationBin summarise(const Collected& c, double from, double to) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (c.count == 0) return {from, to, 0, nan, nan, {nan, nan}};
  const double n = static_cast<double>(c.count);
  return {from, to, c.count, c.exact / n, c.learned / n, estimate_ratio(c.seen, c.pairs)};
}

void require_same(std::span<const std::vector<double>> exact, std::span<const std::vector<double>> learned,
                  std::span<const Trajectory> trajectories, std::size_t outcomes) {
  if (exact.size() != trajectories.size() || learned.size() != trajectories.size())
    throw std::invalid_argument("calibration: predictions of " + std::to_string(exact.size()) + " and " +
                                std::to_string(learned.size()) + " trajectories for " +
                                std::to_string(trajectories.size()));
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const std::size_t size = trajectories[i].horizon() * outcomes;
    if (exact[i].size() != size || learned[i].size() != size)
      throw std::invalid_argument("calibration: " + std::to_string(exact[i].size()) + " and " +
                                  std::to_string(learned[i].size()) + " probabilities for trajectory " +
                                  std::to_string(i) + ", expected " + std::to_string(size));
    if (std::ranges::any_of(trajectories[i].observations, [&](std::size_t o) { return o >= outcomes; }))
      throw std::invalid_argument("calibration: trajectory " + std::to_string(i) +
                                  " has an observation beyond the " + std::to_string(outcomes) +
                                  " of the predictions");
  }
  validate_predictions(exact, outcomes);
  validate_predictions(learned, outcomes);
}

}  // namespace

Calibration calibration(std::span<const std::vector<double>> exact,
                        std::span<const std::vector<double>> learned,
                        std::span<const Trajectory> trajectories, std::size_t outcomes, std::size_t bins) {
  if (bins == 0) throw std::invalid_argument("calibration: no bins");
  require_same(exact, learned, trajectories, outcomes);
  const std::vector<double> none(trajectories.size());
  std::vector<Collected> collected(bins, Collected{.seen = none, .pairs = none});
  const double many = static_cast<double>(bins);
  double absolute = 0, total = 0;
  for (std::size_t i = 0; i < trajectories.size(); ++i)
    for (std::size_t at = 0; at < exact[i].size(); ++at) {
      const double p = exact[i][at];
      Collected& bin = collected[std::min(static_cast<std::size_t>(p * many), bins - 1)];
      bin.exact += p;
      bin.learned += learned[i][at];
      bin.seen[i] += trajectories[i].observations[at / outcomes] == at % outcomes;
      ++bin.count;
      ++bin.pairs[i];
      absolute += std::abs(learned[i][at] - p);
      ++total;
    }
  if (total == 0) throw std::invalid_argument("calibration: no steps");
  Calibration result{{}, 0, absolute / total};
  for (std::size_t b = 0; b < bins; ++b) {
    const double edge = static_cast<double>(b);
    result.bins.push_back(summarise(collected[b], edge / many, (edge + 1) / many));
    result.expected_error += std::abs(collected[b].learned - collected[b].exact) / total;
  }
  return result;
}

}  // namespace doxa
