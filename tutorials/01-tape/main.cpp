// Chapter 01: what a tape is. Reverse mode by hand on a small expression, and what finite differences can say
// about a gradient. Equation tags refer to README.md.

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "doxa/autograd/wengert.h"
#include "support/chapter.h"
#include "support/diagram.h"
#include "support/figure.h"
#include "support/number.h"
#include "support/table.h"

namespace {

using namespace doxa;
using support::Chapter;
using support::Table;

constexpr double u = std::numeric_limits<Real>::epsilon() / 2.0;  // unit round-off

// ---- the expression ----

// One statement a record: the compiler may evaluate the operands of a single expression in any order.
template <class T>
T f(T x1, T x2) {  // (01.1)
  using std::log, std::tanh;
  const T v2 = log(x1);
  const T v3 = x1 * x2;
  const T v4 = v2 + v3;
  const T v5 = tanh(x2);
  return v4 - v5;
}

// The larger one; NaN if either is, so that no claim about a largest error can miss one.
double worse(double a, double b) { return a <= b || std::isnan(b) ? b : a; }

struct Gradient {
  long double x1, x2;
};

Gradient exact_gradient(Real x1, Real x2) {  // (01.6)
  const long double a = x1, b = x2, t = std::tanh(b);
  return {1 / a + b, a - (1 - t) * (1 + t)};
}

// ---- three ways to add up the chain rule ----

// Record `to` uses record `from`, and changes by `partial` for each unit that `from` changes by.
struct Edge {
  std::size_t from, to;
  Real partial;
  const char* formula;
};
using Edges = std::vector<Edge>;  // in the order of `to`

Edges edges_of_f(Real x1, Real x2) {
  const Real t = std::tanh(x2);
  return {{0, 2, 1 / x1, "1/v₀"}, {0, 3, x2, "v₁"}, {1, 3, x1, "v₀"},
          {2, 4, 1, "1"},         {3, 4, 1, "1"},   {1, 5, (1 - t) * (1 + t), "1 − v₅²"},
          {4, 6, 1, "1"},         {5, 6, -1, "−1"}};
}

Real sum_over_paths(const Edges& edges, std::size_t from, std::size_t to, std::int64_t& products) {  // (01.2)
  if (from == to) return 1;
  Real sum = 0;
  for (const Edge& e : edges) {
    if (e.from != from) continue;
    sum += e.partial * sum_over_paths(edges, e.to, to, products);
    ++products;
  }
  return sum;
}

std::vector<Real> forward_sweep(const Edges& edges, std::size_t records, std::size_t input) {  // (01.3)
  std::vector<Real> tangent(records);
  tangent[input] = 1;
  for (const Edge& e : edges) tangent[e.to] += e.partial * tangent[e.from];
  return tangent;
}

std::vector<Real> reverse_sweep(const Edges& edges, std::size_t records) {  // (01.4)
  std::vector<Real> adjoint(records);
  adjoint.back() = 1;
  for (auto e = edges.rbegin(); e != edges.rend(); ++e) adjoint[e->from] += adjoint[e->to] * e->partial;
  return adjoint;
}

// Edge by edge, what a reverse sweep adds to whose adjoint.
void print_reverse_sweep(const Edges& edges, std::size_t records) {
  Table table({"use", "adds to", "adjoint of the use", "times", "which is", "adjoint so far"});
  std::vector<Real> adjoint(records);
  adjoint.back() = 1;
  for (auto e = edges.rbegin(); e != edges.rend(); ++e) {
    adjoint[e->from] += adjoint[e->to] * e->partial;
    table.row({"v" + std::to_string(e->to), "v" + std::to_string(e->from),
               static_cast<double>(adjoint[e->to]), e->formula, static_cast<double>(e->partial),
               static_cast<double>(adjoint[e->from])});
  }
  std::cout << table;
}

constexpr Real hand_x1 = 3, hand_x2 = 0.5;  // where the arithmetic is done by hand

// A number as one writes it: "3", "0.8333", "−1".
std::string written(Real value) {
  const std::string digits = support::shortest(value), four = support::significant(value, 4);
  std::string text = digits.size() < four.size() ? digits : four;
  if (text[0] == '-') text.replace(0, 1, "−");
  return text;
}

void draw_graph(Chapter& chapter, const Edges& edges, Tape& tape) {
  support::Diagram graph(
      "The records of log(x1) + x1 x2 - tanh(x2) as a graph, each with its value and adjoint, each "
      "arrow with the derivative of its head with respect to its tail");
  struct Place {
    double x, y;
    const char* text;
    support::Color color;
  };
  using support::Color;
  const std::array<Place, 7> places = {{{0, 70, "v₀ = x₁", Color::blue},
                                        {0, 250, "v₁ = x₂", Color::blue},
                                        {260, 0, "v₂ = log v₀", Color::ink},
                                        {260, 160, "v₃ = v₀ · v₁", Color::ink},
                                        {500, 80, "v₄ = v₂ + v₃", Color::ink},
                                        {500, 250, "v₅ = tanh v₁", Color::ink},
                                        {740, 165, "v₆ = v₄ − v₅", Color::vermillion}}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Var v = tape.at(i);
    graph.node(
        places[i].x, places[i].y,
        std::string(places[i].text) + "\nvalue " + written(v.item()) + "\nadjoint " + written(v.adjoint()[0]),
        {.color = places[i].color, .filled = places[i].color != Color::ink});
  }
  for (const Edge& e : edges) {
    const std::string formula = e.formula, value = written(e.partial);
    graph.arrow(e.from, e.to, formula == value ? formula : formula + " = " + value);
  }
  chapter.figure("graph", graph);
}

void small_expression(Chapter& chapter) {
  std::cout << "The Wengert list of f(x₁, x₂) = log x₁ + x₁ x₂ − tanh x₂ at (3, ½), and ∂f/∂v_i after one "
               "backward:\n\n";
  Tape tape;
  const Var x1 = tape.variable(Tensor(Shape{}, hand_x1)), x2 = tape.variable(Tensor(Shape{}, hand_x2));
  const Var y = f(x1, x2);
  tape.backward(y);
  print_wengert(std::cout, tape);
  std::ostringstream dot;
  print_dot(dot, tape);
  chapter.file("graph.dot", dot.str());

  std::cout << "\nThe same sweep by hand, last use first:\n\n";
  const Edges edges = edges_of_f(hand_x1, hand_x2);
  print_reverse_sweep(edges, tape.size());
  draw_graph(chapter, edges, tape);

  const Gradient exact = exact_gradient(hand_x1, hand_x2);
  chapter.results.set("f", y.item());
  chapter.results.set("df_dx1", x1.adjoint()[0]);
  chapter.results.set("df_dx2", x2.adjoint()[0]);
  chapter.claims.equal("at (3, ½) the tape's ∂f/∂x₁ is 1/x₁ + x₂", x1.adjoint()[0],
                       static_cast<double>(exact.x1), 2 * u,
                       "one division and one addition, each off by at most u of a result ≤ 1");
  chapter.claims.equal(
      "at (3, ½) the tape's ∂f/∂x₂ is x₁ − 1 + tanh² x₂", x2.adjoint()[0], static_cast<double>(exact.x2),
      10 * u * (hand_x1 + 1),
      "tanh is off by 4u of itself, so 1 − tanh² by at most 9u, and the sum by u more: 10 u (x₁ + 1)");

  const std::vector<Real> adjoint = reverse_sweep(edges, tape.size());
  double disagreement = 0;
  std::int64_t products = 0;
  for (std::size_t i = 0; i < tape.size(); ++i) {
    const double by_paths = sum_over_paths(edges, i, tape.size() - 1, products);
    const double by_forward = forward_sweep(edges, tape.size(), i).back();
    const double of_tape = tape.at(i).adjoint()[0];
    for (const double other : {by_paths, by_forward, of_tape})
      disagreement = worse(disagreement, std::abs(other - static_cast<double>(adjoint[i])));
  }
  chapter.claims.equal(
      "all seven adjoints: sum over paths, forward sweeps, reverse sweep and tape agree (largest "
      "difference)",
      disagreement, 0, 2 * 10 * u * (hand_x1 + 1),
      "each of the two compared may be off by 10 u (x₁ + 1), as above");
}

// Against the closed form, the error in units of u times the sum of the terms' magnitudes.
void random_points(Chapter& chapter) {
  const int points = chapter.quick() ? 1000 : 10000;
  Philox random(chapter.seed(), 1);
  Tape tape;
  double worst = 0;
  for (int i = 0; i < points; ++i) {
    const auto a = static_cast<Real>(std::exp(random.normal())), b = static_cast<Real>(random.normal());
    tape.clear();
    const Var x1 = tape.variable(Tensor(Shape{}, a)), x2 = tape.variable(Tensor(Shape{}, b));
    tape.backward(f(x1, x2));
    const Gradient exact = exact_gradient(a, b);
    const double scale1 = 1.0 / a + std::abs(b), scale2 = 1.0 + a;
    const auto error1 = static_cast<double>(std::abs(x1.adjoint()[0] - exact.x1));
    const auto error2 = static_cast<double>(std::abs(x2.adjoint()[0] - exact.x2));
    worst = worse(worst, worse(error1 / (u * scale1), error2 / (u * scale2)));
  }
  chapter.results.set("random_points.worst_error_in_u", worst);
  chapter.claims.at_most("at " + std::to_string(points) +
                             " random points the tape's gradient is the closed form to "
                             "rounding (worst error in units of u Σ|terms|)",
                         worst, 10, 0.01, "the bound of the second claim; 0.01 for terms in u²");
}

// ---- one loop, whatever the number of paths ----

// x + x, counting how often its rule runs.
Var counted_double(Var x, int* runs) {
  return record(
      "double", x.shape(), {x}, [](Record& r) { *r.value() = *r.value(0) + *r.value(0); },
      [=](Record& r) {
        *r.adjoint(0) += *r.adjoint();  // one contribution a use: the two paths join here
        *r.adjoint(0) += *r.adjoint();
        ++*runs;
      });
}

void shared_subexpression(Chapter& chapter) {
  std::cout << "\nDoubling n times, x → x + x: what each way of adding up the chain rule costs:\n\n";
  Table table({"n", "derivative", "products along paths", "products in one sweep"});
  for (const std::size_t n : {1u, 2u, 5u, 10u, 15u}) {
    Edges edges;
    for (std::size_t i = 0; i < n; ++i) edges.insert(edges.end(), 2, {i, i + 1, 1, "1"});
    std::int64_t products = 0;
    const Real derivative = sum_over_paths(edges, 0, n, products);
    table.row({n, static_cast<double>(derivative), products, edges.size()});
  }
  std::cout << table;

  constexpr int doublings = 60;
  Tape tape;
  int runs = 0;
  const Var x = tape.variable(Tensor(Shape{}, 1));
  Var y = x;
  for (int i = 0; i < doublings; ++i) y = counted_double(y, &runs);
  tape.backward(y);
  std::cout << "  n = 60 on a tape: derivative " << support::significant(x.adjoint()[0]) << " from " << runs
            << " rules\n";
  chapter.results.set("doublings.derivative", x.adjoint()[0]);
  chapter.results.set("doublings.rules", runs);
  chapter.claims.equal("doubled sixty times, x has the derivative 2⁶⁰", x.adjoint()[0],
                       std::ldexp(1.0, doublings), 0,
                       "every adjoint is a power of two, exact in binary");  // (01.5)
  chapter.claims.equal("and backward ran sixty rules for its 2⁶⁰ paths", runs, doublings, 0, "a count");
}

// ---- tensors ----

// The largest error of a computed sum of n products over what rounding allows it, γ_n Σ|terms|, where
// γ_n = nu/(1 − nu) (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., §3.1).
struct DotError {
  double worst = 0;

