#include <numeric>

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

Matrix sorted_columns(const Matrix& weight) {
  const Matrix gram = transpose(weight) * weight;
  std::vector<Index> order(static_cast<std::size_t>(weight.columns));
  std::iota(order.begin(), order.end(), Index{0});
  std::ranges::sort(order, [&](Index a, Index b) { return gram(a, a) > gram(b, b); });
  Matrix sorted(weight.rows, weight.columns);
  for (Index j = 0; j < weight.columns; ++j)
    set_block(sorted, 0, j, block(weight, 0, order[static_cast<std::size_t>(j)], weight.rows, 1));
  return sorted;
}

Figure training_figure(const Experiment& e) {
  const double maximum = e.problem.maximum, floor = 1e-16;  // gaps below are rounding, and may be negative
  Figure figure("How far bound and likelihood are below the exact maximum during training", 3, 300);
  const auto plot = [&](const char* title, const Curve& curve) {
    Axes& axes = figure.axes(title, "step", "nats below the maximum");
    axes.y_scale = Scale::log;
    axes.y_range = Range{floor, 1e2};
    axes.x_range = Range{0, 0.5 * curve.back().step};
    const int sixth = curve.back().step / 6;  // the rate begins to fall after two of them
    if (6 * sixth == curve.back().step)
      axes.x_ticks({0, 1.0 * sixth, 2.0 * sixth, 3.0 * sixth},
                   {"0", std::to_string(sixth), std::to_string(2 * sixth), std::to_string(3 * sixth)});
    const auto draw = [&](const Style& style, auto gap) {
      axes.line(series(curve, &Snapshot::step),
                series(curve, [&](const Snapshot& s) { return std::max(gap(s), floor); }), style);
    };
    draw({.label = "ELBO", .color = Color::purple, .dash = Dash::solid},
         [&](const Snapshot& s) { return s.gap(maximum); });
    draw({.label = "log-likelihood", .color = Color::ink, .dash = Dash::dashed},
         [&](const Snapshot& s) { return maximum - s.log_likelihood; });
  };
  plot("a random start", e.curve);
  plot("a rotated maximum", e.rotated.curve);
  plot("a collapsed latent", e.collapsed.curve);
  return figure;
}

constexpr Color color_of_latent[] = {Color::blue, Color::vermillion, Color::green};

Figure collapse_figure(const Problem& p, const std::vector<Held>& held) {
  Figure figure("The spectrum of the sample, and what each latent carries when σ² is held", 2);
  const Held& shown = held[std::min<std::size_t>(2, held.size() - 1)];
  Axes& spectrum =
      figure.axes("σ² held at " + significant(shown.noise_variance, 3), "eigenvector j", "variance along it");
  std::vector<double> index, lambda;
  std::vector<std::string> names;
  const auto d = static_cast<Index>(p.eigen.values.size());
  for (Index j = 0; j < d; ++j) {
    index.push_back(static_cast<double>(j + 1));
    names.push_back(std::to_string(j + 1));
    lambda.push_back(p.eigenvalue(j));
  }
  spectrum.x_ticks(index, names);
  spectrum.bars(index, lambda, {.label = "sample, λ", .color = Color::ink, .opacity = 0.35});
  spectrum.scatter(index, shown.model_variance,
                   {.label = "trained model", .color = Color::purple, .marker = Marker::circle, .size = 7});
  spectrum.horizontal(shown.noise_variance, "σ²", {.color = Color::orange, .dash = Dash::dashed});

  Axes& carried = figure.axes("what each latent carries", "σ², held", "KL / nats");
  carried.x_scale = Scale::log;
  const double low = held.front().noise_variance * 0.8, high = held.back().noise_variance * 1.2;
  const std::vector<double> at = series(held, &Held::noise_variance);
  std::vector<double> x;
  for (int i = 0; i <= 200; ++i) x.push_back(low * std::pow(high / low, i / 200.0));
  for (Index j = 0; j < p.best.weight.columns; ++j) {
    const auto exact =
        series(x, [&](double s2) { return std::max(std::log(p.eigenvalue(j) / s2), 0.0) / 2; });
    const auto measured = series(held, [&](const Held& h) { return h.kl[static_cast<std::size_t>(j)]; });
    const Color color = color_of_latent[j % 3];
    carried.line(x, exact, {.label = "latent " + std::to_string(j + 1), .color = color});
    carried.scatter(at, measured, {.color = color, .marker = Marker::circle, .size = 6.5});
  }
  carried.vertical(p.best.noise_variance, "learned σ²", {.color = Color::orange, .dash = Dash::dashed});
  return figure;
}

Drawn drawn_at(const Matrix& columns, Index j) {
  return {columns(0, j) - 0.62 * columns(2, j), columns(1, j) - 0.5 * columns(2, j)};
}

Figure axes_figure(const Experiment& e) {
  const Problem& p = e.problem;
  Figure figure("Data and columns of W along the first three eigenvectors", 2, 400);
  const auto in_axes = [&](const Matrix& columns) { return transpose(p.eigen.vectors) * columns; };
  Matrix deviations = transpose(Matrix(p.x));
  for (Index i = 0; i < deviations.rows; ++i)
    for (Index r = 0; r < deviations.columns; ++r)
      deviations(i, r) -= p.moments.mean[static_cast<std::size_t>(i)];
  const Matrix data = in_axes(deviations),
               learned = in_axes(sorted_columns(generative_model(e.trained).weight)),
               rotated = in_axes(e.rotated.start.weight);
  std::vector<double> first, second;
  for (Index r = 0; r < std::min<Index>(data.columns, 500); ++r) {
    first.push_back(drawn_at(data, r).x);
    second.push_back(drawn_at(data, r).y);
  }
  const Matrix unit = 4.5 * identity(data.rows);
  const char* const names[] = {"w₁", "w₂", "w₃"};
  const char* const axis_names[] = {"u₁", "u₂", "u₃"};
  for (const Matrix* w : {&learned, &rotated}) {
    Axes& axes =
        figure.axes(w == &learned ? "learned: the columns of W, doubled" : "as likely: those of W R", "", "");
    axes.equal_aspect = true;
    axes.x_range = axes.y_range = Range{-6.2, 6.2};
    axes.without_axes = true;
    axes.scatter(first, second, {.color = Color::ink, .size = 2.2, .opacity = 0.25});
    const auto draw = [&](Drawn at, const Style& style) {
      axes.line(std::vector{-at.x, at.x}, std::vector{-at.y, at.y}, style);
    };
    const Matrix doubled = 2 * *w;
    for (Index j = 0; j < w->columns; ++j)
      draw(drawn_at(doubled, j),
           {.label = names[j], .color = color_of_latent[j % 3], .dash = Dash::solid, .width = 4.5});
    for (Index j = 0; j < 3; ++j) {
      const Drawn end = drawn_at(unit, j);
      draw(end, {.color = Color::ink, .dash = Dash::dotted, .width = 1.4});
      axes.text(1.13 * end.x, 1.13 * end.y, axis_names[j], Anchor::middle);
    }
  }
  return figure;
}
