// The latent plane, and what the encoder's answers add up to in it.

#include "figures.h"

#include "planes.h"

using namespace doxa;
using namespace doxa::support;
using std::numbers::pi;

namespace {

// Column j of x [n, 2].
std::vector<double> coordinate(const Tensor& x, Index j) {
  std::vector<double> all;
  for (Index i = 0; i < x.shape()[0]; ++i) all.push_back(double{x(i, j)});
  return all;
}

}  // namespace

Figure latent_figure(Vae& vae, const Sample& held_out) {
  Figure figure(
      "Posterior means in the latent plane, coloured by cluster, against the prior; and the image of a "
      "latent lattice under the decoder",
      2, 400);
  Axes& latent = plane(figure, "posterior means and the prior", "z", 3.6);
  std::vector<PlanePoint> means;
  for (const PlanePosterior& of_x : posteriors(vae, held_out.x)) means.push_back(of_x.loc);
  scatter_by_cluster(latent, means, held_out, std::min<std::size_t>(1500, means.size()), 2.8);
  prior_circles(latent);

  Axes& image = plane(figure, "the latent plane, decoded", "x", 4.4);
  scatter_by_cluster(image, held_out.points, held_out, std::min<std::size_t>(500, means.size()), 2.6);
  Tape tape;
  for (int line = -15; line <= 15; ++line) {
    for (const bool along_z1 : {true, false}) {
      const Evaluation evaluation(tape);
      const double fixed = 0.2 * line, reach = std::sqrt(9 - fixed * fixed);
      const Index points = 241;
      Tensor z(Shape{points, 2});
      for (Index i = 0; i < points; ++i) {
        z(i, along_z1 ? 0 : 1) =
            static_cast<Real>(reach * (2.0 * static_cast<double>(i) / static_cast<double>(points - 1) - 1));
        z(i, along_z1 ? 1 : 0) = static_cast<Real>(fixed);
      }
      const Tensor m = likelihood(vae, tape.constant(z)).element.loc.tensor();
      image.line(coordinate(m, 0), coordinate(m, 1),
                 {.color = Color::ink, .dash = Dash::solid, .width = 0.7, .opacity = 0.6});
    }
  }
  return figure;
}

Figure aggregate_figure(const Surgery& surgery) {
  const double limit = 3.6;
  std::vector<double> at;
  for (int i = -45; i <= 45; ++i) at.push_back(0.08 * i);
  Grid aggregate{
      {-limit, limit}, {-limit, limit}, at.size(), at.size(), density_on_grid(surgery.aggregate, at, at)};
  const Grid prior =
      sample_grid([](double z1, double z2) { return std::exp(-0.5 * (z1 * z1 + z2 * z2)) / (2 * pi); },
                  {-limit, limit}, {-limit, limit}, at.size(), at.size());
  const double highest = *std::ranges::max_element(aggregate.values);
  Figure figure("Heat maps of the aggregate posterior and of the prior in the latent plane", 2, 400);
  for (const bool of_prior : {false, true}) {
    Axes& axes = plane(figure, of_prior ? "the prior p(z)" : "the aggregate posterior", "z", limit);
    axes.heatmap(of_prior ? prior : aggregate,
                 {.label = "density", .range = Range{0, highest}, .color_bar = true});
    prior_circles(axes, Color::orange);  // light enough for the dark end of the map
  }
  return figure;
}
