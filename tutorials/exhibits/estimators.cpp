// The estimators of chapter 04 on a parabola: draws of q with what each says about the slope, by its score
// and along its path, and how much the estimates scatter.

#include <algorithm>
#include <cmath>
#include <memory>

#include "04-estimators/measurement.h"
#include "04-estimators/parabola.h"
#include "exhibit.h"
#include "support/figure.h"
#include "support/table.h"
#include "support/text.h"

namespace doxa::exhibits {
using namespace support;
namespace {

constexpr Index repetitions = 4000;  // of each estimate, for its variance

struct Estimates {
  Dials dials{{{Control::Kind::slider, "delta", "μ − a", "1", -2, 2, 0.05},
               {Control::Kind::slider, "sigma", "deviation σ of q", "0.5", 0.05, 2, 0.05},
               {Control::Kind::slider, "draws", "draws of one estimate", "8", 2, 32, 1}}};
  std::uint64_t seed = 1;

  Parabola parabola() const { return {.delta = dials["delta"], .sigma = dials["sigma"]}; }
  Index draws() const { return static_cast<Index>(dials["draws"]); }
  std::vector<Control> controls() const {
    std::vector<Control> all = dials.sliders();
    all.push_back({Control::Kind::button, "draw", "Draw again"});
    return all;
  }
};

// A way to estimate ∂F/∂μ: what one draw says, and the mean and the variance of many estimates.
struct Way {
  const char* name;
  Color color;
  std::vector<double> arrows = {};  // of each draw shown
  Moments measured = {};
  double exact_variance = 0;

