// A check as one would write it, and what becomes of it where the step is very short.

#include <algorithm>
#include <array>
#include <limits>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

//! [naive]
bool accepts(double slope, Real rule, double tolerance) {
  return std::abs(slope - rule) <= tolerance * std::abs(rule);
}
double nudge(const AlongX2& g, double h) {
  const Real above = static_cast<Real>(g.at.x2 + h);
  const double rise = double{g(above)} - double{g(g.at.x2)};
  return rise / (double{above} - double{g.at.x2});
}
//! [naive]

double spacing(Real x) {
  const Real above = std::nextafter(x, std::numeric_limits<Real>::infinity());
  return static_cast<double>(above) - static_cast<double>(x);
}

// f at the nearest numbers to x₂, in units of their spacing and of that of f, beside the tangent.
void draw_steps(Chapter& chapter, const AlongX2& along) {
  const double across = std::max(spacing(along.at.x2), u / 4), up = spacing(along(along.at.x2));
  const std::vector<double> count = spaced(-6, 24, 1), shortest{0, 1};
  const auto rise = [&](double k) {
    const Real x2 = static_cast<Real>(along.at.x2 + k * across);
    return (static_cast<double>(along(x2)) - static_cast<double>(along(along.at.x2))) / up;
  };
  const double slope = along.exact().first * across / up;
  Figure figure("Computed values of f at neighbouring numbers x₂, and the tangent", 1, 340);
  Axes& axes = figure.axes("f at neighbouring numbers, around " + along.at.text(),
                           "x₂, in spacings of " + significant(across, 2),
                           "f − f" + along.at.text() + ", in spacings of " + significant(up, 2));
  axes.line(count, series(count, [&](double k) { return slope * k; }),
            {.label = "the tangent", .color = Color::blue});
  axes.line(shortest, series(shortest, rise),
            {.label = "the shortest nudge", .color = Color::vermillion, .dash = Dash::solid, .width = 3});
  axes.scatter(count, series(count, rise),
               {.label = "f as computed", .color = Color::ink, .marker = Marker::circle});
  chapter.figure("steps", figure);
}

}  // namespace

void naive_differences(Chapter& chapter, const Point& at) {
  const AlongX2 along{at};
  const List list = list_of_f(at);
  const Real right = reverse_sweep(list.edges, list.values.size())[1],
             wrong = assigning_sweep(list.edges, list.values.size())[1];
  std::cout << "\nIs ∂f/∂x₂ right at " << at.text()
            << "? A check as one would write it: nudge x₂ by h, and accept\n"
            << "what is within 0.001 of the quotient. Which h?\n\n";
  Table table({{"h", 1},
               {"[f(x₂ + h) − f(x₂)]/h", 5},
               "+=, " + significant(right, 5),
               "=, " + significant(wrong, 5)});
  const auto verdict = [](double slope, Real rule) {
    return accepts(slope, rule, 1e-3) ? "accepted" : "refused";
  };
  int good = 0, tried = 0;
  for (int k = 1; k <= std::numeric_limits<Real>::digits10 + 1; ++k) {
    const double h = std::pow(10.0, -k);
    if (static_cast<Real>(at.x2 + h) == at.x2) break;
    const double slope = nudge(along, h);
    // Rounding and truncation together: (01.10).
    chapter.results.set("nudge." + std::to_string(k), slope, along.forward_difference(h).bound);
    table.row({h, slope, verdict(slope, right), verdict(slope, wrong)});
    ++tried;
    good += accepts(slope, right, 1e-3);
  }
  std::cout << table << "\n  " << good << " of " << tried << " steps accept the right one.\n";
  chapter.results.set("nudge.right", right);
  chapter.results.set("nudge.wrong", wrong);

  if (sizeof(Real) == 8 && at.x1 == default_point.x1 && at.x2 == default_point.x2) {
    // From 10⁻³ to 10⁻⁹ by (01.10); at 10⁻² truncation is 0.16 % of it; at 10⁻¹⁴ and below quotients
    // are multiples of 0.044, 0.44 and 4, none of which is near enough.
    const std::array<std::pair<int, bool>, 9> text{{{2, false},
                                                    {3, true},
                                                    {5, true},
                                                    {7, true},
                                                    {8, true},
                                                    {9, true},
                                                    {14, false},
                                                    {15, false},
                                                    {16, false}}};
    int as_said = 0;
    for (const auto& step : text) {
      const double slope_there = nudge(along, std::pow(10.0, -step.first));
      as_said += accepts(slope_there, right, 1e-3) == step.second && !accepts(slope_there, wrong, 1e-3);
    }
    chapter.claims.equal(
        "the naive check refuses the right gradient with steps of 10⁻² and of 10⁻¹⁴ and less, and accepts it "
        "from 10⁻³ to 10⁻⁹ (steps tried)",
        as_said, static_cast<double>(text.size()), 0, "a count");
  }

  draw_steps(chapter, along);

  // The other way to be misled: at (3, 10⁻⁴) the use that = forgets is worth less than the tolerance.
  const Point small{3, Real(1e-4)};
  const List there = list_of_f(small);
  const Real lost = assigning_sweep(there.edges, there.values.size())[0],
             whole = reverse_sweep(there.edges, there.values.size())[0];
  const auto slope_along_x1 = [&](double h) {
    const Real above = static_cast<Real>(small.x1 + h);
    return (static_cast<double>(f(above, small.x2)) - static_cast<double>(f(small.x1, small.x2))) /
           static_cast<double>(above - small.x1);
  };
  const double h = std::cbrt(u), slope = slope_along_x1(h);
  std::cout << "  At (3, 0.0001), where ∂f/∂x₁ is " << significant(whole, 5) << ", = makes it "
            << significant(lost, 5) << ", and with h = " << significant(h, 1) << " that is "
            << verdict(slope, lost) << ".\n";
  chapter.results.set("nudge.whole", whole);
  chapter.results.set("nudge.lost", lost);
  if (sizeof(Real) == 8)
    chapter.claims.equal("at (3, 10⁻⁴) a nudge along x₁ is nearer to the wrong gradient than 0.001 of it",
                         slope, lost, 1e-3 * lost,
                         "the tolerance of the naive check; the gradient lacks 0.0001 of 0.3334");

  // Numbers of f are whole multiples of their spacing; the shortest step divides them by the spacing of x₂.
  const Real above = std::nextafter(at.x2, std::numeric_limits<Real>::infinity());
  const double unit = std::min(spacing(along(at.x2)), spacing(along(above))) / spacing(at.x2);
  const double multiple = nudge(along, 0.6 * spacing(at.x2)) / unit;
  chapter.results.set("nudge.unit", unit);
  chapter.claims.equal(
      "with the shortest step that there is, the quotient is a whole multiple of the spacing of f over "
      "that of x₂ (distance to the next one)",
      multiple, std::round(multiple), 0,
      "differences of two numbers of f are whole multiples of its spacing");
}
