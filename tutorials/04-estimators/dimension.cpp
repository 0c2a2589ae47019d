// The same parabola in D dimensions: the noise of all of them enters the score-function estimate of each.

#include <cmath>
#include <iostream>
#include <vector>

#include "claim_moments.h"
#include "measurement.h"
#include "parabola.h"
#include "sections.h"
#include "support/figure.h"
#include "support/table.h"

namespace doxa {

void dimension(support::Chapter& chapter) {
  Philox random(chapter.seed(), dimension_draws);
  constexpr Index draws = 8;
  const double n = static_cast<double>(draws);
  const std::vector<double> dimensions{1, 2, 4, 8, 16, 32, 64, 128};
  const Index count = chapter.quick() ? 2'000 : 20'000;

  std::cout << "The same in D dimensions, f = Σ_j (z_j − a)²: variance of the estimate of ∂F/∂μ_1 from "
            << draws << " draws\n\n";
  support::Table table(
      {"D", "no baseline", "exactly", "leave one out", "exactly", "reparametrised", "exactly"});
  Deviations variances;
  std::vector<double> naive, naive_exact, loo, loo_exact, path, path_exact;
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
    naive.push_back(none.variance[0]);
    naive_exact.push_back(p.score(0, n));
    loo.push_back(others.variance[0]);
    loo_exact.push_back(p.leave_one_out(n));
    path.push_back(reparametrised.variance[0]);
    path_exact.push_back(p.reparametrised(n));
    table.row({static_cast<int>(D),
               {naive.back(), 3},
               {naive_exact.back(), 3},
               {loo.back(), 3},
               {loo_exact.back(), 3},
               {path.back(), 3},
               {path_exact.back(), 3}});
    variances.variance(none, 0, naive_exact.back());
    variances.variance(others, 0, loo_exact.back());
    variances.variance(reparametrised, 0, path_exact.back());
  }
  std::cout << table << '\n';
  variances.claim(chapter,
                  "(04.7), (04.9), (04.10) in 1 to 128 dimensions: the variances are those of the formulas");
  chapter.results.set("dimension.128.no_baseline", naive.back());
  chapter.results.set("dimension.128.leave_one_out", loo.back());
  chapter.results.set("dimension.128.leave_one_out.exactly", loo_exact.back());
  chapter.results.set("dimension.128.reparametrised", path.back());
  chapter.results.set("dimension.128.draws_ratio", loo.back() / path.back());
  std::cout << "in 128 dimensions leave-one-out needs " << support::significant(loo.back() / path.back(), 3)
            << " times the draws for the same accuracy\n\n";

  support::Figure figure("Variance of the gradient estimate against the number of dimensions", 1);
  figure.width = 620;
  support::Axes& axes = figure.axes();
  axes.title = "variance of the estimate of ∂F/∂μ₁ from 8 draws";
  axes.x_label = "dimensions D";
  axes.y_label = "variance";
  axes.x_scale = axes.y_scale = support::Scale::log;
  axes.line(dimensions, naive_exact, {.label = "score function, no baseline"});
  axes.line(dimensions, loo_exact, {.label = "score function, leave one out"});
  axes.line(dimensions, path_exact, {.label = "reparametrisation"});
  for (const auto* seen : {&naive, &loo, &path})
    axes.scatter(dimensions, *seen, {.color = support::Color::ink});
  chapter.figure("dimension", figure);
}

}  // namespace doxa
