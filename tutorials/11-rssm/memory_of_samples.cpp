#include "doxa/autograd/random.h"
#include "memory.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr double listening = 0.9;  // as in the training
constexpr std::size_t episode = 32;
constexpr double mixing = 0.01;  // CategoricalLatent::uniform_mixing

std::vector<double> random_row(std::size_t outcomes, std::size_t rows, Philox& random) {
  std::vector<double> all;
  for (std::size_t r = 0; r < rows; ++r) {
    double sum = 0;
    const std::size_t first = all.size();
    for (std::size_t i = 0; i < outcomes; ++i) sum += all.emplace_back(0.05 + random.uniform());
    for (std::size_t i = first; i < all.size(); ++i) all[i] /= sum;
  }
  return all;
}

Tables random_tables(Fed fed, std::size_t classes, std::size_t outcomes, std::size_t rows, std::size_t steps,
                     Philox& random) {
  Tables t;
  for (std::size_t k = 0, contexts = 1; k < steps; ++k, contexts *= fed == Fed::samples ? classes : 2) {
    t.emplace_back();
    for (std::size_t c = 0; c < contexts; ++c) t.back().push_back(random_row(outcomes, rows, random));
  }
  return t;
}

void claim_identity(Chapter& chapter) {
  Philox random(chapter.seed(), 40);
  double worst = 0, by_feeding = 0;
  constexpr std::size_t steps = 3, classes = 3;
  for (int i = 0; i < 20; ++i)
    for (const Fed fed : {Fed::samples, Fed::observations}) {
      const Tables q = random_tables(fed, classes, classes, 2, steps, random);
      const LatentModel model{random_tables(fed, classes, classes, 1, steps, random),
                              random_tables(fed, classes, 2, classes, steps, random)};
      const MemoryTerms t = memory_terms(fed, classes, q, &model),
                        best = memory_terms(fed, classes, q, nullptr);
      const double right = t.forgotten + t.prior_misses + t.emission_misses;  // (11.5)
      worst = worse(worst, std::abs(-t.bound() - right));
      worst = worse(worst, std::abs(t.kl - t.information - t.prior_misses));
      if (fed == Fed::observations)
        by_feeding = worse(by_feeding, std::abs(best.bound() - mean_log_evidence(steps)));
    }
  const char* rounding = "rounding of sums over a thousand paths";
  chapter.claims.at_most(
      "(11.5) for random q and models, and its KL is information plus what the prior misses; the largest "
      "difference",
      worst, 0, 1e4 * u, rounding);
  chapter.claims.at_most(
      "a summary fed with observations: every q is worth the evidence, with its own best model; the largest "
      "difference",
      by_feeding, 0, 1e4 * u, rounding);
}

// What is lost by two normals that are 2d widths apart.
void draw_normal(Chapter& chapter, double best_d, double evidence) {
  const std::vector<double> at = spaced(0, 2.5001, 0.05);
  const auto short_of = [&](double d) { return evidence - roar_in_a_normal(d).bound(); };
  const auto forgotten = [&](double d) { return roar_in_a_normal(d).forgotten + evidence; };
  const auto missed = [](double d) { return roar_in_a_normal(d).prior_misses; };
  Figure figure("A roar kept in a normal: what is forgotten, what the prior misses, and their sum");
  Axes& axes = figure.axes("one roar kept in a normal", "d: the two normals are 2d widths apart", "nats");
  axes.line(at, series(at, short_of), {.label = "short of the evidence", .color = Color::ink});
  axes.line(at, series(at, forgotten), {.label = "forgotten", .color = Color::vermillion});
  axes.line(at, series(at, missed), {.label = "missed by the prior", .color = Color::purple});
  axes.vertical(best_d, "best");
  chapter.figure("normal", figure);
}

}  // namespace

