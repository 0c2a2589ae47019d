// The same parabola in D dimensions: the noise of all of them enters the score-function estimate of each.

#include "parabola.h"
#include "sections.h"

namespace doxa {

using namespace support;
namespace {

// The fewest whose mean has no more than that variance.
int draws_of_leave_one_out(const Parabola& p, double variance) {
  int n = 2;
  while (p.leave_one_out(n) > variance) ++n;
  return n;
}

}  // namespace

void dimension(Chapter& chapter, const EstimatorOptions& options) {
  Philox random(chapter.seed(), dimension_draws);
  const Index draws = draws_or(options, 8);
  const double n = static_cast<double>(draws);
  const std::vector<double> dimensions{1, 2, 4, 8, 16, 32, 64, 128};
  const Index count = chapter.quick() ? 2'000 : 20'000;

  std::cout << "The same in D dimensions, f = Σ_j (z_j − a)²: variance of the estimate of ∂F/∂μ_1 from "
            << draws << " draws\n\n";
  Table table({"D", "no baseline", "exactly", "leave one out", "exactly", "reparametrised", "exactly"}, 3);
  Deviations variances;
  struct Variances {
    double naive, naive_exact, loo, loo_exact, path, path_exact;
  };
  std::vector<Variances> all;
  for (const double D : dimensions) {
    const Parabola p{.D = D};
    std::vector<double> parameters(static_cast<std::size_t>(D), p.delta);
    parameters.push_back(std::log(p.sigma));
    const Repetitions repetitions{.count = count, .at_once = 200};
    const auto measured = [&](auto estimator) {
      return measure(parameters, isotropic, squared_length, estimator, repetitions, random);
    };
    const Moments none = measured(ScoreFunction{.samples = draws}),
                  others = measured(ScoreFunction{.samples = draws, .baseline = LeaveOneOutBaseline{}}),
                  reparametrised = measured(Reparametrisation{.samples = draws});
    const Variances& v =
        all.emplace_back(Variances{none.variance[0], p.score(0, n), others.variance[0], p.leave_one_out(n),
                                   reparametrised.variance[0], p.reparametrised(n)});
    table.row({static_cast<int>(D), v.naive, v.naive_exact, v.loo, v.loo_exact, v.path, v.path_exact});
    variances.variance(none, 0, v.naive_exact);
    variances.variance(others, 0, v.loo_exact);
    variances.variance(reparametrised, 0, v.path_exact);
  }
  chapter.print("dimension", table);
  std::cout << '\n';
  variances.claim(chapter,
                  "(04.7), (04.9), (04.10) in 1 to 128 dimensions: the variances are those of the formulas");
  const Variances& last = all.back();
  chapter.results.set("dimension.128.no_baseline", last.naive);
  chapter.results.set("dimension.128.leave_one_out", last.loo);
  chapter.results.set("dimension.128.leave_one_out.exactly", last.loo_exact);
  chapter.results.set("dimension.128.reparametrised", last.path);
  const int needed = draws_of_leave_one_out(Parabola{.D = dimensions.back()}, last.path_exact);
  chapter.results.set("dimension.128.draws_needed", needed);
  std::cout << "by (04.7), in 128 dimensions leave-one-out is as quiet with " << needed
            << " draws as reparametrisation with " << draws << "\n\n";

  Figure figure("Variance of the gradient estimate against the number of dimensions", 1, 320, 620);
  Axes& axes = figure.axes("variance of the estimate of ∂F/∂μ₁ from " + std::to_string(draws) + " draws",
                           "dimensions D", "variance");
  axes.x_scale = axes.y_scale = Scale::log;
  axes.line(dimensions, series(all, &Variances::naive_exact),
            {.label = "score function, no baseline", .color = color_of_bare_score});
  axes.line(dimensions, series(all, &Variances::loo_exact),
            {.label = "score function, leave one out", .color = color_of_baseline});
  axes.line(dimensions, series(all, &Variances::path_exact),
            {.label = "reparametrisation", .color = color_of_path});
  for (const auto seen : {&Variances::naive, &Variances::loo, &Variances::path})
    axes.scatter(dimensions, series(all, seen), {.color = Color::ink, .marker = Marker::circle});
  chapter.figure("dimension", figure);
}

}  // namespace doxa
