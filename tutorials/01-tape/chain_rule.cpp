#include <sstream>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "doxa/autograd/wengert.h"
#include "expression.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

List list_of_f(const Point& at) {
  List list;
  const Number x1 = add(list, at.x1), x2 = add(list, at.x2);
  f(x1, x2);
  return list;
}

const std::array<const char*, 8> partials_of_f{"1/v₀", "v₁", "v₀", "1", "1", "1 − v₅²", "1", "−1"};

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

//! [reverse]
std::vector<Real> reverse_sweep(const Edges& edges, std::size_t records) {  // (01.4)
  std::vector<Real> adjoint(records);
  adjoint.back() = 1;
  for (auto e = edges.rbegin(); e != edges.rend(); ++e) adjoint[e->from] += adjoint[e->to] * e->partial;
  return adjoint;
}
//! [reverse]

std::vector<Real> assigning_sweep(const Edges& edges, std::size_t records) {
  std::vector<Real> adjoint(records);
  adjoint.back() = 1;
  //! [assigning]
  for (auto e = edges.rbegin(); e != edges.rend(); ++e) adjoint[e->from] = adjoint[e->to] * e->partial;
  //! [assigning]
  return adjoint;
}

namespace {

// Edge by edge, what a reverse sweep adds to whose adjoint.
Table reverse_sweep_table(const List& list) {
  Table table({"use", "adds to", "adjoint of the use", "times", "which is", "adjoint so far"});
  std::vector<Real> adjoint(list.values.size());
  adjoint.back() = 1;
  for (std::size_t i = list.edges.size(); i-- > 0;) {
    const Edge& e = list.edges[i];
    adjoint[e.from] += adjoint[e.to] * e.partial;
    table.row({"v" + std::to_string(e.to), "v" + std::to_string(e.from), static_cast<double>(adjoint[e.to]),
               partials_of_f[i], static_cast<double>(e.partial), static_cast<double>(adjoint[e.from])});
  }
  return table;
}

void claim_gradient(Chapter& chapter, const Point& at, Var x1, Var x2) {
  const Gradient exact = exact_gradient(at.x1, at.x2);
  chapter.results.set("df_dx1", x1.adjoint()[0]);
  chapter.results.set("df_dx2", x2.adjoint()[0]);
  const std::string place = at.text();
  chapter.claims.equal("at " + place + " the tape's ∂f/∂x₁ is 1/x₁ + x₂", x1.adjoint()[0],
                       static_cast<double>(exact.x1), 3 * u * (1.0 / at.x1 + std::abs(at.x2)),
                       "3u of the terms: a division, an addition, and the rounding of the exact value");
  chapter.claims.equal("at " + place + " the tape's ∂f/∂x₂ is x₁ − 1 + tanh² x₂", x2.adjoint()[0],
                       static_cast<double>(exact.x2), 10 * u * (at.x1 + 1),
                       "tanh is off by 4u of itself, so 1 − tanh² by at most 9u, and the sum by u more: "
                       "10 u (x₁ + 1)");
}

}  // namespace

void small_expression(Chapter& chapter, const Point& at) {
  std::cout << "\nThe list of f(x₁, x₂) = log x₁ + x₁ x₂ − tanh x₂ at " << at.text()
            << ", and ∂f/∂v_i after one backward:\n\n";
  Tape tape;
  tape.keep_adjoints(true);  // those of the values in between are printed below
  const Var x1 = tape.variable(Tensor(Shape{}, at.x1)), x2 = tape.variable(Tensor(Shape{}, at.x2));
  const Var y = f(x1, x2);
  tape.backward(y);
  std::ostringstream printed, dot;
  print_wengert(printed, tape);
  chapter.results.set("printed.wengert", printed.str());
  std::cout << printed.str();
  print_dot(dot, tape);
  chapter.file("graph.dot", dot.str());
  chapter.results.set("f", y.item());

  std::cout << "\nThe same sweep by hand, last use first:\n\n";
  const List list = list_of_f(at);
  chapter.print("reverse_sweep", reverse_sweep_table(list));
  draw_graph(chapter, list.edges, tape);
  claim_gradient(chapter, at, x1, x2);

  const std::vector<Real> adjoint = reverse_sweep(list.edges, tape.size());
  double disagreement = 0;
  std::int64_t products = 0;
  for (std::size_t i = 0; i < tape.size(); ++i) {
    const double by_paths = sum_over_paths(list.edges, i, tape.size() - 1, products);
    const double by_forward = forward_sweep(list.edges, tape.size(), i).back();
    const double of_tape = tape.at(i).adjoint()[0];
    for (const double other : {by_paths, by_forward, of_tape})
      disagreement = worse(disagreement, std::abs(other - static_cast<double>(adjoint[i])));
  }
  chapter.claims.equal(
      "all seven adjoints: sum over paths, forward sweeps, reverse sweep and tape agree (largest "
      "difference)",
      disagreement, 0, 2 * 10 * u * (at.x1 + 1 + 1 / at.x1 + std::abs(at.x2)),
      "each of the two compared may be off by 10 u of its terms, as above");
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
  chapter.results.set("random_points.worst_error_in_u", worst,
                      10);  // roundings: below the bound of the claim
  chapter.claims.at_most("at " + std::to_string(points) +
                             " random points the tape's gradient is the closed form to "
                             "rounding (worst error in units of u Σ|terms|)",
                         worst, 10, 0.01, "the bound of ∂f/∂x₂ above; 0.01 for terms in u²");
}
