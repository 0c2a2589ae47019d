#include "doxa/models/beliefs/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/models/beliefs/prediction.h"

namespace doxa {
namespace {

// What falls into one bin; `seen` and `pairs` are counted for each trajectory.
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

void require_same(const StepTable& exact, const StepTable& learned,
                  std::span<const Trajectory> trajectories) {
  if (exact.trajectories() != trajectories.size() || learned.begin != exact.begin ||
      learned.width != exact.width)
    throw std::invalid_argument("calibration: predictions of " + std::to_string(exact.trajectories()) +
                                " and " + std::to_string(learned.trajectories()) + " trajectories for " +
                                std::to_string(trajectories.size()) +
                                ", expected the same ones and rows of one width");
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    if (exact.steps(i) != trajectories[i].horizon())
      throw std::invalid_argument("calibration: " + std::to_string(exact.steps(i)) +
                                  " predictions for trajectory " + std::to_string(i) + " of " +
                                  std::to_string(trajectories[i].horizon()) + " steps");
    if (std::ranges::any_of(trajectories[i].observations, [&](std::size_t o) { return o >= exact.width; }))
      throw std::invalid_argument("calibration: trajectory " + std::to_string(i) +
                                  " has an observation beyond the " + std::to_string(exact.width) +
                                  " of the predictions");
  }
  validate_predictions(exact);
  validate_predictions(learned);
}

}  // namespace

Calibration calibration(const StepTable& exact, const StepTable& learned,
                        std::span<const Trajectory> trajectories, std::size_t bins) {
  if (bins == 0) throw std::invalid_argument("calibration: no bins");
  require_same(exact, learned, trajectories);
  const std::vector<double> none(trajectories.size());
  std::vector<Collected> collected(bins, Collected{.seen = none, .pairs = none});
  const double many = static_cast<double>(bins);
  double absolute = 0, total = 0;
  for (std::size_t i = 0; i < trajectories.size(); ++i)
    for (std::size_t k = 1; k <= exact.steps(i); ++k)
      for (std::size_t o = 0; o < exact.width; ++o) {
        const double p = exact.row(i, k)[o], p_learned = learned.row(i, k)[o];
        Collected& bin = collected[std::min(static_cast<std::size_t>(p * many), bins - 1)];
        bin.exact += p;
        bin.learned += p_learned;
        bin.seen[i] += trajectories[i].observations[k - 1] == o;
        ++bin.count;
        ++bin.pairs[i];
        absolute += std::abs(p_learned - p);
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
