// The chapter in small: a number that never changes is read again and again. How sure may a posterior be that
// cannot be revised?

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr double first_reading = 1;  // of the bet; the number itself is drawn from N(0, 1)

double log_normal(double square, double variance) {
  return -(std::log(2 * std::numbers::pi * variance) + square / variance) / 2;
}

// Two readings of variance r, the first of them y; nats on average over the second.
struct TwoReadings {
  double mean, believed;  // the belief after the first reading
  double after, moved;    // the posterior's variance after both, and that of where its mean will be
  double first, second;   // log-evidence of the first reading, and of the second given the first

  double evidence() const { return first + second; }
  // The bound of q = N(mean, w).
  double bound(double w) const {
    //! [bet-score]
    const double unsure = (w / after - 1 - std::log(w / after)) / 2;  // w is not the posterior's variance,
    const double wrong = moved / after / 2;                           // nor the mean the posterior's
    return first + second - unsure - wrong;
    //! [bet-score]
  }
};

TwoReadings two_readings(double r, double y) {
  //! [bet]
  const double believed = 1 / (1 + 1 / r);  // after one reading
  const double after = 1 / (1 + 2 / r);     // after two
  const double next = believed + r;         // variance of the second reading, given the first
  const double moved = after / r * after / r * next;
  //! [bet]
  return {.mean = y / (1 + r),
          .believed = believed,
          .after = after,
          .moved = moved,
          .first = log_normal(y * y, 1 + r),
          .second = log_normal(next, next)};
}

double normal_density(double x, double mean, double variance) {
  return std::exp(log_normal((x - mean) * (x - mean), variance));
}

// `over_all`: what to add to a score to have it over every first reading; `forgetting`: who forgets, the same.
Figure bet_figure(const TwoReadings& t, double over_all, double forgetting) {
  Figure figure("Two futures of one bet: belief, best causal posterior and the two posteriors", 2);
  Axes& left = figure.axes("what to write down?", "the number s", "density");
  const double wide = 3 * std::sqrt(t.believed), shift = std::sqrt(t.moved);
  const std::vector<double> s = spaced(t.mean - wide, t.mean + wide, wide / 100);
  const auto density = [&](double mean, double variance) {
    return series(s, [&, mean, variance](double x) { return normal_density(x, mean, variance); });
  };
  left.line(s, density(t.mean - shift, t.after),
            {.label = "afterwards, if y₂ is low", .color = Color::blue, .dash = Dash::dotted});
  left.line(s, density(t.mean + shift, t.after),
            {.label = "afterwards, if y₂ is high", .color = Color::blue, .dash = Dash::dash_dot});
  left.line(s, density(t.mean, t.believed),
            {.label = "the belief", .color = Color::green, .dash = Dash::dashed});
  left.line(s, density(t.mean, t.after),
            {.label = "the best", .color = Color::vermillion, .dash = Dash::solid, .width = 2.4});
  left.y_range = Range{0, 1.75 * normal_density(0, 0, t.after)};
  Axes& right = figure.axes("its score, by the variance of q", "variance of q", "nats, over every y₁ and y₂");
  const std::vector<double> w = spaced(0.5 * t.after, 1.2 * t.believed, t.believed / 200);
  right.line(w, series(w, [&](double v) { return t.bound(v) + over_all; }),
             {.color = Color::vermillion, .dash = Dash::solid, .width = 2.4});
  right.horizontal(forgetting, "who forgets", {.color = Color::ink, .dash = Dash::dotted});
  right.vertical(t.believed, "the belief", {.color = Color::green, .dash = Dash::dashed});
  right.vertical(t.after, "the best", {.color = Color::vermillion, .dash = Dash::dotted});
  return figure;
}

// One who forgets the first reading, and expects of each that it is N(0, 1 + r).
double forgetful(const TwoReadings& t, double r, double y) {
  return log_normal(y * y, 1 + r) + log_normal(t.mean * t.mean + t.believed + r, 1 + r);
}

void bet(Chapter& chapter, double r) {
  const double y = first_reading;
  const TwoReadings t = two_readings(r, y);
  std::cout << "\nA number drawn from N(0, 1) is read twice with variance " << to_text(r)
            << ", and the first reading is 1.\nBefore the second, write down a normal q for it. It is scored "
               "against the posterior of both\nreadings; nats on average:\n";
  Table table({"q", "", "after y₁ = 1", "over every y₁"});
  const auto row = [&](const std::string& q, const std::string& name, double after_one, double over_all) {
    std::vector<Cell> cells{q, name};
    for (const double nats : {after_one, over_all}) cells.emplace_back(decimal(nats, 4)).is_number = true;
    table.row(cells);
  };
  const auto normal = [&](double w) { return "N(" + decimal(t.mean, 3) + ", " + decimal(w, 3) + ")"; };
  // Over every first reading its log-density is minus its entropy; nothing else changes.
  const double over_all = log_normal(1 + r, 1 + r) - t.first;
  const double evidence = t.evidence();
  row(normal(t.believed), "the belief", t.bound(t.believed), t.bound(t.believed) + over_all);
  row(normal(t.after), "the best", t.bound(t.after), t.bound(t.after) + over_all);
  row("later", "waits for the second reading", evidence, evidence + over_all);
  row("none", "forgets: each reading is N(0, " + to_text(1 + r) + ")", forgetful(t, r, y),
      2 * log_normal(1 + r, 1 + r));
  chapter.print("bet", table);
  chapter.figure("bet", bet_figure(t, over_all, 2 * log_normal(1 + r, 1 + r)));
  const LinearGaussianModel two = constant(1, r);
  const BestCausal best = best_causal(two, 2);
  chapter.claims.equal("two readings, by hand: the bound of the best bet is the dynamic programme's (07.19)",
                       t.bound(t.after) + over_all, best.bound, rounding(best.bound), rounding_of_sums);
  const double scale = best.kernel[0].scale_tril[0];
  chapter.claims.equal("its variance is the one after both readings", scale * scale, t.after, rounding(1),
                       rounding_of_sums);
  chapter.claims.equal("its mean is the belief's",
                       best.kernel[0].of_observation[0] + best.kernel[0].of_belief[0] / (1 + r), 1 / (1 + r),
                       rounding(1), rounding_of_sums);
  chapter.claims.equal("the one who forgets is above the best by ½ρ + ½ log(1 - ρ²), ρ = 1/(1 + r)",
                       memoryless_score(two, 2) - best.bound,
                       (1 / (1 + r) + std::log(1 - 1 / ((1 + r) * (1 + r)))) / 2, rounding(best.bound),
                       rounding_of_sums);
  chapter.results.set("bet.belief", t.bound(t.believed));
  chapter.results.set("bet.best", t.bound(t.after));
  chapter.results.set("bet.evidence", evidence);
  chapter.results.set("bet.forgetful_above", memoryless_score(two, 2) - best.bound);
}