  template <class Term>
  void compare(Real got, Index n, Term term) {
    long double sum = 0, magnitude = 0;
    for (Index k = 0; k < n; ++k) sum += term(k), magnitude += std::abs(term(k));
    const double gamma = static_cast<double>(n) * u / (1 - static_cast<double>(n) * u);
    worst = worse(worst, static_cast<double>(std::abs(got - sum) / (gamma * magnitude)));
  }
};

void tensors(Chapter& chapter) {
  constexpr Index m = 5, k = 7, n = 3;
  Philox random(chapter.seed(), 2);
  const Tensor a = normal_noise({m, k}, random), b = normal_noise({k, n}, random),
               bias = normal_noise({n}, random);
  const Tensor g = normal_noise({m, n}, random);  // the cotangent, ∂loss/∂Y
  Tape tape;
  const Var va = tape.variable(a), vb = tape.variable(b), vbias = tape.variable(bias);
  tape.backward(matmul(va, vb) + vbias, g);
  std::cout << "\nY = A B + b, with b broadcast over the rows of Y, from a random cotangent:\n\n";
  print_wengert(std::cout, tape, {.digits = 3});

  const Tensor da = va.gradient(), db = vb.gradient(), dbias = vbias.gradient();
  DotError broadcast, product;
  const auto ld = [](Real x) { return static_cast<long double>(x); };
  for (Index j = 0; j < n; ++j)  // (01.7)
    broadcast.compare(dbias[j], m, [&](Index i) { return ld(g(i, j)); });
  for (Index i = 0; i < m; ++i)  // (01.8), Ā = G Bᵀ
    for (Index l = 0; l < k; ++l)
      product.compare(da(i, l), n, [&](Index j) { return ld(g(i, j)) * ld(b(l, j)); });
  for (Index l = 0; l < k; ++l)  // (01.8), B̄ = Aᵀ G
    for (Index j = 0; j < n; ++j)
      product.compare(db(l, j), m, [&](Index i) { return ld(a(i, l)) * ld(g(i, j)); });
  chapter.claims.at_most(
      "the adjoint of a broadcast operand is the sum over its copies (error over rounding bound)",
      broadcast.worst, 1, 0, "a sum of n terms is off by at most γ_n Σ|terms|, γ_n = nu/(1 − nu)");
  chapter.claims.at_most("the adjoints of Y = A B are G Bᵀ and Aᵀ G (error over rounding bound)",
                         product.worst, 1, 0,
                         "the same bound, a product of length n having n roundings a term");
}

// ---- an op of one's own ----

Var cosh(Var x) {  // (01.9)
  return record(
      "cosh", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = std::cosh(r.value(0)[i]);
      },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += r.adjoint()[i] * std::sinh(r.value(0)[i]);
      });
}

