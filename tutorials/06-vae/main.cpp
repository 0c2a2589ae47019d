// Chapter 06: a variational auto-encoder on data whose true density is known, so that every bound has an exact answer
// to be compared with. The equations are numbered as in README.md.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "doxa/models/gaussian_mixture.h"
#include "doxa/models/nn/adam.h"
#include "doxa/models/vae.h"
#include "doxa/models/vae_quadrature.h"
#include "support/chapter.h"
#include "support/figure.h"
#include "support/progress.h"
#include "support/table.h"

namespace {

using namespace doxa;
using support::Color;
using std::numbers::pi;

// The streams of the seed: what is drawn for one purpose does not move when another draws more.
enum Stream : std::uint64_t { initial_weights = 1, training_data, training_noise, held_out_data, bound_noise, pictures };

struct Settings {
  int steps = 20'000, batch = 256, hidden = 32;
  // Not on the command line: how finely the exact answers and the bounds are computed.
  Index held_out = 2000, importance_samples = 1000, checked = 12;
  double latent_spacing = 0.035, latent_spacing_for_density = 0.05, data_spacing = 0.08;
};

// ---- data ------------------------------------------------------------------------------------------------------

struct Data {
  Tensor x;  // [n, 2]
  std::vector<PlanePoint> points;
  std::vector<std::size_t> arm;
};

Data draw(const GaussianMixture& mixture, Index n, Philox& random) {
  Data data{Tensor({n, 2}), {}, {}};
  for (Index i = 0; i < n; ++i) {
    const MixtureDraw d = sample(mixture, random);
    data.x(i, 0) = static_cast<Real>(d.x[0]);
    data.x(i, 1) = static_cast<Real>(d.x[1]);
    data.points.push_back({double{data.x(i, 0)}, double{data.x(i, 1)}});  // what the model sees, in any precision
    data.arm.push_back(d.component);
  }
  return data;
}

// ---- training --------------------------------------------------------------------------------------------------

struct Curve {
  std::vector<double> steps, elbo;
};

// Every batch is drawn afresh: there is nothing to over-fit, and what is missing at the end is the model's.
Curve train(Vae& vae, const GaussianMixture& mixture, const Settings& settings, std::uint64_t seed) {
  Philox data_random(seed, training_data), noise_random(seed, training_noise);
  const Parameters all = parameters(vae);
  const double first_rate = 7e-3;
  Adam adam;
  Curve curve;
  const int steps_a_point = std::max(1, settings.steps / 200);
  double sum = 0;
  support::Progress progress("training", static_cast<std::size_t>(settings.steps));
  Tape tape;
  for (int t = 0; t < settings.steps; ++t) {
    tape.clear();
    const Var x = tape.constant(draw(mixture, settings.batch, data_random).x);
    const Var noise = tape.constant(normal_noise({settings.batch, vae.sizes.latent}, noise_random));
    const Var loss = -mean(elbo(vae, x, noise).value());  // (06.4), (06.5)
    tape.backward(loss);                                  // (06.6)
    adam.rate = first_rate * 0.5 * (1 + std::cos(pi * t / settings.steps));
    adam.step(all);

    sum -= double{loss.item()};
    if ((t + 1) % steps_a_point == 0) {
      curve.steps.push_back(t + 1);
      curve.elbo.push_back(sum / steps_a_point);
      sum = 0;
    }
    progress.step([&] { return "ELBO " + support::decimal(curve.elbo.empty() ? double{-loss.item()} : curve.elbo.back(), 3); });
  }
  return curve;
}

// ---- means with their standard errors --------------------------------------------------------------------------

struct Estimate {
  double mean, standard_error;
};

Estimate estimate(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double v : values) mean += v / n;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> d(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) d[i] = a[i] - b[i];
  return d;
}

// ---- importance-weighted bounds --------------------------------------------------------------------------------

// The bound with K samples for each datum, averaged over as many disjoint groups of K as there are weights for.
std::vector<double> bound_of_groups(const Tensor& log_weights, Index K) {
  const Index n = log_weights.shape()[0], groups = log_weights.shape()[1] / K;
  Tape tape;
  const Evaluation evaluation(tape);
  const Var w = slice(tape.constant(log_weights), 1, 0, groups * K);
  const Var b = mean(reshape(importance_weighted_bound(reshape(w, {n * groups, K})), {n, groups}), 1);
  return {b.value().begin(), b.value().end()};
}

