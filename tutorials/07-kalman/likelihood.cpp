// Exact likelihood: the filter on the tape, climbed; and how far off its summit may be.

#include "doxa/models/kalman/moments.h"
#include "doxa/models/kalman/taped_filter.h"
#include "model_ascent.h"
#include "support/progress.h"

using namespace doxa;
using namespace doxa::support;

namespace {

LinearGaussianModel with_start(const Scalar& m, double p0) {
  LinearGaussianModel model = autoregression(m);
  model.start_covariance = Matrix(1, 1, {p0});
  return model;
}

Scalar scalar(const LinearGaussianModel& m) {
  return {m.transition[0], m.transition_covariance[0], m.emission_covariance[0]};
}

// The episodes' scores by Fisher's identity: their squares add up to the information, whose inverse is the
// estimate's covariance.
Scalar standard_error(const LinearGaussianModel& m, const std::vector<LinearGaussianEpisode>& episodes) {
  Matrix information(3, 3);
  for (const LinearGaussianEpisode& e : episodes) {
    const LinearGaussianModel g = evidence_gradient(m, expected_moments(m, std::span(&e, 1)));  // (07.29)
    const Matrix score = column({g.transition[0], g.transition_covariance[0], g.emission_covariance[0]});
    information = information + score * transpose(score);
  }
  const Matrix inverse = solve_with_factor(cholesky_factor(information), identity(3));
  return {std::sqrt(inverse(0, 0)), std::sqrt(inverse(1, 1)), std::sqrt(inverse(2, 2))};
}

}  // namespace

MaximumLikelihood climb_likelihood(Chapter& chapter, const Scalar& of, Path& path) {
  const Index count = chapter.quick() ? 100 : 500;
  const int steps = chapter.quick() ? 100 : 300;
  const LinearGaussianModel truth = autoregression(of);
  Philox random(chapter.seed(), likelihood_draws);
  std::vector<LinearGaussianEpisode> episodes;
  Tensor y(Shape{model_horizon, count, 1});
  for (Index b = 0; b < count; ++b) {
    episodes.push_back(simulate(truth, Matrix(model_horizon, 0), random));
    for (Index k = 0; k < model_horizon; ++k) {
      y[k * count + b] = static_cast<Real>(episodes.back().observations[k]);
      episodes.back().observations[k] = double{y[k * count + b]};
    }
  }
  LinearGaussianParameters m(with_start(wrong_start, start_variance(of)));
  const LearnedMatrices learned{.start = false, .emission = false};
  const Parameters all{&m.transition, &m.transition_scale_tril, &m.emission_scale_tril};
  const auto total_evidence = [&](Tape& tape) {
    const Var observations = tape.constant(y), inputs = tape.constant(Tensor(Shape{model_horizon, count, 0}));
    return sum(log_evidence(m.on(tape, learned), inputs, observations));
  };
  Tape tape;
  tape.backward(total_evidence(tape));
  const LinearGaussianModel at = to_model(m);
  const ExpectedMoments moments = expected_moments(at, episodes);
  const LinearGaussianModel exact = evidence_gradient(at, moments);
  const double size =
      (moments.next_last[0] + at.transition[0] * moments.last_last[0]) / at.transition_covariance[0];
  const double n = static_cast<double>(count * model_horizon);
  chapter.claims.equal(
      "(07.29) ∂ evidence/∂a through the filter on the tape is Fisher's identity through the smoother",
      double{m.transition.gradient[0]}, exact.transition[0], 100 * size * u,
      "a hundred roundings of the sums of which both are differences");
  Progress progress("likelihood", static_cast<std::size_t>(steps));
  const auto rate = [](double part) { return 0.05 * std::pow(0.02, part); };
  ascend(all, {.beta2 = 0.95}, steps, rate, [&](Tape& on, int i) {
    if (i % 5 == 0) note(path, i, scalar(to_model(m)), of);
    const Var evidence = 1 / static_cast<Real>(n) * total_evidence(on);
    progress.step([&] { return "evidence " + significant(double{evidence.item()}, 6); });
    return evidence;
  });
  note(path, steps, scalar(to_model(m)), of);
  return {scalar(to_model(m)), standard_error(to_model(m), episodes)};
}