// The same value with a derivative of one's choice, slope(x, y), to see what the checker says of wrong ones.
template <class Slope>
Var cosh_with(Slope slope, Var x) {
  return record(
      "cosh", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = std::cosh(r.value(0)[i]);
      },
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          r.adjoint(0)[i] += r.adjoint()[i] * slope(r.value(0)[i], r.value()[i]);
      });
}

// x² with a rule that assigns where it must add.
Var square_assigned(Var x) {
  return record(
      "square", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i] * r.value(0)[i];
      },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] = r.adjoint()[i] * 2 * r.value(0)[i];
      });
}

// ---- finite differences ----

// How many u the rounded f may be off by: each operation by 1, log by 2, tanh by 4 of the size of its result.
double roundings(double x1, double x2) {
  return 2 * std::abs(std::log(x1)) + std::abs(x1 * x2) + std::abs(std::log(x1) + x1 * x2) +
         4 * std::abs(std::tanh(x2)) + std::abs(f(x1, x2));
}

// f along x₂ at (3, ½). With t = tanh x₂ and s = 1 − t² its derivatives are
// f' = x₁ − s, f'' = 2ts, f''' = 2s(1 − 3t²), f⁗ = −8ts(2 − 3t²), f⁗' = −8s(2 − 15t² + 15t⁴), and over all x₂
// |f'''| ≤ 2, |f⁗| ≤ 4.1, |f⁗'| ≤ 16.
Real along_x2(Real x2) { return f(hand_x1, x2); }

