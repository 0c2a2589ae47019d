// Chapter 01: what a tape is. Reverse mode by hand on a small expression, and what finite differences can say
// about a gradient. Equation tags refer to README.md.

#include <sstream>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "doxa/autograd/wengert.h"
#include "expression.h"
#include "sections.h"

namespace {

using namespace doxa;
using namespace doxa::support;

// ---- the expression ----

void small_expression(Chapter& chapter) {
  std::cout << "The Wengert list of f(x₁, x₂) = log x₁ + x₁ x₂ − tanh x₂ at (3, ½), and ∂f/∂v_i after one "
               "backward:\n\n";
  Tape tape;
  tape.keep_adjoints(true);  // those of the values in between are printed below
  const Var x1 = tape.variable(Tensor(Shape{}, hand_x1)), x2 = tape.variable(Tensor(Shape{}, hand_x2));
  const Var y = f(x1, x2);
  tape.backward(y);
  std::ostringstream list, dot;
  print_wengert(list, tape);
  chapter.results.set("printed.wengert", list.str());
  std::cout << list.str();
  print_dot(dot, tape);
  chapter.file("graph.dot", dot.str());

  std::cout << "\nThe same sweep by hand, last use first:\n\n";
  const Edges edges = edges_of_f(hand_x1, hand_x2);
  const std::string sweep = reverse_sweep_table(edges, tape.size());
  chapter.results.set("printed.reverse_sweep", sweep);
  std::cout << sweep;
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
  chapter.results.set("random_points.worst_error_in_u", worst,
                      10);  // roundings: below the bound of the claim
  chapter.claims.at_most("at " + std::to_string(points) +
                             " random points the tape's gradient is the closed form to "
                             "rounding (worst error in units of u Σ|terms|)",
                         worst, 10, 0.01, "the bound of the second claim; 0.01 for terms in u²");
}

// ---- one loop, whatever the number of paths ----

// x + x, counting how often its rule runs.
//! [double]
Var counted_double(Var x, int* runs) {
  return record(
      "double", x.shape(), {x}, [](Record& r) { *r.value() = *r.value(0) + *r.value(0); },
      [=](Record& r) {
        *r.adjoint(0) += *r.adjoint();  // one contribution a use: the two paths join here
        *r.adjoint(0) += *r.adjoint();
        ++*runs;
      });
}
//! [double]

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
  chapter.print("doublings", table);

  constexpr int doublings = 60;
  Tape tape;
  int runs = 0;
  const Var x = tape.variable(Tensor(Shape{}, 1));
  Var y = x;
  for (int i = 0; i < doublings; ++i) y = counted_double(y, &runs);
  tape.backward(y);
  std::cout << "  n = 60 on a tape: derivative " << significant(x.adjoint()[0]) << " from " << runs
            << " rules\n";
  chapter.results.set("doublings.derivative", x.adjoint()[0]);
  chapter.results.set("doublings.rules", runs);
  chapter.claims.equal("doubled sixty times, x has the derivative 2⁶⁰", x.adjoint()[0],
                       std::ldexp(1.0, doublings), 0,
                       "every adjoint is a power of two, exact in binary");  // (01.5)
  chapter.claims.equal("and backward ran sixty rules for its 2⁶⁰ paths", runs, doublings, 0, "a count");
}

void run(Chapter& chapter) {
  small_expression(chapter);
  random_points(chapter);
  shared_subexpression(chapter);
  tensors(chapter);
  finite_differences(chapter);
  ridders_estimate(chapter);
  verdicts(chapter);
  checked_model(chapter);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("01-tape", "What a tape is: reverse mode by hand, and how to check it");
  return run_chapter(arguments, argc, argv, run);
}