void memory_of_samples(Chapter& chapter) {
  const double evidence = mean_log_evidence(2);
  std::cout
      << "\nTwo roars: what a latent is worth with the best model for it, in nats; the last two columns "
         "are what\nthe bound lacks to the evidence, "
      << significant(evidence, 4) << "\n\n";
  Table table(
      {"summary is fed", "latent", "log p(o|s)", "KL(q‖p)", "bound", "forgotten", "missed by the prior"});
  double furthest = 0;
  const auto row = [&](Fed fed, const char* name, const MemoryTerms& t) {
    const double zero = 1e-12;  // rounding is printed as 0
    const auto shown = [&](double x) { return std::abs(x) < zero ? 0.0 : x; };
    table.row({fed == Fed::samples ? "samples" : "roars", name, shown(t.log_likelihood), shown(t.kl),
               t.bound(), shown(t.forgotten + evidence), shown(t.prior_misses)});
  };
  for (const auto& [name, share] : {std::pair{"nothing", 0.5},
                                    {"roar, 15 in 100 misheard", 0.15},
                                    {"roar, 1 in 200 misheard", mixing / 2},
                                    {"roar", 0.0}}) {
    const MemoryTerms t = memory_terms(Fed::samples, 2, misheard(2, share), nullptr);
    row(Fed::samples, name, t);
    const double again = 0.745 * (1 - share) + 0.255 * share;  // that the second roar is what is remembered
    const double by_hand = std::log(0.5) + again * std::log(again) + (1 - again) * std::log(1 - again);
    furthest = worse(furthest, std::abs(t.bound() - by_hand));
  }
  double best_d = 0;
  for (double d = 0; d < 4; d += 0.01)
    if (roar_in_a_normal(d).bound() > roar_in_a_normal(best_d).bound()) best_d = d;
  const MemoryTerms normal = roar_in_a_normal(best_d);
  row(Fed::samples, "roar in a normal, best d", normal);
  std::vector<double> kl;
  for (const auto& [name, q] : {std::pair{"nothing", misheard(2, 0.5)},
                                {"the tiger's side", drawn_from_belief(2)},
                                {"roar", misheard(2, 0)}}) {
    const MemoryTerms t = memory_terms(Fed::observations, 2, q, nullptr);
    row(Fed::observations, name, t);
    chapter.results.set("two_roars.kl." + std::to_string(kl.size()), t.kl, 1e-12);
    kl.push_back(t.kl);
  }
  chapter.print("two_roars", table);
  chapter.results.set("two_roars.evidence", evidence);
  chapter.results.set("two_roars.best_d", best_d, 0.011);
  chapter.results.set("two_roars.normal", normal.bound());
  chapter.results.set("two_roars.misread", 0.5 * std::erfc(best_d / std::sqrt(2.0)), 0.003);

  std::cout
      << "\nEpisodes of 32 steps, 90 % listening: the least −bound, in nats a step, if the summary is fed "
         "with samples\nand this share of the roars is misheard\n\n";
  Table long_run({{"misheard", 3}, {"−bound", 5}, "more than the exact filter"});
  const double exact = nats_a_step(listening, 0, episode);
  for (const double share : {0.0, mixing / 2, 0.02, 0.05, 0.1, 0.15, 0.5}) {
    const double nats = nats_a_step(listening, share, episode);
    long_run.row({share, nats, nats - exact});
  }
  chapter.print("misheard", long_run);
  const double of_mixing = nats_a_step(listening, mixing / 2, episode) - exact;
  chapter.results.set("misheard.exact", exact);
  chapter.results.set("misheard.by_mixing", of_mixing);

  std::vector<double> shares = spaced(0, 0.5001, 0.01), nats;
  for (const double share : shares) nats.push_back(nats_a_step(listening, share, episode));

  draw_normal(chapter, best_d, evidence);
  claim_identity(chapter);
  double of_kl = 0;
  for (const double d : {0.5, 1.0, 2.0}) {
    const MemoryTerms t = roar_in_a_normal(d);
    of_kl = worse(of_kl, std::abs(t.kl - t.information - t.prior_misses));  // (11.5)
  }
  chapter.claims.at_most("(11.5) for a roar in a normal, by quadrature; the largest difference", of_kl, 0,
                         1e-9, "what the integrals leave out beyond ten widths, and rounding");
  chapter.claims.at_least("the best of these normals stays short of the evidence, by nats",
                          evidence - normal.bound(), 0.06, 0,
                          "half of what memory is worth here, 0.125; the number is exact");
  chapter.claims.at_most(
      "two roars, of which samples remember a share: the bound is that by hand; the largest "
      "difference",
      furthest, 0, 100 * u, "rounding of sums over 16 paths");
  double least_rise = 1;
  for (std::size_t i = 1; i < nats.size(); ++i) least_rise = std::min(least_rise, nats[i] - nats[i - 1]);
  chapter.claims.at_least(
      "fed with samples, each roar more that is misheard costs; the least rise of the curve", least_rise, 0,
      0, "the values of the curve are exact");
  const MemoryTerms copy = memory_terms(Fed::samples, 2, misheard(6, 0), nullptr);
  chapter.claims.equal("a latent that is the roar, fed with samples, six steps: the bound is the evidence",
                       copy.bound(), mean_log_evidence(6), 1e4 * u, "rounding of sums over 4096 paths");
  chapter.claims.equal("its KL is all of the surprise", copy.kl, -mean_log_evidence(6), 1e4 * u,
                       "rounding of sums over 4096 paths");
  const MemoryTerms some = memory_terms(Fed::samples, 2, misheard(6, 0.1), nullptr);
  chapter.claims.equal("six steps, one roar in ten misheard: all paths, and the walk of the net count",
                       -some.bound() / 6, nats_a_step(1, 0.1, 6), 1e4 * u,
                       "rounding of sums over 4096 paths");
  chapter.claims.at_least(
      "three latents with one bound: the tiger's side has more KL than nothing and less than the roar; the "
      "smaller difference",
      std::min(kl[1] - kl[0], kl[2] - kl[1]), 0.1, 0, "exact numbers, far apart");
}
