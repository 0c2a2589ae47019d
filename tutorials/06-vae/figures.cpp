#include <iterator>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;
using std::numbers::pi;

namespace {

constexpr Color cluster_colors[] = {Color::blue, Color::vermillion, Color::green, Color::purple,
                                    Color::orange};
constexpr std::size_t colors = std::size(cluster_colors);  // a further cluster takes the first again

Grid picture_of(const DataLattice& lattice, const std::vector<double>& density, double limit) {
  Grid grid{{0, 0}, {0, 0}};
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < lattice.at.size(); ++i)
    if (std::abs(lattice.at[i]) <= limit) inside.push_back(i);
  grid.x = grid.y = {lattice.at[inside.front()], lattice.at[inside.back()]};
  grid.columns = grid.rows = inside.size();
  for (const std::size_t r : inside)
    for (const std::size_t c : inside) grid.values.push_back(density[r * lattice.at.size() + c]);
  return grid;
}

void scatter_by_cluster(Axes& axes, const std::vector<PlanePoint>& points,
                        const std::vector<std::size_t>& cluster, std::size_t count, double size) {
  for (std::size_t k = 0; k < colors; ++k) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < count; ++i) {
      if (cluster[i] % colors != k) continue;
      x.push_back(points[i][0]);
      y.push_back(points[i][1]);
    }
    axes.scatter(x, y, {.color = cluster_colors[k], .marker = Marker::circle, .size = size, .opacity = 0.7});
  }
}

// Column j of x [n, 2].
std::vector<double> coordinate(const Tensor& x, Index j) {
  std::vector<double> all;
  for (Index i = 0; i < x.shape()[0]; ++i) all.push_back(double{x(i, j)});
  return all;
}

// The plane of x or of z, each coordinate from -limit to limit.
Axes& plane(Figure& figure, const std::string& title, const std::string& coordinates, double limit) {
  Axes& axes = figure.axes(title, coordinates + "₁", coordinates + "₂");
  axes.equal_aspect = true;
  axes.x_range = axes.y_range = Range{-limit, limit};
  return axes;
}

// The prior at one, two and three standard deviations.
void prior_circles(Axes& axes, Color color = Color::ink) {
  for (const double radius : {1.0, 2.0, 3.0}) {
    std::vector<double> x, y;
    for (int i = 0; i <= 120; ++i) {
      x.push_back(radius * std::cos(2 * pi * i / 120));
      y.push_back(radius * std::sin(2 * pi * i / 120));
    }
    axes.line(x, y, {.color = color, .dash = Dash::dashed, .width = 1});
  }
}

}  // namespace

Figure density_figure(Vae& vae, const Sample& held_out, const DataLattice& lattice, const Averages& averages,
                      std::uint64_t seed) {
  const double limit = 4.4;  // of both axes
  const std::size_t count = std::min<std::size_t>(1000, held_out.points.size());
  const std::vector<double> levels = {0.005, 0.02, 0.06, 0.12, 0.18};

  Figure figure(
      "Held-out data with contours of their true density, and samples of the learned model with "
      "contours of its density",
      2, 400);
  for (const bool learned : {false, true}) {
    Axes& axes =
        plane(figure, learned ? "learned: samples and density" : "true: data and density", "x", limit);
    if (learned) {
      Philox random(seed, shown_samples);
      Tape tape;
      const Evaluation evaluation(tape);
      const Var z = sample(DiagonalNormal{tape.constant(Tensor(Shape{static_cast<Index>(count), 2})),
                                          tape.constant(Tensor({static_cast<Index>(count), 2}, 1))},
                           random);
      const Tensor x = sample(likelihood(vae, z), random).tensor();
      axes.scatter(coordinate(x, 0), coordinate(x, 1), {.color = Color::ink, .size = 2.6, .opacity = 0.45});
    } else {
      scatter_by_cluster(axes, held_out.points, held_out.cluster, count, 2.6);
    }
    axes.contour(picture_of(lattice, learned ? averages.model : lattice.truth, limit), levels,
                 {.color = Color::ink, .width = 1.1});
  }
  return figure;
}

