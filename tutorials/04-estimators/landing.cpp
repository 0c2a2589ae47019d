// A bound with the posterior N(0, 1): which noise is left when q gets there?

#include "doxa/distributions/normal.h"
#include "sections.h"

namespace doxa {
using namespace support;
namespace {

// V = E_q[log p(z) - log q(z)], ∂V/∂μ = -μ.
struct Bound {
  double mu = 0.5, sigma = 0.5;

  double gradient() const { return -mu; }
  double total() const { return sigma * sigma; }  // (04.12)
  double path() const { return std::pow(1 / sigma - sigma, 2); }
  double score() const {  // of (f - b) s with the best b: f = const - μσ ε + (1 - σ²) ε² / 2
    const double c = (1 - sigma * sigma) / 2;
    return 6 * c * c / (sigma * sigma) + 2 * mu * mu;
  }
  // E[f s²] / E[s²] - what f's own gradient, -s, amounts to
  double best_baseline() const {
    const double c = (1 - sigma * sigma) / 2;
    return std::log(sigma) - mu * mu / 2 + 3 * c - 1;
  }
};

// log p(z) - log q(z)
Var log_ratio(Var z, const DiagonalNormal& q) {
  const Var zero = z.tape().constant(Shape{1}, Real{0}), log_q = log_prob(q, z);
  return log_prob(DiagonalNormal::from_log_scale(zero, zero), z) - log_q;
}

template <class Estimator>
Moments measured(const Bound& b, Estimator estimator, Index count, Philox& random) {
  return measure({b.mu, std::log(b.sigma)}, DiagonalNormal::from_halves, log_ratio, estimator,
                 {.count = count}, random);
}

ScoreFunction score_of(const Bound& b) {
  return {.baseline = ConstantBaseline{static_cast<Real>(b.best_baseline())}};
}

double root_mean_square(const Moments& m) {
  double square = 0;
  for (std::size_t i = 0; i < m.mean.size(); ++i) square += m.mean[i] * m.mean[i] + m.variance[i];
  return std::sqrt(square);
}

}  // namespace

void landing(Chapter& chapter) {
  Philox random(chapter.seed(), landing_draws);
  const Index count = chapter.quick() ? 10'000 : 100'000;
  std::cout
      << "A bound, V = E_q[log p(z) − log q(z)] with p = N(0, 1): variance of the estimate of ∂V/∂μ from one "
         "draw, μ = 0.5\n\n";
  Deviations unbiased, variances;
  Table table(
      {"σ", "score, best constant", "exactly", "total derivative", "exactly", "path derivative", "exactly"},
      3);
  for (const double sigma : {0.25, 0.5, 1.0, 2.0}) {
    const Bound b{.sigma = sigma};
    const Moments score = measured(b, score_of(b), count, random),
                  total = measured(b, Reparametrisation{}, count, random),
                  path = measured(b, PathDerivative{}, count, random);
    table.row(
        {sigma, score.variance[0], b.score(), total.variance[0], b.total(), path.variance[0], b.path()});
    for (const Moments* m : {&score, &total, &path}) {
      unbiased.mean(*m, 0, b.gradient());
      unbiased.mean(*m, 1, 1 - sigma * sigma);
    }
    variances.variance(score, 0, b.score());
    if (sigma == 1)
      chapter.claims.equal("(04.13) at σ = 1 and μ = 1/2 the score function is not silent: 2μ²",
                           score.variance[0], 0.5, 4.5 * score.variance_error[0], "4.5 standard errors");
    variances.variance(total, 0, b.total());
    variances.variance(path, 0, b.path());
  }
  chapter.print("landing", table);
  std::cout << '\n';
  unbiased.claim(chapter, "(04.11) bound: score function, total and path derivative are unbiased");
  variances.claim(chapter, "(04.12), (04.13) bound: their variances are those of the formulas");
  const Bound posterior{.mu = 0, .sigma = 1};
  const Moments stuck = measured(posterior, PathDerivative{}, count / 10, random),
                restless = measured(posterior, Reparametrisation{}, count, random);
  const Moments silent = measured(posterior, score_of(posterior), count / 10, random);
  chapter.claims.at_most("at the posterior the path derivative is 0 in every draw: its root mean square",
                         root_mean_square(stuck), 0, 64 * std::numeric_limits<Real>::epsilon(),
                         "rounding of terms of size 1 and less than 6");
  chapter.claims.at_most("and so is the score function about the best constant, f - b being 0",
                         root_mean_square(silent), 0, 64 * std::numeric_limits<Real>::epsilon(),
                         "rounding as above");
  chapter.claims.equal("where the total derivative still has the variance σ² = 1", restless.variance[0], 1,
                       4.5 * restless.variance_error[0], "4.5 standard errors");

  Figure figure("Variance of the estimates of a bound's gradient against the scale of q", 1, 320, 620);
  Axes& axes = figure.axes("variance of the estimate of ∂V/∂μ from one draw, μ = 0.5", "scale σ of q",
                           "variance / nats²");
  axes.x_scale = axes.y_scale = Scale::log;
  axes.y_range = Range{1e-4, 100};
  std::vector<double> sigma;
  for (double s = 0.2; s < 4; s *= 1.01) sigma.push_back(s);
  const auto plot = [&](const char* label, Color color, Dash dash, double (Bound::*variance)() const) {
    axes.line(sigma, series(sigma, [&](double s) { return (Bound{.sigma = s}.*variance)(); }),
              {.label = label, .color = color, .dash = dash});
  };
  plot("score function, best constant", color_of_baseline, Dash::dashed, &Bound::score);
  plot("total derivative", color_of_path, Dash::solid, &Bound::total);
  plot("path derivative", color_of_path, Dash::dash_dot, &Bound::path);
  axes.vertical(std::sqrt(0.5), "σ = 1/√2");
  chapter.figure("landing", figure);
}

}  // namespace doxa