void more_readings(Chapter& chapter, double r) {
  std::cout << "\nThe same number read T times. Nats in all, on average:\n";
  Table table({"T", "evidence", "memory is worth", "best causal lacks", "what is left"});
  double worst = 0;
  for (const Index steps : {2, 4, 8, 9, 10, 24}) {
    const LinearGaussianModel m = constant(1, r);
    const double evidence = expected_log_evidence(m, steps), gap = evidence - best_causal(m, steps).bound;
    const double memory = evidence - memoryless_score(m, steps);
    std::vector<Cell> cells{steps};
    for (const double nats : {evidence, memory, gap, memory - gap})
      cells.emplace_back(decimal(nats, 4)).is_number = true;
    table.row(cells);
    const double formula = static_cast<double>(steps - 1) / (1 + r) / 2;
    const std::vector<double> by_step = causal_gap(m, steps);
    worst = std::max({worst, std::abs(gap - formula), std::abs(by_step[0] - formula)});
  }
  chapter.print("constant", table);
  chapter.claims.equal(
      "(07.22) of such a number the gap is ½ (T-1) p/(p + r), all of it in the first step (largest "
      "difference)",
      worst, 0, rounding(100), rounding_of_sums);
}

// Twelve readings, of which only the first misleads.
void episode(Chapter& chapter) {
  const std::vector<double> readings{-2.4, 1.3, 0.2, 1.9, 0.6, 1.4, 0.9, 1.7, -0.1, 1.2, 0.8, 1.5};
  const auto steps = static_cast<Index>(readings.size());
  const LinearGaussianModel m = constant(1, 1);
  const Matrix inputs(steps, 0), y(steps, 1, readings);
  const KalmanFiltered f = filter(m, inputs, y);
  const KalmanSmoothed smoothed = smooth(m, f);
  const GaussianChain q = along(m, best_causal(m, steps).kernel, inputs, y);
  Figure figure("Belief, best causal posterior and smoothed belief of one number over twelve readings");
  Axes& axes = figure.axes("twelve readings of one number, the first misleading", "reading k", "the number");
  const std::vector<double> time = spaced(1, static_cast<double>(steps), 1);
  const auto draw = [&](const char* name, Color color, Dash dash, auto mean_and_deviation) {
    std::vector<double> mean, lower, upper;
    for (std::size_t k = 1; k <= readings.size(); ++k) {
      const auto [center, deviation] = mean_and_deviation(k);
      mean.push_back(center);
      lower.push_back(center - 2 * deviation);
      upper.push_back(center + 2 * deviation);
    }
    axes.band(time, lower, upper, {.color = color, .opacity = 0.2});
    axes.line(time, mean, {.label = name, .color = color, .dash = dash});
  };
  using Pair = std::pair<double, double>;
  const auto of = [](const GaussianBelief& p) { return Pair{p.mean[0], p.scale_tril[0]}; };
  std::vector<Pair> path{{0.0, 0.0}};  // q's marginals
  double moved = 0;
  for (std::size_t k = 1; k <= readings.size(); ++k) {
    const GaussianKernel& kernel = q[k - 1];
    path.emplace_back(kernel.gain[0] * path.back().first + kernel.offset[0],
                      std::hypot(kernel.gain[0] * path.back().second, kernel.scale_tril[0]));
    moved =
        std::max({moved, std::abs(path[k].first - path[1].first), std::abs(path[k].second - path[1].second)});
  }
  draw("belief ± 2σ", Color::green, Dash::solid, [&](std::size_t k) { return of(f.filtered[k]); });
  draw("best causal q* ± 2σ", Color::vermillion, Dash::dashed, [&](std::size_t k) { return path[k]; });
  draw("smoothed ± 2σ", Color::blue, Dash::dash_dot, [&](std::size_t k) { return of(smoothed.smoothed[k]); });
  axes.scatter(time, readings,
               {.label = "readings", .color = Color::ink, .marker = Marker::diamond, .size = 5});
  axes.y_range = Range{-3, 4.6};
  std::vector<std::string> names;
  for (const double k : time) names.push_back(decimal(k, 0));
  axes.x_ticks(time, names);
  chapter.figure("constant", figure);
  chapter.claims.equal("along twelve readings q* never changes its mind (largest change of mean or scale)",
                       moved, 0, rounding(1), rounding_of_sums);
}

}  // namespace

void constant_section(Chapter& chapter, double r) {
  bet(chapter, r);
  more_readings(chapter, r);
  episode(chapter);
}
