#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "experiment.h"

using namespace doxa;
using std::numbers::pi;
using support::Color;

namespace {

constexpr Color arm_colors[] = {Color::blue, Color::vermillion, Color::green, Color::purple, Color::orange};

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

void scatter_by_arm(support::Axes& axes, const std::vector<PlanePoint>& points,
                    const std::vector<std::size_t>& arm, std::size_t count, double size) {
  for (std::size_t k = 0; k < std::size(arm_colors); ++k) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < count; ++i) {
      if (arm[i] != k) continue;
      x.push_back(points[i][0]);
      y.push_back(points[i][1]);
    }
    axes.scatter(x, y,
                 {.color = arm_colors[k], .marker = support::Marker::circle, .size = size, .opacity = 0.7});
  }
}

}  // namespace

support::Figure density_figure(Vae& vae, const Data& held_out, const DataLattice& lattice,
                               std::uint64_t seed) {
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
      Philox random(seed, 6);  // a stream of its own
      Tape tape;
      const Evaluation evaluation(tape);
      const Var z = sample(DiagonalNormal(tape.constant(Tensor({static_cast<Index>(count), 2})),
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
      scatter_by_arm(axes, held_out.points, held_out.arm, count, 2.6);
    }
    axes.contour(picture_of(lattice, learned ? lattice.model : lattice.truth, limit), levels,
                 {.color = Color::ink, .width = 1.1});
  }
  return figure;
}

support::Figure latent_figure(Vae& vae, const Data& held_out) {
  support::Figure figure(
      "Posterior means in the latent plane, coloured by arm, against the prior; and the image of a "
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
  scatter_by_arm(latent, means, held_out.arm, std::min<std::size_t>(1500, means.size()), 2.8);
  for (const double radius : {1.0, 2.0, 3.0}) {
    std::vector<double> x, y;
    for (int i = 0; i <= 120; ++i) {
      x.push_back(radius * std::cos(2 * pi * i / 120));
      y.push_back(radius * std::sin(2 * pi * i / 120));
    }
    latent.line(x, y, {.color = Color::ink, .dash = support::Dash::dashed, .width = 1});
  }

  support::Axes& image = figure.axes();
  image.title = "the latent plane, decoded";
  image.x_label = "x₁";
  image.y_label = "x₂";
  image.equal_aspect = true;
  image.x_range = image.y_range = support::Range{-4.4, 4.4};
  scatter_by_arm(image, held_out.points, held_out.arm, std::min<std::size_t>(500, means.size()), 2.4);
  Tape tape;
  for (int line = -15; line <= 15; ++line) {
    for (const bool along_z1 : {true, false}) {
      const Evaluation evaluation(tape);
      const double fixed = 0.2 * line, reach = std::sqrt(9 - fixed * fixed);
      const Index points = 241;
      Tensor z({points, 2});
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

support::Figure bounds_figure(const Curve& curve, const Summary& summary) {
  support::Figure figure(
      "The bound during training, and the importance-weighted bounds against the number of samples", 2);
  support::Axes& training = figure.axes();
  training.title = "training";
  training.x_label = "step";
  training.y_label = "bound / nats a datum";
  training.x_scale = support::Scale::log;
  training.line(curve.steps, curve.elbo, {.label = "ELBO of the batches"});
  training.horizontal(summary.truth, "truth");
  training.horizontal(summary.one_gaussian, "one Gaussian");

  support::Axes& bounds = figure.axes();
  bounds.title = "held-out data, after training";
  bounds.x_label = "samples K";
  bounds.y_label = "nats a datum";
  bounds.x_scale = support::Scale::log;
  bounds.line(summary.K, summary.bound,
              {.label = "importance-weighted bound", .marker = support::Marker::circle});
  bounds.horizontal(summary.evidence, "log-evidence of the model");
  bounds.horizontal(summary.truth, "truth");
  return figure;
}