struct Bounds {
  std::vector<Index> K;
  // Two independent sets of samples: [K][datum].
  std::vector<std::vector<double>> first, second;

  std::vector<double> of_both(std::size_t k) const {
    std::vector<double> b(first[k].size());
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = (first[k][i] + second[k][i]) / 2;
    return b;
  }
};

Bounds importance_weighted_bounds(Vae& vae, const Data& held_out, Index samples, std::uint64_t seed) {
  Philox random(seed, bound_noise);
  Bounds bounds;
  for (const Index K : {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000})
    if (K <= samples) bounds.K.push_back(K);
  for (auto* set : {&bounds.first, &bounds.second}) {
    const Tensor log_weights = sample_log_importance_weights(vae, held_out.x, samples, random);
    for (const Index K : bounds.K) set->push_back(bound_of_groups(log_weights, K));
  }
  return bounds;
}

// ---- the densities on a lattice over the data ------------------------------------------------------------------

struct DataLattice {
  std::vector<double> at;  // the coordinates of columns and of rows
  double spacing;
  std::vector<double> log_truth, model;  // log p*(x) and p_θ(x), row by row

  template <class F>
  double integral(F f) const {  // the trapezoid rule: ∫ f(log p*(x), p_θ(x)) dx
    double sum = 0;
    for (std::size_t i = 0; i < model.size(); ++i) sum += f(log_truth[i], model[i]);
    return sum * spacing * spacing;
  }
};

DataLattice on_lattice(Vae& vae, const GaussianMixture& mixture, const Settings& settings) {
  DataLattice lattice{{}, settings.data_spacing, {}, {}};
  const int reach = static_cast<int>(6.4 / lattice.spacing);
  for (int i = -reach; i <= reach; ++i) lattice.at.push_back(i * lattice.spacing);
  for (const double x2 : lattice.at)
    for (const double x1 : lattice.at) lattice.log_truth.push_back(log_prob(mixture, {x1, x2}));
  const double radius = 6.5;  // the prior has e^(-6.5²/2) = 7e-10 of its mass outside
  const DecodedPrior model = decode_prior(vae, normal_quadrature(settings.latent_spacing_for_density, radius));
  lattice.model = evidence_on_grid(model, lattice.at, lattice.at);
  return lattice;
}

// ---- figures ---------------------------------------------------------------------------------------------------

constexpr Color arm_colors[] = {Color::blue, Color::vermillion, Color::green, Color::purple, Color::orange};
const char* const arm_names[] = {"arm 1", "arm 2", "arm 3", "arm 4", "arm 5"};

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

void scatter_by_arm(support::Axes& axes, const std::vector<PlanePoint>& points, const std::vector<std::size_t>& arm,
                    std::size_t count, double size, bool labels) {
  for (std::size_t k = 0; k < std::size(arm_colors); ++k) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < count; ++i) {
      if (arm[i] != k) continue;
      x.push_back(points[i][0]);
      y.push_back(points[i][1]);
    }
    axes.scatter(x, y, {.label = labels ? arm_names[k] : "", .color = arm_colors[k], .marker = support::Marker::circle,
                        .size = size, .opacity = 0.7});
  }
}

