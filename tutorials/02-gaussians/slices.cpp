#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

Gaussian ridge() {
  return {Tensor({2}, {Real(0.5), Real(-0.25)}), Tensor({2, 2}, {Real(1.5), 0, Real(0.75), Real(0.5)})};
}

// The joint density along x₁ = const, divided by its area, against (02.7).
void slices(Chapter& chapter) {
  const Gaussian g = ridge();
  const Conditional c = conditional(g.mean(), g.covariance(), 1);  // (02.7)
  const double scale = std::sqrt(c.variance);
  std::cout << "\nA correlated Gaussian in the plane, cut along x₁ = const. Alone, x₂ is N(−0.25, "
            << significant(std::sqrt(g.covariance()(1, 1)), 3) << "²).\n\n";
  Table table(
      {"cut at x₁", "mean of x₂", "its deviation", {"area of the cut", 5}, {"density of x₁ there", 5}}, 3);
  std::vector<Slice> cuts;
  double worst = 0, worst_area = 0;
  for (const double at : {-1.0, 0.5, 2.0}) {
    const double loc = c.loc + c.weights[0] * (at - double{g.loc[0]});
    const Nodes line = nodes(loc, 9 * scale, scale / 2);
    Tensor points(Shape{line.at.size(), 2});
    for (Index i = 0; i < line.at.size(); ++i) {
      points(i, 0) = static_cast<Real>(at);
      points(i, 1) = line.at[i];
    }
    Tape tape;
    const MultivariateNormal q{tape.constant(g.loc), tape.constant(g.factor)};
    const Tensor log_joint = log_prob(q, tape.constant(points)).tensor();
    double area = 0;
    for (const Real l : log_joint.span()) area += line.step * std::exp(double{l});
    for (Index i = 0; i < line.at.size(); ++i)
      worst = worse(worst, std::abs(std::exp(double{log_joint[i]}) / area -
                                    normal_density(double{line.at[i]}, loc, scale)));
    const double marginal = normal_density(at, double{g.loc[0]}, std::sqrt(g.covariance()(0, 0)));
    worst_area = worse(worst_area, std::abs(area - marginal));
    table.row({at, loc, scale, area, marginal});
    cuts.push_back({at, loc, scale});
  }
  chapter.print("slices", table);
  const std::string why = "densities below 1, whose logarithms are off by a few u of their terms";
  chapter.claims.at_most(
      "(02.7) a slice of a Gaussian, divided by its area, is this Gaussian (largest difference)", worst, 0,
      256 * u, why);
  chapter.claims.at_most("and its area is the marginal density (largest difference)", worst_area, 0, 256 * u,
                         why);
  chapter.claims.equal("the deviation on a slice is L₂₂, wherever the slice is", scale, g.cholesky()(1, 1),
                       16 * u, "a Schur complement of three roundings");
  draw_slices(chapter, cuts);
}