Figure latent_figure(Vae& vae, const Sample& held_out) {
  Figure figure(
      "Posterior means in the latent plane, coloured by cluster, against the prior; and the image of a "
      "latent lattice under the decoder",
      2, 400);
  Axes& latent = plane(figure, "posterior means and the prior", "z", 3.6);
  std::vector<PlanePoint> means;
  for (const PlanePosterior& of_x : posteriors(vae, held_out.x)) means.push_back(of_x.loc);
  scatter_by_cluster(latent, means, held_out.cluster, std::min<std::size_t>(1500, means.size()), 2.8);
  prior_circles(latent);

  Axes& image = plane(figure, "the latent plane, decoded", "x", 4.4);
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

Figure bounds_figure(const Curve& curve, const Scores& scores, const Averages& averages) {
  Figure figure("The bound during training, and the importance-weighted bounds against the number of samples",
                2);
  Axes& training = figure.axes("training", "step", "bound / nats a datum");
  training.x_scale = Scale::log;
  training.line(curve.steps, curve.bound, {.label = "ELBO of the batches"});
  training.horizontal(-averages.entropy, "minus the entropy of the data");
  training.horizontal(averages.one_gaussian, "one Gaussian");
  // The first steps lie far below.
  training.y_range = Range{1.5 * averages.one_gaussian + 0.5 * averages.entropy, 0.2 - averages.entropy};

  Axes& bounds = figure.axes("held-out data, after training", "samples K", "nats a datum");
  bounds.x_scale = Scale::log;
  bounds.line(series(scores.by_K, &ImportanceWeighted::K),
              series(scores.by_K, [](const ImportanceWeighted& w) { return sample_mean(w.bound).mean; }),
              {.label = "importance-weighted bound", .marker = Marker::circle});
  bounds.horizontal(sample_mean(scores.evidence).mean, "log-evidence of the model");
  bounds.horizontal(sample_mean(scores.truth).mean, "truth");
  return figure;
}

Figure collapse_figure(const Curve& curve, const Collapse& collapse) {
  Figure figure(
      "The divergence of each latent dimension during training, and against the noise variance when it is "
      "held fixed",
      2);
  Axes& training = figure.axes("training, s learned", "step", "KL / nats a datum");
  training.x_scale = Scale::log;
  for (std::size_t j = 0; j < curve.kl.size(); ++j)
    training.line(curve.steps, curve.kl[j], {.label = j == 0 ? "z₁" : "z₂"});

  Axes& fixed = figure.axes("after training, s fixed", "noise variance s²", "KL / nats a datum");
  fixed.x_scale = Scale::log;
  const double lowest = collapse.models.front().variance, highest = collapse.models.back().variance;
  constexpr Color dimension_colors[] = {Color::blue, Color::vermillion};
  constexpr Marker markers[] = {Marker::circle, Marker::square};
  const std::vector<double> variance = series(collapse.models, &FixedScale::variance);
  for (std::size_t j = 0; j < 2; ++j)
    fixed.scatter(variance, series(collapse.models, [&](const FixedScale& m) { return m.kl[j]; }),
                  {.label = j == 0 ? "larger" : "smaller",
                   .color = dimension_colors[j],
                   .marker = markers[j],
                   .size = 7});
  std::vector<double> between;
  for (int i = 0; i <= 200; ++i) between.push_back(lowest * std::pow(highest / lowest, i / 200.0));
  for (std::size_t j = 0; j < 2; ++j)
    fixed.line(between, series(between, [&](double s2) { return linear_kl(collapse.eigenvalues[j], s2); }),
               {.label = j == 0 ? "linear decoder" : "", .color = dimension_colors[j], .dash = Dash::dashed});
  return figure;
}