support::Figure density_figure(Vae& vae, const Data& held_out, const DataLattice& lattice, std::uint64_t seed) {
  const double limit = 4.4;
  const std::size_t count = std::min<std::size_t>(1000, held_out.points.size());
  const std::vector<double> levels = {0.005, 0.02, 0.06, 0.12, 0.18};
  std::vector<double> truth;
  for (const double l : lattice.log_truth) truth.push_back(std::exp(l));

  support::Figure figure("Held-out data with contours of their true density, and samples of the learned model with "
                         "contours of its density", 2);
  figure.row_height = 400;
  for (const bool learned : {false, true}) {
    support::Axes& axes = figure.axes();
    axes.title = learned ? "learned: samples and density" : "true: data and density";
    axes.x_label = "x₁";
    axes.y_label = "x₂";
    axes.equal_aspect = true;
    axes.x_range = axes.y_range = support::Range{-limit, limit};
    if (learned) {
      Philox random(seed, pictures);
      Tape tape;
      const Evaluation evaluation(tape);
      const Var z = sample(DiagonalNormal(tape.constant(Tensor({static_cast<Index>(count), 2})),
                                          tape.constant(Tensor({static_cast<Index>(count), 2}, 1))), random);
      const Tensor x = sample(likelihood(vae, z), random).tensor();
      std::vector<double> x1, x2;
      for (Index i = 0; i < x.shape()[0]; ++i) {
        x1.push_back(double{x(i, 0)});
        x2.push_back(double{x(i, 1)});
      }
      axes.scatter(x1, x2, {.color = Color::ink, .size = 2.6, .opacity = 0.45});
    } else {
      scatter_by_arm(axes, held_out.points, held_out.arm, count, 2.6, false);
    }
    axes.contour(picture_of(lattice, learned ? lattice.model : truth, limit), levels, {.color = Color::ink, .width = 1.1});
  }
  return figure;
}

support::Figure latent_figure(Vae& vae, const Data& held_out, const std::vector<PlanePosterior>& q) {
  support::Figure figure("Posterior means in the latent plane, coloured by arm, against the prior; and the image of a "
                         "latent lattice under the decoder", 2);
  figure.row_height = 400;
  support::Axes& latent = figure.axes();
  latent.title = "posterior means and the prior";
  latent.x_label = "z₁";
  latent.y_label = "z₂";
  latent.equal_aspect = true;
  latent.x_range = latent.y_range = support::Range{-3.6, 3.6};
  std::vector<PlanePoint> means;
  for (const PlanePosterior& of_x : q) means.push_back(of_x.loc);
  scatter_by_arm(latent, means, held_out.arm, std::min<std::size_t>(1500, means.size()), 2.8, false);
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
  scatter_by_arm(image, held_out.points, held_out.arm, std::min<std::size_t>(500, means.size()), 2.4, false);
  Tape tape;
  for (int line = -15; line <= 15; ++line) {
    for (const bool along_z1 : {true, false}) {
      const Evaluation evaluation(tape);
      const double fixed = 0.2 * line, reach = std::sqrt(9 - fixed * fixed);
      const Index points = 241;
      Tensor z({points, 2});
      for (Index i = 0; i < points; ++i) {
        z(i, along_z1 ? 0 : 1) = static_cast<Real>(reach * (2.0 * static_cast<double>(i) / static_cast<double>(points - 1) - 1));
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

}  // namespace

int main(int argc, char** argv) {
  support::Arguments arguments("06-vae", "A variational auto-encoder against the truth");
  Settings settings;
  arguments.integer("steps", settings.steps, {1, 10'000'000, 4000}, "training steps");
  arguments.integer("batch", settings.batch, {1, 65'536}, "data a step");
  arguments.integer("hidden", settings.hidden, {1, 1024}, "units in each hidden layer");

  return support::run_chapter(arguments, argc, argv, [&](support::Chapter& chapter) {
    const GaussianMixture mixture = pinwheel();
    Philox init(chapter.seed(), initial_weights);
    Vae vae({.hidden = settings.hidden}, init);
    const Curve curve = train(vae, mixture, settings, chapter.seed());
    Philox hr(chapter.seed(), held_out_data);
    const Data held_out = draw(mixture, settings.held_out, hr);
    const auto q = posteriors(vae, held_out.x);
    const DataLattice lattice = on_lattice(vae, mixture, settings);
    chapter.figure("density", density_figure(vae, held_out, lattice, chapter.seed()));
    chapter.figure("latent", latent_figure(vae, held_out, q));
    std::printf("int %.10f H %.10f KL %.8f\n", lattice.integral([](double, double p) { return p; }),
      lattice.integral([](double l, double) { return -std::exp(l)*l; }),
      lattice.integral([](double l, double p) { return l>-100?std::exp(l)*(l-std::log(p)):0; }));
  });
}
