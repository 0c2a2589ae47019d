#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// Mass and entropy of (02.1) by the trapezoidal rule, against 1 and (02.8).
void density_in_one_dimension(Chapter& chapter) {
  std::cout
      << "\nA density is no probability, and may exceed 1. Its sum over 37 nodes is 1 all the same:\n\n";
  Table table({"μ", "σ", {"highest density", 4}, {"mass", 6}, {"entropy", 6}, {"log σ + ½ log 2πe", 6}}, 3);
  double worst_mass = 0, worst_entropy = 0, worst = 0;
  for (const double scale : {1e-3, 0.1, 1.0, 10.0, 1e3}) {
    const double loc = 0.75 * scale;
    Tape tape;
    const Normal q{tape.constant(static_cast<Real>(loc)), tape.constant(static_cast<Real>(scale))};
    const Nodes line = nodes(loc, 9 * scale, scale / 2);
    double mass = 0, by_sum = 0;
    for (const Real log_density : log_prob(q, tape.constant(line.at)).value()) {
      const double share = line.step * std::exp(double{log_density});
      mass += share;                          // (02.1), (02.2)
      by_sum -= share * double{log_density};  // (02.8)
    }
    const double closed = entropy(q).item();
    table.row({loc, scale, normal_density(loc, loc, scale), mass, by_sum, closed});
    worst = worse(worst, worse(std::abs(mass - 1), std::abs(by_sum - closed)));
    const double unit = u * (1 + std::abs(std::log(scale)));
    worst_mass = worse(worst_mass, std::abs(mass - 1) / unit);
    worst_entropy = worse(worst_entropy, std::abs(by_sum - closed) / (unit * (1 + std::abs(closed))));
  }
  chapter.print("densities", table);
  // Of roundings, below the bounds of the claims: log σ < 7 and |H| < 9.
  chapter.results.set("normal.worst_error", worst, 16 * 8 * 10 * u);
  chapter.claims.at_most(
      "(02.2) the normal density integrates to 1, σ from 0.001 to 1000 (in roundings)", worst_mass, 16, 0,
      "in u (1 + |log σ|): log σ, the square and the nodes are rounded to a few u each; the "
      "rule itself errs by 1e-34");
  chapter.claims.at_most("(02.8) its entropy is log σ + ½ log 2πe (in roundings)", worst_entropy, 16, 0,
                         "in u (1 + |log σ|)(1 + |H|): the same roundings, weighted by log q");
}

// The mass of a correlated normal over a plane grid that knows nothing of its factor.
void two_dimensions(Chapter& chapter) {
  Tape tape;
  const double step = 0.25;
  const Nodes line = nodes(0, 12, step);
  const Index n = line.at.size();
  Tensor grid(Shape{n * n, 2});
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      grid(i * n + j, 0) = line.at[i];
      grid(i * n + j, 1) = line.at[j];
    }
  const Gaussian g = ridge();
  const MultivariateNormal q{tape.constant(g.loc), tape.constant(g.factor)};
  double mass = 0;
  for (const Real log_density : log_prob(q, tape.constant(grid)).value())
    mass += step * step * std::exp(double{log_density});  // (02.4)
  chapter.claims.equal("(02.4) the density of μ + Lε integrates to 1 over the plane", mass, 1,
                       64 * u + static_cast<double>(n * n) * 0x1p-53,
                       "log q is off by a few u of its terms, which average below 10, and a sum of 9409 "
                       "terms is rounded as often; "
                       "the rule errs by less than 1e-20");
}

// The largest distance between the two sides of an identity, in units of what rounding may do.
struct Comparison {
  double worst = 0;
  void operator()(double a, double b, double unit) { worst = worse(worst, std::abs(a - b) / unit); }
};

void density_in_many_dimensions(Chapter& chapter) {
  constexpr Index n = 4;
  const int gaussians = chapter.quick() ? 20 : 200;
  Philox random(chapter.seed(), 1);
  Comparison change, by_hand, log_det, chain, schur, entropies;
  Tape tape;
  for (int k = 0; k < gaussians; ++k) {
    tape.clear();
    const Gaussian g = random_gaussian(n, random);
    const MultivariateNormal q{tape.constant(g.loc), tape.constant(g.factor)};
    const Var noise = normal_noise(tape, {n}, random);
    const Var x = rsample(q, noise);
    const double density = log_prob(q, x).item();
    const double condition = g.condition(), unit = u * condition * condition * (1 + std::abs(density));

    const DiagonalNormal standard{tape.constant({n}, Real{0}), tape.constant({n}, Real{1})};
    const double log_det_factor = log_det_from_cholesky(q.scale_tril).item() / 2;
    change(density, log_prob(standard, noise).item() - log_det_factor, unit);  // (02.3)

    const Matrix loc = g.mean(), at = column({x.value().begin(), x.value().end()});
    by_hand(density, log_density(at, loc, g.cholesky()), unit);  // (02.4)

    const Matrix covariance = g.covariance();
    log_det(2 * log_det_factor, std::log(determinant(covariance)), u * condition * condition);  // (02.5)

    double one_by_one = 0, entropy_one_by_one = 0;
    for (Index i = 0; i < n; ++i) {
      const Conditional c = conditional(loc, covariance, i);
      double centre = c.loc;
      for (Index j = 0; j < i; ++j) centre += c.weights[j] * (at[j] - loc[j]);
      const Normal of_i{tape.constant(static_cast<Real>(centre)),
                        tape.constant(static_cast<Real>(std::sqrt(c.variance)))};
      one_by_one += double{log_prob(of_i, tape.constant(static_cast<Real>(at[i]))).item()};  // (02.6)
      entropy_one_by_one += double{entropy(of_i).item()};
      schur(double{g.factor(i, i)}, std::sqrt(c.variance), u * condition * condition);  // (02.7)
    }
    chain(density, one_by_one, unit);
    entropies(entropy(q).item(), entropy_one_by_one, unit);  // (02.8)
  }
  const std::string of = ", " + std::to_string(gaussians) + " Gaussians in 4-D (in roundings)";
  const std::string why =
      "in u κ² of the terms: either side solves with a factor or a covariance of condition κ or κ²";
  const auto claim = [&](const char* sentence, const Comparison& c) {
    chapter.claims.at_most(sentence + of, c.worst, 4, 0, why);
  };
  claim("(02.3) log q(μ + Lε) = log φ(ε) − Σ log L_ii", change);
  claim("(02.4) the ten lines by hand and the library agree", by_hand);
  claim("(02.5) 2 Σ log L_ii = log det Σ, expanded into 24 products", log_det);
  claim("(02.6) log q(x) is the sum of its conditionals", chain);
  claim("(02.6) L_ii is the deviation of x_i given those before it", schur);
  claim("(02.8) the entropy is the sum of the conditional entropies", entropies);
}

}  // namespace

void densities(Chapter& chapter) {
  density_in_one_dimension(chapter);
  Philox random(chapter.seed(), 9);
  draw_box(chapter, normal_noise({500, 2}, random));
  two_dimensions(chapter);
  density_in_many_dimensions(chapter);
}
