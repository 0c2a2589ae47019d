// Two programs that differ in one character, and both learn.

#include <array>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

struct Datum {
  Real x, y;
};
constexpr std::array<Datum, 5> data{{{1, Real(1.3)}, {2, 2}, {3, Real(3.1)}, {4, Real(3.6)}, {5, Real(4.6)}}};
constexpr double count_of_data = data.size();
constexpr int steps = 300;
constexpr Real rate = Real(0.05);

Number loss(Number w, Number b) {
  Number sum = add(*w.list, 0);
  for (const Datum& d : data) {
    const Number miss = w * d.x + b - d.y;
    sum = sum + miss * miss;
  }
  return sum * (Real(1) / 5);
}

Real loss_at(Real w, Real b) {
  List list;
  const Number weight = add(list, w);
  return loss(weight, add(list, b)).value();
}

using Backward = std::vector<Real> (*)(const Edges&, std::size_t);

// Gradient descent from w = b = 0, and what the program thinks its gradient is at the end.
struct Run {
  std::vector<double> loss;
  Real w = 0, b = 0, dw = 0, db = 0;
};

Run descend(Backward backward) {
  Run run;
  for (int step = 0; step <= steps; ++step) {
    List list;
    const Number w = add(list, run.w), b = add(list, run.b), now = loss(w, b);
    const std::vector<Real> adjoint = backward(list.edges, list.values.size());
    run.loss.push_back(static_cast<double>(now.value()));
    run.dw = adjoint[w.record];
    run.db = adjoint[b.record];
    if (step == steps) break;
    run.w -= rate * run.dw;
    run.b -= rate * run.db;
  }
  return run;
}

// The least loss, and the curvature's two eigenvalues: the loss is a parabola over (w, b).
struct Parabola {
  double least, flattest, steepest;
};

Parabola parabola() {
  double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (const Datum& d : data) {
    const double a = d.x, c = d.y;
    x += a / count_of_data, y += c / count_of_data, xx += a * a / count_of_data;
    xy += a * c / count_of_data, yy += c * c / count_of_data;
  }
  const double w = (xy - x * y) / (xx - x * x);
  const double half_trace = xx + 1, root = std::sqrt(half_trace * half_trace - 4 * (xx - x * x));
  return {yy - y * y - w * (xy - x * y), half_trace - root, half_trace + root};
}

void draw(Chapter& chapter, const Run& adding, const Run& assigning) {
  Figure figure("Five points and the lines of the two programs; their losses against the step", 2);
  Axes& plane = figure.axes("where they end", "x", "y");
  const std::vector<double> ends{0, 5.5};
  const auto along = [&](const Run& r) {
    return series(ends, [&](double x) { return static_cast<double>(r.w) * x + static_cast<double>(r.b); });
  };
  plane.line(ends, along(adding), {.label = "+=", .color = Color::blue});
  plane.line(ends, along(assigning), {.label = "=", .color = Color::vermillion, .dash = Dash::dashed});
  plane.scatter(series(data, &Datum::x), series(data, &Datum::y),
                {.label = "data", .color = Color::ink, .marker = Marker::circle, .size = 7});
  Axes& curve = figure.axes("how they learn", "step", "loss");
  curve.y_scale = Scale::log;
  const std::vector<double> step = spaced(0, steps, 1);
  curve.line(step, adding.loss, {.label = "+=", .color = Color::blue});
  curve.line(step, assigning.loss, {.label = "=", .color = Color::vermillion, .dash = Dash::dashed});
  chapter.figure("line", figure);
}

// What the loss itself says of its slope along w: a nudge either way, exact for a parabola but for rounding.
double nudged(const Run& r) {
  const Real h = Real(1) / 64;
  return (static_cast<double>(loss_at(r.w + h, r.b)) - static_cast<double>(loss_at(r.w - h, r.b))) /
         (2 * static_cast<double>(h));
}

double true_slope(const Run& r) {
  double sum = 0;
  for (const Datum& d : data)
    sum += 2 / count_of_data * (double{r.w} * double{d.x} + double{r.b} - double{d.y}) * double{d.x};
  return sum;
}