struct Derivatives {
  double first, second, third;
};

Derivatives exact_derivatives() {
  const double t = std::tanh(double{hand_x2}), s = 1 - t * t;
  return {hand_x1 - s, 2 * t * s, 2 * s * (1 - 3 * t * t)};
}

const Derivatives exact = exact_derivatives();

struct Difference {
  double error, bound;
};

// The steps taken are those that x ± h is rounded to; 6u is for what that and the quotient add.
Difference forward_difference(double h) {  // (01.10)
  const Real above = static_cast<Real>(hand_x2 + h);
  const double rise = static_cast<double>(along_x2(above)) - static_cast<double>(along_x2(hand_x2));
  const double truncation = (exact.second + 2 * h) * h / 2;
  const double rounding = u * (roundings(hand_x1, hand_x2 + h) + roundings(hand_x1, hand_x2)) / h;
  return {std::abs(rise / (static_cast<double>(above) - hand_x2) - exact.first),
          truncation + rounding + 6 * u};
}

Difference central_difference(double h) {  // (01.11)
  const Real above = static_cast<Real>(hand_x2 + h), below = static_cast<Real>(hand_x2 - h);
  const double rise = static_cast<double>(along_x2(above)) - static_cast<double>(along_x2(below));
  const double width = static_cast<double>(above) - static_cast<double>(below);
  const double truncation = std::min(2.0, exact.third + 4.1 * h) * h * h / 6;
  const double rounding = u * (roundings(hand_x1, hand_x2 + h) + roundings(hand_x1, hand_x2 - h)) / (2 * h);
  return {std::abs(rise / width - exact.first), truncation + rounding + 6 * u};
}

