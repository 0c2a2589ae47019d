#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

Figure training_figure(const Experiment& e) {
  const double maximum = e.problem.maximum, floor = 1e-16;  // gaps below are rounding, and may be negative
  Figure figure("How far bound and likelihood are below the exact maximum during training", 2);
  const auto plot = [&](const char* title) -> Axes& {
    Axes& axes = figure.axes(title, "step", "below the exact maximum / nats a datum");
    axes.y_scale = Scale::log;
    axes.y_range = Range{floor, 1e3};
    return axes;
  };
  const auto draw = [&](Axes& axes, const Curve& curve, const char* name, auto gap) {
    const auto shown = series(curve, [&](const Snapshot& s) { return std::max(gap(s), floor); });
    axes.line(series(curve, &Snapshot::step), shown, {.label = name});
  };
  const auto of_bound = [&](const Snapshot& s) { return s.gap(maximum); };
  const auto of_likelihood = [&](const Snapshot& s) { return maximum - s.log_likelihood; };
  Axes& random = plot("from a random start");
  draw(random, e.curve, "ELBO", of_bound);
  draw(random, e.curve, "log-likelihood", of_likelihood);
  Axes& special = plot("from two special starts");
  draw(special, e.rotated.curve, "rotated maximum: ELBO", of_bound);
  draw(special, e.rotated.curve, "the same: log-likelihood", of_likelihood);
  draw(special, e.collapsed.curve, "collapsed latent: ELBO", of_bound);
  return figure;
}

Figure collapse_figure(const Experiment& e) {
  const Problem& p = e.problem;
  Figure figure("The spectrum of the sample, and what each latent carries when σ² is held", 2);
  Axes& spectrum = figure.axes("variance along each eigenvector", "j", "variance");
  std::vector<double> index, lambda, model;
  std::vector<std::string> names;
  const Matrix w = generative_model(e.trained).weight;
  const Matrix marginal = w * transpose(w) + e.curve.back().noise_variance * identity(w.rows);
  const Matrix along = transpose(p.eigen.vectors) * marginal * p.eigen.vectors;
  for (Index j = 0; j < w.rows; ++j) {
    index.push_back(static_cast<double>(j + 1));
    names.push_back(std::to_string(j + 1));
    lambda.push_back(p.eigenvalue(j));
    model.push_back(along(j, j));
  }
  spectrum.x_ticks(index, names);
  spectrum.bars(index, lambda, {.label = "sample, λ", .opacity = 0.45});
  spectrum.scatter(index, model,
                   {.label = "learned model", .color = Color::ink, .marker = Marker::circle, .size = 6});
  spectrum.horizontal(p.best.noise_variance, "learned σ²");
  spectrum.horizontal(e.held[3 < e.held.size() ? 3 : 2].noise_variance, "σ² held too large",
                      {.color = Color::vermillion, .dash = Dash::dashed});

  Axes& carried = figure.axes("KL of each latent, σ² held", "σ²", "KL / nats");
  carried.x_scale = Scale::log;
  const Color colors[] = {Color::blue, Color::vermillion, Color::green};
  const double low = e.held.front().noise_variance * 0.8, high = e.held.back().noise_variance * 1.2;
  const std::vector<double> at = series(e.held, &Held::noise_variance);
  std::vector<double> x;
  for (int i = 0; i <= 200; ++i) x.push_back(low * std::pow(high / low, i / 200.0));
  for (Index j = 0; j < w.columns; ++j) {
    const auto exact =
        series(x, [&](double s2) { return std::max(std::log(p.eigenvalue(j) / s2), 0.0) / 2; });
    const auto measured = series(e.held, [&](const Held& h) { return h.kl[static_cast<std::size_t>(j)]; });
    const Color color = colors[j % 3];
    carried.line(x, exact, {.label = "latent " + std::to_string(j + 1), .color = color});
    carried.scatter(at, measured, {.color = color, .marker = Marker::circle, .size = 6.5});
  }
  carried.vertical(p.best.noise_variance, "learned σ²");
  return figure;
}

Figure axes_figure(const Experiment& e) {
  const Problem& p = e.problem;
  Figure figure("Data in the plane of the first two eigenvectors, with columns of W", 2, 400);
  std::vector<double> first, second;
  const Matrix x(p.x);
  for (Index r = 0; r < std::min<Index>(x.rows, 700); ++r) {
    double a = 0, b = 0;
    for (Index i = 0; i < x.columns; ++i) {
      const double deviation = x(r, i) - p.moments.mean[static_cast<std::size_t>(i)];
      a += deviation * p.eigen.vectors(i, 0);
      b += deviation * p.eigen.vectors(i, 1);
    }
    first.push_back(a);
    second.push_back(b);
  }
  const Matrix learned = transpose(p.eigen.vectors) * generative_model(e.trained).weight,
               rotated = transpose(p.eigen.vectors) * e.rotated.start.weight,
               exact = transpose(p.eigen.vectors) * p.best.weight;
  for (const Matrix* w : {&learned, &rotated}) {
    Axes& axes =
        figure.axes(w == &learned ? "learned: twice the columns of W" : "just as likely: those of W R",
                    "along u₁", "along u₂");
    axes.equal_aspect = true;
    axes.x_range = axes.y_range = Range{-6.5, 6.5};
    axes.scatter(first, second, {.color = Color::ink, .size = 2.4, .opacity = 0.3});
    const auto draw = [&](const Matrix& columns, Index j, Style style) {
      const double a = 2 * columns(0, j), b = 2 * columns(1, j);
      axes.line(std::vector<double>{-a, a}, std::vector<double>{-b, b}, std::move(style));
    };
    const char* const names[] = {"w₁", "w₂", "w₃"};
    for (Index j = 0; j < w->columns; ++j) draw(*w, j, {.label = names[j], .dash = Dash::solid, .width = 4});
    for (Index j = 0; j < std::min<Index>(2, w->columns); ++j)
      draw(exact, j,
           {.label = j == 0 ? "exact (05.14)" : "", .color = Color::ink, .dash = Dash::dotted, .width = 1.6});
  }
  return figure;
}