  double mean() const {
    double sum = 0;
    for (const double arrow : arrows) sum += arrow;
    return sum / static_cast<double>(arrows.size());
  }
};

template <class Estimator>
Moments measured_moments(const Parabola& p, Estimator estimator, std::uint64_t seed) {
  Philox random(seed, 1);
  return measure({p.delta, std::log(p.sigma)}, isotropic, squared_length, estimator,
                 {.count = repetitions, .at_once = 1000}, random);
}

// The draws of one reparametrised estimate, a = 0, in their order.
std::vector<double> draws_of(const Parabola& p, Index n, std::uint64_t seed) {
  Philox random(seed, 2);
  std::vector<double> all;
  for (Index i = 0; i < n; ++i) all.push_back(p.delta + p.sigma * random.normal());
  std::ranges::sort(all);
  return all;
}

std::vector<Way> ways_of(const Parabola& p, const std::vector<double>& z, std::uint64_t seed) {
  const auto n = static_cast<Index>(z.size());
  const double count = static_cast<double>(n), best = p.best_baseline(), s2 = p.sigma * p.sigma;
  const auto score = [n](double b) {
    return ScoreFunction{.samples = n, .baseline = ConstantBaseline{static_cast<Real>(b)}};
  };
  std::vector<Way> ways{{"score: f s", Color::vermillion},
                        {"less b*: (f − b*) s", Color::blue},
                        {"path: 2(z − a)", Color::green}};
  for (const double at : z) {
    ways[0].arrows.push_back(at * at * (at - p.delta) / s2);           // (04.2)
    ways[1].arrows.push_back((at * at - best) * (at - p.delta) / s2);  // (04.4)
    ways[2].arrows.push_back(2 * at);
  }
  ways[0].measured = measured_moments(p, score(0), seed);
  ways[1].measured = measured_moments(p, score(best), seed);
  ways[2].measured = measured_moments(p, Reparametrisation{.samples = n}, seed);
  ways[0].exact_variance = p.score(0, count);
  ways[1].exact_variance = p.least_score(count);
  ways[2].exact_variance = p.reparametrised(count);
  return ways;
}

void draw_arrow(Axes& axes, double x, double y, double length, double unit, const Style& style) {
  axes.line(std::vector{x, x + length}, std::vector{y, y}, style);
  const double head = std::copysign(std::min(0.03 * unit, std::abs(length)), length), half = 0.2;
  axes.line(std::vector{x + length - head, x + length, x + length - head}, std::vector{y - half, y, y + half},
            style);
}

// Where the draws, μ and a are.
Range range_of(const Parabola& p, const std::vector<double>& z) {
  return {std::min({-0.3, p.delta - 0.3, z.front()}), std::max({0.3, p.delta + 0.3, z.back()})};
}

// A draw a row; downhill by a step that is the same for all three ways, so that the longest arrow fits.
Picture arrows_figure(const Parabola& p, const Way& way, const std::vector<double>& z, double step) {
  Figure figure("The draws, and the step that each asks of μ", 1, 270, 220);
  Axes& axes = figure.axes(way.name, "z − a", "");
  const Range all = range_of(p, z);
  const double unit = all.high - all.low, room = 0.35 * unit;
  axes.x_range = Range{all.low - room, all.high + room};
  const auto rows = static_cast<double>(z.size());
  axes.y_range = Range{-0.35 * rows - 1.2, rows + 0.8};
  axes.y_ticks({1, rows, -0.1 * rows - 0.5, -0.25 * rows - 0.8}, {"1", decimal(rows, 0), "mean", "exact"});
  axes.vertical(0, "", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  axes.vertical(p.delta, "", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  double row = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    draw_arrow(axes, z[i], ++row, -step * way.arrows[i], unit, {.color = way.color, .dash = Dash::solid});
    axes.scatter(std::vector{z[i]}, std::vector{row},
                 {.color = Color::ink, .marker = Marker::circle, .size = 3.5});
  }
  draw_arrow(axes, p.delta, -0.1 * rows - 0.5, -step * way.mean(), unit,
             {.color = way.color, .dash = Dash::solid, .width = 3});
  draw_arrow(axes, p.delta, -0.25 * rows - 0.8, -step * p.gradient(), unit,
             {.color = Color::ink, .dash = Dash::solid, .width = 3});
  return {std::string(way.name) + ": " + std::to_string(z.size()) +
              " draws and their steps; their mean says " + significant(way.mean(), 3) + ", exactly it is " +
              significant(p.gradient(), 3),
          figure.svg()};
}

Answer estimates_answer(const Estimates& e) {
  const Parabola p = e.parabola();
  const std::vector<double> z = draws_of(p, e.draws(), e.seed);
  const std::vector<Way> ways = ways_of(p, z, e.seed);
  double longest = 0;
  for (const Way& way : ways)
    for (const double arrow : way.arrows) longest = std::max(longest, std::abs(arrow));
  const Range all = range_of(p, z);
  const double step = 0.3 * (all.high - all.low) / std::max(longest, 1e-12);
  Answer answer{.news = "f(z) = (z − a)², and ∂F/∂μ = " + significant(p.gradient(), 3) +
                        ". The variance of an " + "estimate by the score is " +
                        significant(ways[0].measured.variance[0], 3) + ", less the best baseline " +
                        significant(ways[1].measured.variance[0], 3) + ", along the path " +
                        significant(ways[2].measured.variance[0], 3) + ".",
                .numbers = {{"∂F/∂μ, exactly", significant(p.gradient(), 4)}}};
  Table table({"way", "these draws say", "variance", "± se", "exactly"});
  for (const Way& way : ways) {
    table.row({way.name, way.mean(), way.measured.variance[0], significant(way.measured.variance_error[0], 2),
               way.exact_variance});
    answer.pictures.push_back(arrows_figure(p, way, z, step));
  }
  answer.listing = table.text();
  return answer;
}

}  // namespace

Exhibit estimators() {
  const auto e = std::make_shared<Estimates>();
  return {"estimators", "Estimators: what each draw says about a slope, by its score and along its path",
          [e] { return e->controls(); },
          [e](std::string_view line) {
            const Words words = words_of(line);
            if (words.first == "draw")
              ++e->seed;
            else if (words.first == "draws" && words.rest.find_first_not_of("0123456789") != words.rest.npos)
              throw UsageError("draws: found '" + std::string(words.rest) + "', expected a whole number");
            else if (!words.first.empty() && !e->dials.turn(line))
              throw unknown_line(line, e->controls());
            return estimates_answer(*e);
          }};
}

}  // namespace doxa::exhibits