struct Extrapolation {
  double value = 0, error = std::numeric_limits<double>::infinity();
};

// Steps h, h/√2, h/2, …; row i holds D(h_i) extrapolated 0, 1, … i times. `noise` is what g may be off by;
// with 0 the estimate is Ridders' own.
template <class G>
Extrapolation ridders(G g, Real at, double h, double noise) {
  constexpr std::size_t rows = 12;
  std::array<std::array<double, rows>, rows> a{}, floor{};
  Extrapolation best;
  for (std::size_t i = 0; i < rows; ++i, h /= std::sqrt(2.0)) {
    const Real above = static_cast<Real>(at + h), below = static_cast<Real>(at - h);
    if (above == below) break;
    const double width = static_cast<double>(above) - below;
    a[i][0] = (static_cast<double>(g(above)) - g(below)) / width;
    floor[i][0] = 2 * noise / width;
    for (std::size_t j = 1; j <= i; ++j) {
      const double factor = std::ldexp(1.0, static_cast<int>(j));
      a[i][j] = (factor * a[i][j - 1] - a[i - 1][j - 1]) / (factor - 1);  // (01.13)
      floor[i][j] = (factor * floor[i][j - 1] + floor[i - 1][j - 1]) / (factor - 1);
      if (j == i) continue;
      const double error = std::max({std::abs(a[i][j] - a[i][j - 1]), std::abs(a[i][j] - a[i - 1][j - 1]),
                                     std::abs(a[i][j] - a[i - 1][j]), floor[i][j]});  // (01.14)
      if (error < best.error) best = {a[i][j], error};
    }
  }
  return best;
}

// Errors against the step, for the table and the figure.
struct Sweep {
  std::vector<double> step, forward, forward_bound, central, central_bound, ridders, estimate;
};

Sweep sweep_steps(int per_decade) {
  Sweep s;
  const int decades = std::numeric_limits<Real>::digits10;
  for (int i = 0; i <= decades * per_decade; ++i) {
    const double h = std::pow(10.0, -static_cast<double>(i) / per_decade);
    const Difference one = forward_difference(h), two = central_difference(h);
    const Extrapolation r = ridders(along_x2, hand_x2, h, u * roundings(hand_x1, hand_x2));
    s.step.push_back(h);
    s.forward.push_back(one.error);
    s.forward_bound.push_back(one.bound);
    s.central.push_back(two.error);
    s.central_bound.push_back(two.bound);
    s.ridders.push_back(std::abs(r.value - exact.first));
    s.estimate.push_back(r.error);
  }
  return s;
}

