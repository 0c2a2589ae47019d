#include "doxa/models/beliefs/prediction.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace doxa {
namespace {

using std::to_string;

double kl(std::span<const double> p, std::span<const double> q) {
  double sum = 0;
  for (std::size_t o = 0; o < p.size(); ++o)
    if (p[o] > 0) sum += p[o] * std::log(p[o] / q[o]);
  return sum;
}

}  // namespace

void validate_predictions(std::span<const std::vector<double>> predictions, std::size_t outcomes) {
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const std::span<const double> all = predictions[i];
    if (outcomes == 0 || all.size() % outcomes != 0)
      throw std::invalid_argument("prediction of trajectory " + to_string(i) + ": " + to_string(all.size()) +
                                  " probabilities, expected a multiple of " + to_string(outcomes));
    for (std::size_t at = 0; at < all.size(); at += outcomes) {
      double sum = 0;
      bool probabilities = true;
      for (const double p : all.subspan(at, outcomes)) {
        probabilities = probabilities && p >= 0;
        sum += p;
      }
      if (!probabilities || !(std::abs(sum - 1) <= prediction_sum_tolerance))
        throw std::invalid_argument("prediction of trajectory " + to_string(i) + ", step " +
                                    to_string(at / outcomes + 1) +
                                    (probabilities ? " sums to " + to_string(sum) + ", expected 1"
                                                   : " has an entry that is not a probability"));
    }
  }
}

std::vector<double> prediction_nll(std::span<const std::vector<double>> predictions,
                                   std::span<const Trajectory> trajectories) {
  if (predictions.size() != trajectories.size())
    throw std::invalid_argument("prediction_nll: predictions of " + to_string(predictions.size()) +
                                " trajectories for " + to_string(trajectories.size()));
  std::vector<double> nll;
  if (trajectories.empty()) return nll;
  const std::size_t outcomes = predictions[0].size() / std::max<std::size_t>(trajectories[0].horizon(), 1);
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    if (t.horizon() == 0 || outcomes == 0 || predictions[i].size() != t.horizon() * outcomes)
      throw std::invalid_argument("prediction_nll: " + to_string(predictions[i].size()) +
                                  " probabilities for the " + to_string(t.horizon()) +
                                  " steps of trajectory " + to_string(i) + ", " + to_string(outcomes) +
                                  " a step for the first");
  }
  validate_predictions(predictions, outcomes);
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    double sum = 0;
    for (std::size_t k = 0; k < t.horizon(); ++k) {
      if (t.observations[k] >= outcomes)
        throw std::invalid_argument("prediction_nll: observation " + to_string(t.observations[k]) +
                                    " of trajectory " + to_string(i) + ", predictions are of " +
                                    to_string(outcomes));
      sum -= std::log(predictions[i][k * outcomes + t.observations[k]]);
    }
    nll.push_back(sum / static_cast<double>(t.horizon()));
  }
  return nll;
}

std::vector<MeanEstimate> prediction_kl(std::span<const std::vector<double>> exact,
                                        std::span<const std::vector<double>> predictions,
                                        std::size_t outcomes) {
  if (exact.size() != predictions.size() || exact.empty())
    throw std::invalid_argument("prediction_kl: predictions of " + to_string(exact.size()) + " and " +
                                to_string(predictions.size()) +
                                " trajectories, expected the same ones, at least one");
  for (std::size_t i = 0; i < exact.size(); ++i)
    if (exact[i].size() != exact[0].size() || predictions[i].size() != exact[0].size())
      throw std::invalid_argument("prediction_kl: " + to_string(exact[i].size()) + " and " +
                                  to_string(predictions[i].size()) + " probabilities for trajectory " +
                                  to_string(i) + ", expected " + to_string(exact[0].size()));
  validate_predictions(exact, outcomes);
  validate_predictions(predictions, outcomes);
  std::vector<MeanEstimate> by_step;
  std::vector<double> each(exact.size());
  for (std::size_t at = 0; at < exact[0].size(); at += outcomes) {
    for (std::size_t i = 0; i < exact.size(); ++i)
      each[i] =
          kl(std::span(exact[i]).subspan(at, outcomes), std::span(predictions[i]).subspan(at, outcomes));
    by_step.push_back(estimate_mean(each));
  }
  return by_step;
}

}  // namespace doxa
