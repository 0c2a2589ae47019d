#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "figures.h"

using namespace doxa;
using std::numbers::pi;
using support::Color;

namespace {

constexpr Color cluster_colors[] = {Color::blue, Color::vermillion, Color::green, Color::purple,
                                    Color::orange};
constexpr std::size_t colors = std::size(cluster_colors);  // a further cluster takes the first again

support::Grid picture_of(const DataLattice& lattice, const std::vector<double>& density, double limit) {
  support::Grid grid{{0, 0}, {0, 0}};
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < lattice.at.size(); ++i)
    if (std::abs(lattice.at[i]) <= limit) inside.push_back(i);
  grid.x = grid.y = {lattice.at[inside.front()], lattice.at[inside.back()]};
  grid.columns = grid.rows = inside.size();
  for (const std::size_t r : inside)
    for (const std::size_t c : inside) grid.values.push_back(density[r * lattice.at.size() + c]);
  return grid;
}

void scatter_by_cluster(support::Axes& axes, const std::vector<PlanePoint>& points,
                        const std::vector<std::size_t>& cluster, std::size_t count, double size) {
  for (std::size_t k = 0; k < colors; ++k) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < count; ++i) {
      if (cluster[i] % colors != k) continue;
      x.push_back(points[i][0]);
      y.push_back(points[i][1]);
    }
    axes.scatter(
        x, y, {.color = cluster_colors[k], .marker = support::Marker::circle, .size = size, .opacity = 0.7});
  }
}

// The prior at one, two and three standard deviations.
void prior_circles(support::Axes& axes, Color color = Color::ink) {
  for (const double radius : {1.0, 2.0, 3.0}) {
    std::vector<double> x, y;
    for (int i = 0; i <= 120; ++i) {
      x.push_back(radius * std::cos(2 * pi * i / 120));
      y.push_back(radius * std::sin(2 * pi * i / 120));
    }
    axes.line(x, y, {.color = color, .dash = support::Dash::dashed, .width = 1});
  }
}

}  // namespace

support::Figure density_figure(Vae& vae, const Sample& held_out, const DataLattice& lattice,
                               const Limits& limits, std::uint64_t seed) {
  const double limit = 4.4;  // of both axes
  const std::size_t count = std::min<std::size_t>(1000, held_out.points.size());
  const std::vector<double> levels = {0.005, 0.02, 0.06, 0.12, 0.18};

  support::Figure figure(
      "Held-out data with contours of their true density, and samples of the learned model with "
      "contours of its density",
      2);
  figure.row_height = 400;
  for (const bool learned : {false, true}) {
    support::Axes& axes = figure.axes();
    axes.title = learned ? "learned: samples and density" : "true: data and density";
    axes.x_label = "x₁";
    axes.y_label = "x₂";
    axes.equal_aspect = true;
    axes.x_range = axes.y_range = support::Range{-limit, limit};
    if (learned) {
      Philox random(seed, shown_samples);
      Tape tape;
      const Evaluation evaluation(tape);
      const Var z = sample(DiagonalNormal(tape.constant(Tensor(Shape{static_cast<Index>(count), 2})),
                                          tape.constant(Tensor({static_cast<Index>(count), 2}, 1))),
                           random);
      const Tensor x = sample(likelihood(vae, z), random).tensor();
      std::vector<double> x1, x2;
      for (Index i = 0; i < x.shape()[0]; ++i) {
        x1.push_back(double{x(i, 0)});
        x2.push_back(double{x(i, 1)});
      }
      axes.scatter(x1, x2, {.color = Color::ink, .size = 2.6, .opacity = 0.45});
    } else {
      scatter_by_cluster(axes, held_out.points, held_out.cluster, count, 2.6);
    }
    axes.contour(picture_of(lattice, learned ? limits.model : lattice.truth, limit), levels,
                 {.color = Color::ink, .width = 1.1});
  }
  return figure;
}

support::Figure latent_figure(Vae& vae, const Sample& held_out) {
  support::Figure figure(
      "Posterior means in the latent plane, coloured by cluster, against the prior; and the image of a "
      "latent lattice under the decoder",
      2);
  figure.row_height = 400;
  support::Axes& latent = figure.axes();
  latent.title = "posterior means and the prior";
  latent.x_label = "z₁";
  latent.y_label = "z₂";
  latent.equal_aspect = true;
  latent.x_range = latent.y_range = support::Range{-3.6, 3.6};
  std::vector<PlanePoint> means;
  for (const PlanePosterior& of_x : posteriors(vae, held_out.x)) means.push_back(of_x.loc);
  scatter_by_cluster(latent, means, held_out.cluster, std::min<std::size_t>(1500, means.size()), 2.8);
  prior_circles(latent);

  support::Axes& image = figure.axes();
  image.title = "the latent plane, decoded";
  image.x_label = "x₁";
  image.y_label = "x₂";
  image.equal_aspect = true;
  image.x_range = image.y_range = support::Range{-4.4, 4.4};
  scatter_by_cluster(image, held_out.points, held_out.cluster, std::min<std::size_t>(500, means.size()), 2.4);
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
      std::vector<double> x, y;
      for (Index i = 0; i < points; ++i) {
        x.push_back(double{m(i, 0)});
        y.push_back(double{m(i, 1)});
      }
      image.line(x, y, {.color = Color::ink, .dash = support::Dash::solid, .width = 0.7, .opacity = 0.6});
    }
  }
  return figure;
}

support::Figure aggregate_figure(const Surgery& surgery) {
  const double limit = 3.6;
  std::vector<double> at;
  for (int i = -45; i <= 45; ++i) at.push_back(0.08 * i);
  support::Grid aggregate{
      {-limit, limit}, {-limit, limit}, at.size(), at.size(), density_on_grid(surgery.aggregate, at, at)};
  const support::Grid prior = support::sample_grid(
      [](double z1, double z2) { return std::exp(-0.5 * (z1 * z1 + z2 * z2)) / (2 * pi); }, {-limit, limit},
      {-limit, limit}, at.size(), at.size());
  const double highest = *std::ranges::max_element(aggregate.values);
  support::Figure figure("Heat maps of the aggregate posterior and of the prior in the latent plane", 2);
  figure.row_height = 400;
  for (const bool of_prior : {false, true}) {
    support::Axes& axes = figure.axes();
    axes.title = of_prior ? "the prior p(z)" : "the aggregate posterior";
    axes.x_label = "z₁";
    axes.y_label = "z₂";
    axes.equal_aspect = true;
    axes.x_range = axes.y_range = support::Range{-limit, limit};
    axes.heatmap(of_prior ? prior : aggregate,
                 {.label = "density", .range = support::Range{0, highest}, .color_bar = true});
    prior_circles(axes, Color::orange);  // light enough for the dark end of the map
  }
  return figure;
}