void claim_paths(Chapter& chapter) {
  List list;
  const Number w = add(list, 0), b = add(list, 0);
  loss(w, b);
  const std::size_t last = list.values.size() - 1;
  Edges ones = list.edges;
  for (Edge& e : ones) e.partial = 1;
  std::int64_t products = 0;
  const double paths = sum_over_paths(ones, w.record, last, products);
  const double all = sum_over_paths(list.edges, w.record, last, products);
  const std::vector<Real> added = reverse_sweep(list.edges, last + 1),
                          assigned = assigning_sweep(list.edges, last + 1);
  chapter.results.set("line.paths", paths);
  chapter.results.set("line.start.added", added[w.record]);
  chapter.results.set("line.start.assigned", assigned[w.record]);
  chapter.claims.equal("ten paths lead from w to the loss", paths, 2 * count_of_data, 0,
                       "a count: five data, and each miss is used twice");
  chapter.claims.equal("a sweep that adds has all of them", added[w.record], all, 40 * u * std::abs(all),
                       "two orders of the same ten terms of one sign, each a product of four numbers");
  chapter.claims.equal("a sweep that assigns has one, the first datum's: its miss times x₁, over 5",
                       assigned[w.record], -double{data[0].x} * double{data[0].y} / count_of_data, 4 * u,
                       "four roundings of a number below 1");
}

}  // namespace

void line(Chapter& chapter) {
  const Run assigning = descend(assigning_sweep), adding = descend(reverse_sweep);
  int fell = 0;
  for (std::size_t i = 1; i < assigning.loss.size(); ++i) fell += assigning.loss[i] < assigning.loss[i - 1];
  const std::string curve = "  " + significant(assigning.loss.front()) + " " + sparkline(assigning.loss) +
                            " " + significant(assigning.loss.back()) + "\n";
  chapter.results.set("printed.sparkline", curve);
  std::cout << "A line through five points, by gradient descent. The loss fell in " << fell << " of " << steps
            << " steps:\n\n"
            << curve
            << "\nIs there anything wrong with this program? It has = where the next row has +=:\n\n";
  Table table(
      {"sweep", {"loss, step 0", 4}, "10", "100", "300", "line", {"its ∂loss/∂w", 2}, {"a nudge says", 2}},
      4);
  const auto row = [&](const char* name, const Run& r) {
    table.row({name, r.loss[0], r.loss[10], r.loss[100], r.loss[steps],
               significant(r.w, 3) + " x + " + significant(r.b, 3), static_cast<double>(r.dw), nudged(r)});
  };
  row("=", assigning);
  row("+=", adding);
  chapter.print("line", table);
  draw(chapter, adding, assigning);

  const Parabola p = parabola();
  chapter.results.set("line.least", p.least);
  chapter.results.set("line.assigned.loss", assigning.loss.back());
  chapter.results.set("line.added.loss", adding.loss.back());
  chapter.results.set("line.assigned.share", 1 - assigning.loss.back() / assigning.loss.front());
  chapter.claims.equal("the loss of the program with = falls at every step", fell, steps, 0, "a count");
  claim_paths(chapter);

  // The first datum alone: each step takes the same share of what its miss has left.
  const double x = data[0].x, y = data[0].y, left = std::pow(1 - double{rate} * (x * x + 1) / 5, steps);
  const double end = y / (x * x + 1) * (1 - left);
  chapter.claims.equal("it has learned the first datum and no other: w = b = 0.65 (1 − 0.98³⁰⁰)",
                       worse(std::abs(assigning.w - end), std::abs(assigning.b - end)), 0, 8 * u / 0.02,
                       "a few roundings a step, of which each later step forgets 2 %");
  // e → (I − rate H) e, and the excess over the least loss is eᵀHe/2.
  chapter.claims.at_most("the one with += comes to the least loss as fast as its curvature lets it",
                         adding.loss.back() - p.least,
                         std::pow(1 - double{rate} * p.flattest, 2 * steps) * (adding.loss[0] - p.least),
                         100 * u, "ten data's rounding in the loss, of squares of up to 25");
  chapter.claims.equal("where the program with = has stopped, a nudge of w finds the slope of the loss",
                       nudged(assigning), true_slope(assigning), 64 * 20 * u * assigning.loss.back() + 40 * u,
                       "a central difference of a parabola is exact, but for rounding of the loss over 2h");
  chapter.claims.at_most(
      "and the slope that this program sees there is a thousandth of that", std::abs(assigning.dw),
      std::abs(true_slope(assigning)) / 1000, 0,
      "an inequality between numbers of known size: 0.98³⁰⁰ of a start of 0.26, against 2.6");
}
