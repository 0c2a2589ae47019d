// Chapter 05: a linear variational auto-encoder against probabilistic PCA, whose maximum likelihood is known
// in closed form. The equations are numbered as in README.md.

#include "experiment.h"
#include "support/progress.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr std::uint64_t first_start = 100;  // the streams of random starts

std::vector<double> gaps_after_training(const Problem& problem, const Settings& settings,
                                        std::uint64_t seed) {
  std::vector<double> gaps;
  Progress progress("from other starts", static_cast<std::size_t>(settings.starts));
  for (int i = 1; i <= settings.starts; ++i) {
    Philox random(seed, first_start + static_cast<std::uint64_t>(i));
    LinearVae vae({.data = problem.x.shape()[1], .latent = settings.latent}, random);
    gaps.push_back(train(vae, parameters(vae), problem, settings.steps).back().gap(problem.maximum));
    progress.step([&] { return "gap " + significant(gaps.back(), 2); });
  }
  return gaps;
}

void run(Chapter& chapter, const Settings& settings) {
  const std::uint64_t seed = chapter.seed();
  const Problem problem = draw_problem(settings, seed);
  std::cout << settings.data << " data in " << problem.x.shape()[1] << " dimensions, " << settings.latent
            << " latents, all data in each of " << settings.steps << " steps\n\n";
  Philox random(seed, first_start);
  LinearVae vae({.data = problem.x.shape()[1], .latent = settings.latent}, random);
  const double sampled_before = sampling_deviation(vae, problem, settings.draws_a_datum, seed);
  const Curve curve = train(vae, parameters(vae), problem, settings.steps);
  const double sampled_after = sampling_deviation(vae, problem, settings.draws_a_datum, seed);
  report_training(chapter.results, problem, vae, curve);
  const Experiment e{
      .problem = problem,
      .trained = vae,
      .curve = curve,
      .start_gaps = gaps_after_training(problem, settings, seed),
      .rotated = train_from(rotated_maximum(problem), problem, settings, 0, seed),
      .collapsed = train_from(collapsed_start(problem), problem, settings, 1e-6, seed),
      .held = train_with_held_noise(problem, settings, seed),
      .sampled_before = sampled_before,
      .sampled_after = sampled_after,
  };
  report_other_starts(e);
  report_held_noise(chapter.results, e);
  record(chapter.results, e);
  chapter.figure("training", training_figure(e));
  chapter.figure("collapse", collapse_figure(e));
  chapter.figure("axes", axes_figure(e));
  claim(chapter, e);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("05-linear-vae", "A linear VAE is probabilistic PCA");
  Settings settings;
  arguments.integer("steps", settings.steps, {1, 1'000'000}, "training steps");
  arguments.integer("data", settings.data, {100, 1'000'000, 500}, "size of the sample");
  arguments.integer("latent", settings.latent, {1, 3}, "dimensions of the latent");
  return run_chapter(arguments, argc, argv, [&](Chapter& chapter) {
    if (chapter.quick()) settings.starts = 3;
    run(chapter, settings);
  });
}
