#include "doxa/models/beliefs/prediction.h"

#include <cmath>
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

void validate_predictions(const StepTable& predictions) {
  for (std::size_t i = 0; i < predictions.trajectories(); ++i)
    for (std::size_t k = 1; k <= predictions.steps(i); ++k) {
      double sum = 0;
      bool probabilities = true;
      for (const double p : predictions.row(i, k)) {
        probabilities = probabilities && p >= 0;
        sum += p;
      }
      if (!probabilities || !(std::abs(sum - 1) <= prediction_sum_tolerance))
        throw std::invalid_argument("prediction of trajectory " + to_string(i) + ", step " + to_string(k) +
                                    (probabilities ? " sums to " + to_string(sum) + ", expected 1"
                                                   : " has an entry that is not a probability"));
    }
}

std::vector<double> prediction_nll(const StepTable& predictions, std::span<const Trajectory> trajectories) {
  if (predictions.trajectories() != trajectories.size())
    throw std::invalid_argument("prediction_nll: predictions of " + to_string(predictions.trajectories()) +
                                " trajectories for " + to_string(trajectories.size()));
  validate_predictions(predictions);
  std::vector<double> nll;
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    if (t.horizon() == 0 || predictions.steps(i) != t.horizon())
      throw std::invalid_argument("prediction_nll: " + to_string(predictions.steps(i)) +
                                  " predictions for the " + to_string(t.horizon()) + " steps of trajectory " +
                                  to_string(i));
    double sum = 0;
    for (std::size_t k = 1; k <= t.horizon(); ++k) {
      const std::size_t seen = t.observations[k - 1];
      if (seen >= predictions.width)
        throw std::invalid_argument("prediction_nll: observation " + to_string(seen) + " of trajectory " +
                                    to_string(i) + ", predictions are of " + to_string(predictions.width));
      sum -= std::log(predictions.row(i, k)[seen]);
    }
    nll.push_back(sum / static_cast<double>(t.horizon()));
  }
  return nll;
}

std::vector<MeanEstimate> prediction_kl(const StepTable& exact, const StepTable& predictions) {
  if (exact.width != predictions.width || exact.begin != predictions.begin || exact.trajectories() == 0)
    throw std::invalid_argument("prediction_kl: predictions of " + to_string(exact.trajectories()) + " and " +
                                to_string(predictions.trajectories()) +
                                " trajectories, expected the same ones, at least one, and rows of one width");
  for (std::size_t i = 0; i < exact.trajectories(); ++i)
    if (exact.steps(i) != exact.steps(0))
      throw std::invalid_argument("prediction_kl: " + to_string(exact.steps(i)) +
                                  " predictions of trajectory " + to_string(i) + ", expected " +
                                  to_string(exact.steps(0)) + " as of the first");
  validate_predictions(exact);
  validate_predictions(predictions);
  std::vector<MeanEstimate> by_step;
  std::vector<double> each(exact.trajectories());
  for (std::size_t n = 1; n <= exact.steps(0); ++n) {
    for (std::size_t i = 0; i < each.size(); ++i) each[i] = kl(exact.row(i, n), predictions.row(i, n));
    by_step.push_back(estimate_mean(each));
  }
  return by_step;
}

}  // namespace doxa