void draw_differences(Chapter& chapter, const Sweep& s, double best_step) {
  support::Figure figure(
      "Error of forward, central and Ridders' differences against the step, both logarithmic");
  figure.row_height = 460;
  support::Axes& axes = figure.axes();
  axes.title = "∂f/∂x₂ at (3, ½) by finite differences";
  axes.x_label = "step h (Ridders: the first of its steps)";
  axes.y_label = "absolute error";
  axes.x_scale = axes.y_scale = support::Scale::log;
  using support::Color, support::Dash, support::Marker;
  axes.line(s.step, s.forward_bound, {.color = Color::blue, .dash = Dash::dashed, .width = 1.2});
  axes.line(s.step, s.central_bound, {.color = Color::vermillion, .dash = Dash::dashed, .width = 1.2});
  axes.line(s.step, s.estimate, {.color = Color::green, .dash = Dash::dashed, .width = 1.2});
  axes.scatter(s.step, s.forward, {.label = "forward", .color = Color::blue, .marker = Marker::square});
  axes.scatter(s.step, s.central, {.label = "central", .color = Color::vermillion, .marker = Marker::circle});
  axes.scatter(s.step, s.ridders, {.label = "Ridders", .color = Color::green, .marker = Marker::triangle});
  axes.line({}, {}, {.label = "bound (of Ridders: estimate)", .color = Color::ink, .dash = Dash::dashed});
  axes.vertical(best_step, "h*", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  axes.horizontal(u, "u", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  const double noise = u * roundings(hand_x1, hand_x2);
  const double right = std::sqrt(best_step), left = 20 * s.step.back();
  axes.text(right / 20, 10 * exact.second * right / 40, "f″h/2", support::Anchor::end);
  axes.text(2 * right, exact.third * right * right / 40, "f‴h²/6");
  axes.text(left, 25 * noise / left, "cu/h");
  chapter.figure("differences", figure);
}

void finite_differences(Chapter& chapter) {
  constexpr int per_decade = 8;
  const Sweep s = sweep_steps(per_decade);
  std::cout << "\n∂f/∂x₂ at (3, ½) from differences: the error against the step h\n\n";
  Table table({"h", "forward", "central", "Ridders from h", "its estimate"});
  double worst = 0, worst_ridders = 0;
  for (std::size_t i = 0; i < s.step.size(); ++i) {
    worst = worse(worst, worse(s.forward[i] / s.forward_bound[i], s.central[i] / s.central_bound[i]));
    if (s.step[i] > 0.05) worst_ridders = worse(worst_ridders, s.ridders[i]);
    if (i % per_decade == 0)
      table.row(
          {{s.step[i], 1}, {s.forward[i], 2}, {s.central[i], 2}, {s.ridders[i], 2}, {s.estimate[i], 2}});
  }
  std::cout << table;

  const double noise = u * roundings(hand_x1, hand_x2);
  const double best_step = std::cbrt(3 * noise / exact.third);  // (01.12)
  const double best_bound = exact.third * best_step * best_step / 2;
  const Difference at_best = central_difference(best_step);
  draw_differences(chapter, s, best_step);
  std::cout << "\nThe central difference is at its best near h* = (3cu/f''')^⅓ = "
            << support::significant(best_step, 2) << ", with an error of "
            << support::significant(at_best.error, 2) << "; what it can promise there is "
            << support::significant(best_bound, 2) << ".\n";
  chapter.results.set("roundings_c", roundings(hand_x1, hand_x2));
  chapter.results.set("central.best_step", best_step);
  chapter.results.set("central.error_at_best_step", at_best.error);
  chapter.results.set("central.bound_at_best_step", best_bound);
  chapter.results.set("ridders.worst_error_from_large_steps", worst_ridders);

  chapter.claims.at_most("at " + std::to_string(s.step.size()) +
                             " steps h, no forward or central difference is off by more than truncation plus "
                             "rounding allow (worst error over bound)",
                         worst, 1, 1e-3,
                         "(01.10) and (01.11), every rounding counted; 0.001 for terms in u²");
  const double h = std::pow(u, 0.2), rounding = u * roundings(hand_x1, hand_x2 + h) / h + 6 * u;
  chapter.claims.equal("the central difference's truncation error is f'''/6 h² (error at h = u^⅕, over h²)",
                       central_difference(h).error / (h * h), exact.third / 6,
                       16 * h * h / 120 + rounding / (h * h),
                       "Taylor's remainder |f⁗'| h⁴/120, f⁗' being at most 16, and rounding, cu/h, over h²");
  chapter.claims.at_most("at h* = (3cu/f''')^⅓ the central difference keeps its best promise, f''' h*²/2",
                         at_best.error, best_bound, at_best.bound - best_bound,
                         "the least value of (01.11); the tolerance is what f''' and c vary over the step");
  chapter.claims.at_most(
      "Ridders' extrapolation from any h in (0.05, 1] does better than that promise (worst error)",
      worst_ridders, best_bound, at_best.bound - best_bound, "the same number");
}

// Ridders' estimate against the error it estimates, at random points; what rounding may do left out, and not.
void ridders_estimate(Chapter& chapter) {
  const int points = chapter.quick() ? 500 : 5000;
  Philox random(chapter.seed(), 3);
  double worst = 0;
  int misled = 0;
  for (int i = 0; i < points; ++i) {
    const auto x1 = static_cast<Real>(std::exp(random.normal())), x2 = static_cast<Real>(random.normal());
    const auto along = [&](Real at) { return f(x1, at); };
    const auto truth = static_cast<double>(exact_gradient(x1, x2).x2);
    const Extrapolation full = ridders(along, x2, 0.5, u * roundings(x1, x2));
    const Extrapolation plain = ridders(along, x2, 0.5, 0);
    worst = worse(worst, std::abs(full.value - truth) / full.error);
    misled += std::abs(plain.value - truth) > ratio_limit * plain.error;
  }
  const double share = 100.0 * misled / points;
  chapter.results.set("ridders.worst_error_over_estimate", worst);
  chapter.results.set("ridders.percent_misled_without_floor", share);
  std::cout << "\nRidders' ∂f/∂x₂ at " << points << " random points is off by at most "
            << support::significant(worst, 2)
            << " times its estimate. Without the floor of rounding it would be "
            << "off by more than " << support::significant(ratio_limit, 2) << " times the estimate at "
            << support::significant(share, 2) << " % of them.\n";
  chapter.claims.at_most("Ridders' error is below its own estimate at " + std::to_string(points) +
                             " random points (worst ratio)",
                         worst, 1, 0.01, "(01.14) is an estimate and meant as a bound; 0.01 for terms in u²");
}

// ---- the checker ----

const char* text(Verdict v) {
  return v == Verdict::pass ? "pass" : v == Verdict::fail ? "fail" : "inconclusive";
}

using Function = std::function<Var(Tape&, std::span<const Var>)>;

void verdicts(Chapter& chapter) {
  Philox random(chapter.seed(), 4);
  const std::vector<Tensor> one{normal_noise({5}, random)};
  const std::vector<Tensor> two{Tensor(Shape{}, static_cast<Real>(std::exp(random.normal()))),
                                normal_noise({}, random)};
  const std::vector<Tensor> zero{Tensor(Shape{}, 0)};
  const Real slip = static_cast<Real>(100 * std::pow(u, 2.0 / 3));  // 2e-9 in double precision

  const auto of_y = [](Real, Real y) { return std::sinh(y); };
  const auto slipped_slope = [=](Real x, Real) { return (1 + slip) * std::sinh(x); };

  struct Trial {
    const char* name;
    Function function;
    const std::vector<Tensor>& at;
    Verdict expected;
  };
  const std::vector<Trial> trials = {
      {"log x₁ + x₁ x₂ − tanh x₂", [](Tape&, auto x) { return f(x[0], x[1]); }, two, Verdict::pass},
      {"cosh, rule g sinh x", [](Tape&, auto x) { return cosh(x[0]); }, one, Verdict::pass},
      {"cosh, rule g sinh y", [=](Tape&, auto x) { return cosh_with(of_y, x[0]); }, one, Verdict::fail},
      {"cosh, rule (1 + slip) g sinh x", [=](Tape&, auto x) { return cosh_with(slipped_slope, x[0]); }, one,
       Verdict::fail},
      {"x², rule assigns", [](Tape&, auto x) { return square_assigned(x[0]); }, one, Verdict::pass},
      {"x · x², rule assigns", [](Tape&, auto x) { return x[0] * square_assigned(x[0]); }, one,
       Verdict::fail},
      {"x · stop_gradient(x)", [](Tape&, auto x) { return x[0] * stop_gradient(x[0]); }, one, Verdict::fail},
      {"x · c, c = x frozen", [&](Tape& t, auto x) { return x[0] * t.constant(one[0]); }, one, Verdict::pass},
      {"x √x at 0", [](Tape&, auto x) { return x[0] * sqrt(x[0]); }, zero, Verdict::inconclusive},
  };

  std::cout << "\nWhat check_gradients says (slip = " << support::significant(slip, 2) << "):\n\n";
  Table table({"function", "verdict", "tape", "differences", "their error", "off by, in errors"});
  std::vector<GradientReport> reports;
  int as_expected = 0;
  for (const Trial& t : trials) {
    reports.push_back(check_gradients(t.function, t.at, {.seed = chapter.seed()}));
    const GradientEntry& e = reports.back().entries.front();  // the worst
    table.row({t.name,
               text(reports.back().verdict()),
               {e.analytic, 5},
               {e.numeric, 5},
               {e.error, 2},
               {e.ratio(), 2}});
    as_expected += reports.back().verdict() == t.expected;
  }
  std::cout << table;

  const GradientReport &slipped = reports[3], &stopped = reports[6], &frozen = reports[7];
  chapter.results.set("slip", slip);
  chapter.results.set("slip.ratio", slipped.entries[0].ratio());
  chapter.claims.equal("check_gradients gives all " + std::to_string(trials.size()) +
                           " functions of the table the verdict that theory gives them",
                       as_expected, static_cast<double>(trials.size()), 0, "a count");
  chapter.claims.at_least("a rule that is wrong by " + support::significant(slip, 2) +
                              " of itself is refused (difference over estimated error)",
                          slipped.entries[0].ratio(), ratio_limit, 0,
                          "(01.15); 100 u^⅔ is far above what extrapolated differences are off by");

  // Where differences and tape disagree about x · stop_gradient(x), and whose derivative the tape computed.
  double worst = 0, surrogate = 0;
  for (const GradientEntry& e : stopped.entries) {
    worst = worse(worst, std::abs(e.numeric - 2 * e.analytic) / e.error);  // (01.16)
    for (const GradientEntry& s : frozen.entries)
      if (s.index == e.index) surrogate = worse(surrogate, std::abs(s.analytic - e.analytic));
  }
  chapter.claims.at_most(
      "for x · stop_gradient(x) differences see twice what the tape computes (in estimated errors)", worst,
      ratio_limit, 0, "the checker's own limit: d(x²)/dx = 2x against x");
  chapter.claims.equal(
      "and the tape computes the derivative of the surrogate x · c, c frozen (largest difference)", surrogate,
      0, 0, "the same operations on the same numbers");
}

void run(Chapter& chapter) {
  small_expression(chapter);
  random_points(chapter);
  shared_subexpression(chapter);
  tensors(chapter);
  finite_differences(chapter);
  ridders_estimate(chapter);
  verdicts(chapter);
}

}  // namespace

int main(int argc, char** argv) {
  support::Arguments arguments("01-tape", "What a tape is: reverse mode by hand, and how to check it");
  return support::run_chapter(arguments, argc, argv, run);
}
