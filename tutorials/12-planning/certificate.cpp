// Section "certificate": how the bounds of V* close in, and the value function between them.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// A coarse plan: the certificate on its way.
Plan early(const Known& k, std::size_t backups) {
  return plan(k.m, {.absolute_gap = 1e-6, .relative_gap = 0, .max_backups = backups});
}

// A plan from one start is sure of V* at the beliefs that it leads to; so here is one from each belief.
double optimum_from(const Known& k, double b) {
  Pomdp m = k.m;
  m.start = {b, 1 - b};
  return plan(m, {.absolute_gap = 0.05, .relative_gap = 0, .max_backups = 5'000}).value().middle();
}

void draw_bounds(Axes& axes, const Known& k) {
  std::vector<double> at;
  for (int i = 0; i <= 50; ++i) at.push_back(i / 50.0);
  for (const std::size_t backups : {std::size_t{50}, std::size_t{400}}) {
    const Plan p = early(k, backups);
    std::vector<double> low, high;
    for (const double b : at) {
      const ValueBounds v = value_bounds(p, std::vector{b, 1 - b});
      low.push_back(v.lower);
      high.push_back(v.upper);
    }
    axes.band(at, low, high, {.label = std::to_string(p.progress.backups) + " backups", .opacity = 0.25});
  }
  axes.line(at, series(at, [&](double b) { return optimum_from(k, b); }), {.label = "V*"});
}

void draw_gaps(Axes& axes, const Known& k) {
  std::vector<double> backups, low, high;
  for (const auto& [n, v] : k.gaps)
    if (n > 0) {
      backups.push_back(static_cast<double>(n));
      low.push_back(v.lower);
      high.push_back(v.upper);
    }
  axes.x_scale = Scale::log;
  axes.line(backups, high, {.label = "upper bound"});
  axes.line(backups, low, {.label = "lower bound"});
}

}  // namespace

void show_certificate(Chapter& chapter, const Known& k) {
  const bool two = k.m.states.size() == 2;
  Figure figure("The certificate of V*: bounds at the start, and over all beliefs", two ? 2 : 1);
  draw_gaps(figure.axes("from the start", "backups", "V*(b₀)"), k);
  if (two) draw_bounds(figure.axes("at every belief", "b(" + k.m.states[0] + ")", "value"), k);
  chapter.figure("certificate", figure);

  double widened = 0;
  for (std::size_t i = 1; i < k.gaps.size(); ++i)
    widened = std::max({widened, k.gaps[i - 1].second.lower - k.gaps[i].second.lower,
                        k.gaps[i].second.upper - k.gaps[i - 1].second.upper});
  chapter.claims.at_most("the certificate never widens: by how much a bound ever fell back", widened, 0, 0,
                         "none: bounds are only ever replaced by better ones");
  const ValueBounds v = k.best.value();
  std::cout << "\n"
            << to_text(v.lower) << " ≤ V* ≤ " << to_text(v.upper) << " after " << k.best.progress.backups
            << " backups.\n";
  chapter.results.set(k.prefix + "backups", static_cast<double>(k.best.progress.backups),
                      static_cast<double>(k.best.progress.backups));
}
