// Eight draws, and what each of them says about the slope: by its score, and by its path.

#include "parabola.h"
#include "sections.h"

namespace doxa {
using namespace support;
namespace {

// A draw z with its f and its score s, and what it says about ∂F/∂μ; leave-one-out needs the others too.
struct Arrow {
  double z, f, s, score, about_best, others, path;
};

// The draws of the library's leave-one-out estimate, which is checked against (04.6) on the way.
std::vector<Arrow> arrows_of(Chapter& chapter, const Parabola& p, Index n) {
  Philox random(chapter.seed(), arrow_draws);
  Tape tape;
  const Var row =
      tape.variable(Tensor({1, 2}, {static_cast<Real>(p.delta), static_cast<Real>(std::log(p.sigma))}));
  std::vector<Arrow> all;
  const auto watched = [&](Var z) {
    for (const Real at : z.value()) {
      const double e = at, f = e * e, s = (e - p.delta) / (p.sigma * p.sigma);
      all.push_back({e, f, s, f * s, (f - p.best_baseline()) * s, 0, 2 * e});
    }
    return squared_length(z);
  };
  const ScoreFunction estimator{.samples = n, .baseline = LeaveOneOutBaseline{}};
  tape.backward(sum(expectation(isotropic(row), watched, ScoreFunction{estimator}, random)));
  const double count = static_cast<double>(n);
  double mean_f = 0, mean_s = 0, covariance = 0, size = 0;
  for (const Arrow& a : all) mean_f += a.f / count, mean_s += a.s / count;
  for (Arrow& a : all) {
    a.others = count / (count - 1) * (a.f - mean_f) * a.s;
    covariance += (a.f - mean_f) * (a.s - mean_s) / (count - 1);
    size += std::abs(a.score);
  }
  chapter.claims.equal(
      "(04.6) leave-one-out is the sample covariance of f and the score, on the drawn arrows",
      double{row.adjoint()[0]}, covariance, rounding_floor(count, size),
      "rounding of sums of that many numbers of that size");
  return all;
}

// A horizontal arrow from x in row y, to the left if `length` is negative.
void arrow(Axes& axes, double x, double y, double length, const Style& style) {
  axes.line(std::vector{x, x + length}, std::vector{y, y}, style);
  const double head = std::copysign(std::min(0.08, std::abs(length)), length), half = 0.18;
  axes.line(std::vector{x + length - head, x + length, x + length - head}, std::vector{y - half, y, y + half},
            style);
}

// A draw a row, in the order of z: descent by a step of 0.13 moves μ by the arrow. Below, twice as
// large, the mean of the arrows and the exact one.
void arrow_figure(Chapter& chapter, const Parabola& p, const std::vector<Arrow>& sorted) {
  constexpr double step = 0.13, enlarged = 2 * step;
  Figure figure("Eight draws of a normal q, with the step that each of them asks of μ", 3, 330, 900);
  const auto panel = [&](const char* title, Color color, double Arrow::*estimate) {
    Axes& axes = figure.axes(title, "z", estimate == &Arrow::score ? "draw" : "");
    axes.x_range = Range{-0.5, 2.3};
    axes.y_range = Range{-3.0, 9.6};
    axes.y_ticks({1, 2, 3, 4, 5, 6, 7, 8, -0.5, -1.9},
                 {"1", "2", "3", "4", "5", "6", "7", "8", "mean", "exact"});
    axes.vertical(0, "a", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
    axes.vertical(p.delta, "μ", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
    double row = 0, mean = 0;
    for (const Arrow& a : sorted) {
      arrow(axes, a.z, ++row, -step * a.*estimate, {.color = color, .dash = Dash::solid});
      axes.scatter(std::vector{a.z}, std::vector{row},
                   {.color = Color::ink, .marker = Marker::circle, .size = 4});
      mean += a.*estimate / static_cast<double>(sorted.size());
    }
    arrow(axes, p.delta, -0.5, -enlarged * mean, {.color = color, .dash = Dash::solid, .width = 3});
    arrow(axes, p.delta, -1.9, -enlarged * p.gradient(),
          {.color = Color::ink, .dash = Dash::solid, .width = 3});
  };
  panel("score: f s", color_of_bare_score, &Arrow::score);
  panel("less a baseline: (f − b*) s", color_of_baseline, &Arrow::about_best);
  panel("path: 2(z − a)", color_of_path, &Arrow::path);
  chapter.figure("arrows", figure);
}

}  // namespace

void arrows(Chapter& chapter) {
  const Parabola p;
  const std::vector<Arrow> all = arrows_of(chapter, p, 8);
  std::cout
      << "f(z) = (z − a)², q = N(μ, σ²), μ − a = 1, σ = ½, so that ∂F/∂μ = 2. Eight draws, and what each of\n"
         "them says about it:\n\n";
  Table table({"draw", {"z − a", 3}, {"f", 3}, {"f s", 3}, {"(f − b*) s", 3}, {"2(z − a)", 3}});
  Arrow mean{};
  int row = 0;
  std::vector<Arrow> sorted = all;
  std::sort(sorted.begin(), sorted.end(), [](const Arrow& a, const Arrow& b) { return a.z < b.z; });
  for (const Arrow& a : sorted) {
    table.row({++row, a.z, a.f, a.score, a.about_best, a.path});
    mean.score += a.score / 8;
    mean.about_best += a.about_best / 8;
    mean.others += a.others / 8;
    mean.path += a.path / 8;
  }
  chapter.print("arrows", table);
  std::cout << "\n  means: f s " << significant(mean.score, 3) << ", (f − b*) s "
            << significant(mean.about_best, 3) << ", leave one out " << significant(mean.others, 3)
            << ", 2(z − a) " << significant(mean.path, 3) << "\n\n";
  chapter.results.set("arrows.score", mean.score);
  chapter.results.set("arrows.about_best", mean.about_best);
  chapter.results.set("arrows.path", mean.path);
  arrow_figure(chapter, p, sorted);
}

}  // namespace doxa
