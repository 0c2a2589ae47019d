#include <algorithm>
#include <cmath>
#include <string>

#include "experiment.h"

using namespace doxa;
using support::Color;
using support::Dash;
using support::Marker;

namespace {

// Gaps below this are rounding, and may come out negative.
constexpr double floor_of_gaps = 1e-16;

void draw_gap(support::Axes& axes, const Curve& curve, double maximum, bool of_likelihood,
              support::Style style) {
  std::vector<double> steps, gaps;
  for (const Snapshot& s : curve) {
    steps.push_back(s.step);
    const double gap = of_likelihood ? maximum - s.log_likelihood : s.gap(maximum);
    gaps.push_back(std::max(gap, floor_of_gaps));
  }
  axes.line(steps, gaps, std::move(style));
}

}  // namespace

support::Figure training_figure(const Experiment& e) {
  const double maximum = e.problem.maximum;
  support::Figure figure("How far bound and likelihood are below the exact maximum during training", 2);
  support::Axes& random = figure.axes();
  random.title = "from a random start";
  draw_gap(random, e.curve, maximum, false, {.label = "ELBO"});
  draw_gap(random, e.curve, maximum, true, {.label = "log-likelihood"});
  support::Axes& special = figure.axes();
  special.title = "from two special starts";
  draw_gap(special, e.rotated.curve, maximum, false, {.label = "rotated maximum: ELBO"});
  draw_gap(special, e.rotated.curve, maximum, true, {.label = "the same: log-likelihood"});
  draw_gap(special, e.collapsed.curve, maximum, false, {.label = "collapsed latent: ELBO"});
  for (support::Axes* axes : {&random, &special}) {
    axes->x_label = "step";
    axes->y_label = "below the exact maximum / nats a datum";
    axes->y_scale = support::Scale::log;
    axes->y_range = support::Range{floor_of_gaps, 1e3};
  }
  return figure;
}

support::Figure collapse_figure(const Experiment& e) {
  const Problem& p = e.problem;
  support::Figure figure("The spectrum of the sample, and what each latent carries when σ² is held", 2);
  support::Axes& spectrum = figure.axes();
  spectrum.title = "variance along each eigenvector";
  spectrum.x_label = "j";
  spectrum.y_label = "variance";
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

  support::Axes& carried = figure.axes();
  carried.title = "KL of each latent, σ² held";
  carried.x_label = "σ²";
  carried.y_label = "KL / nats";
  carried.x_scale = support::Scale::log;
  const Color colors[] = {Color::blue, Color::vermillion, Color::green};
  const double low = e.held.front().noise_variance * 0.8, high = e.held.back().noise_variance * 1.2;
  for (Index j = 0; j < w.columns; ++j) {
    std::vector<double> x, exact, at, measured;
    for (int i = 0; i <= 200; ++i) {
      x.push_back(low * std::pow(high / low, i / 200.0));
      exact.push_back(std::max(std::log(p.eigenvalue(j) / x.back()), 0.0) / 2);
    }
    for (const Held& h : e.held) {
      at.push_back(h.noise_variance);
      measured.push_back(h.kl[static_cast<std::size_t>(j)]);
    }
    const Color color = colors[j % 3];
    carried.line(x, exact, {.label = "latent " + std::to_string(j + 1), .color = color});
    carried.scatter(at, measured, {.color = color, .marker = Marker::circle, .size = 6.5});
  }
  carried.vertical(p.best.noise_variance, "learned σ²");
  return figure;
}

support::Figure axes_figure(const Experiment& e) {
  const Problem& p = e.problem;
  support::Figure figure("Data in the plane of the first two eigenvectors, with columns of W", 2);
  figure.row_height = 400;
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
    support::Axes& axes = figure.axes();
    axes.title = w == &learned ? "learned: twice the columns of W" : "just as likely: those of W R";
    axes.x_label = "along u₁";
    axes.y_label = "along u₂";
    axes.equal_aspect = true;
    axes.x_range = axes.y_range = support::Range{-6.5, 6.5};
    axes.scatter(first, second, {.color = Color::ink, .size = 2.4, .opacity = 0.3});
    const auto draw = [&](const Matrix& columns, Index j, support::Style style) {
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
