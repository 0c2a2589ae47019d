#include "sections.h"

using namespace doxa;
using namespace doxa::support;

void show_samples(Chapter& chapter, const EpisodeData& data, FilteringPosterior& model, bool claimed) {
  const std::span<const Trajectory> some =
      std::span(data.held_out).first(std::min<std::size_t>(data.held_out.size(), chapter.quick() ? 50 : 100));
  const auto steps = static_cast<double>(data.horizon);
  Table table({"N", {"model", 4}, {"q taken for the belief", 4}});
  std::vector<double> previous;
  for (const Index samples : {1, 4, 16, 64, 256}) {
    if (chapter.quick() && samples > 64) break;
    Philox random(chapter.seed(), 44);
    std::vector<double> own = log_evidence(model, some, samples, random);
    for (double& x : own) x /= -steps;
    const StepTable of_q = predictive(model, some, samples, random, SampleWeighting::none);
    table.row(
        {std::to_string(samples), estimate_mean(own).mean, estimate_mean(prediction_nll(of_q, some)).mean});
    if (claimed && !previous.empty()) {
      const MeanEstimate less = estimate_mean_difference(previous, own);
      chapter.claims.at_least(
          "N = " + std::to_string(samples) + ": the loss (10.9) is less than that of a quarter as many",
          less.mean, 0, 4 * less.standard_error, "4 standard errors over held-out episodes");
    }
    previous = own;
  }
  std::cout << "Loss on " << some.size() << " held-out episodes from N samples, nats per step\n\n";
  chapter.print("samples", table);
}
