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

// Announces a section of training; says what is not claimed of a short one.
Problem announce(const char* what, const Settings& settings, std::uint64_t seed) {
  std::cout << '\n'
            << what << ": " << settings.data << " data in 8 dimensions, " << settings.latent
            << (settings.latent > 1 ? " latents, " : " latent, ") << settings.steps << " steps\n\n";
  if (settings.steps < steps_to_the_maximum)
    std::cout << "--steps " << settings.steps << " is less than " << steps_to_the_maximum
              << ": claims about where training ends are left out.\n\n";
  return draw_problem(settings, seed);
}

void maximum(Chapter& chapter, const Settings& settings) {
  const std::uint64_t seed = chapter.seed();
  const Problem problem = announce("The maximum", settings, seed);
  Philox random(seed, first_start);
  LinearVae vae({.data = problem.x.shape()[1], .latent = settings.latent}, random);
  const Sampling before = sample_bound(vae, problem, settings.draws_a_datum, seed);
  const Curve curve = train(vae, parameters(vae), problem, settings.steps);
  const Sampling after = sample_bound(vae, problem, settings.draws_a_datum, seed);
  report_training(chapter, problem, vae, curve);
  const Experiment e{
      .problem = problem,
      .trained = vae,
      .curve = curve,
      .start_gaps = gaps_after_training(problem, settings, seed),
      .rotated = train_from(rotated_maximum(problem), problem, settings, 0, seed),
      .collapsed = train_from(collapsed_start(problem), problem, settings, 1e-6, seed),
      .before = before,
      .after = after,
  };
  report_other_starts(chapter, e);
  record(chapter.results, e);
  chapter.figure("training", training_figure(e));
  chapter.figure("axes", axes_figure(e));
  claim_maximum(chapter.claims, e);
}

void collapse(Chapter& chapter, const Settings& settings) {
  const Problem problem = announce("Collapse, σ² held", settings, chapter.seed());
  std::vector<double> values = held_values(problem);
  if (chapter.arguments().given("noise-variance")) {
    values.push_back(settings.noise_variance);
    std::ranges::sort(values);
  }
  const std::vector<Held> held = train_with_held_noise(problem, values, settings.steps, chapter.seed());
  report_held_noise(chapter, held);
  chapter.figure("collapse", collapse_figure(problem, held));
  if (settings.steps >= steps_to_the_maximum) claim_collapse(chapter.claims, problem, held);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("05-linear-vae", "A linear VAE is probabilistic PCA");
  Settings settings;
  arguments.integer("steps", settings.steps, {1, 1'000'000}, "training steps");
  arguments.integer("data", settings.data, {100, 1'000'000, 500}, "size of the sample in 8 dimensions");
  arguments.integer("latent", settings.latent, {1, 3}, "dimensions of its latent");
  arguments.positive("noise-variance", settings.noise_variance,
                     "the value at which σ² is held last in section plane; held in section collapse too");
  arguments.must_hold([&]() -> std::string {
    if (settings.noise_variance < 0.05 || settings.noise_variance > 50)
      return "--noise-variance: expected a number between 0.05 and 50";
    return {};
  });
  const auto with = [&](void (*section)(Chapter&, const Settings&)) {
    return [&settings, section](Chapter& chapter) {
      Settings s = settings;
      if (chapter.quick()) s.starts = 3;
      section(chapter, s);
    };
  };
  return run_chapter(arguments, argc, argv,
                     {{"plane", with(plane)}, {"maximum", with(maximum)}, {"collapse", with(collapse)}});
}
