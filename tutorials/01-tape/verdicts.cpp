#include <span>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "expression.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// ---- an op of one's own ----

//! [cosh]
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
//! [cosh]

// value(x) of each element with a derivative of one's choice, slope(x, y), to see what the checker says of
// wrong ones.
template <class Value, class Slope>
Var with_slope(Value value, Slope slope, Var x) {
  return record(
      "with_slope", x.shape(), {x},
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = value(r.value(0)[i]);
      },
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          r.adjoint(0)[i] += r.adjoint()[i] * slope(r.value(0)[i], r.value()[i]);
      });
}

template <class Slope>
Var cosh_with(Slope slope, Var x) {
  return with_slope([](Real at) { return std::cosh(at); }, slope, x);
}

// |x| with a derivative at 0 of one's choice.
Var abs_with(Real slope, Var x) {
  const auto sign = [=](Real at, Real) { return at > 0 ? Real{1} : at < 0 ? Real{-1} : slope; };
  return with_slope([](Real at) { return std::abs(at); }, sign, x);
}

// The larger of two numbers, and where they are equal, so much of the adjoint to each.
Var max_with(Real share, Var a, Var b) {
  return record(
      "max", Shape{}, {a, b}, [](Record& r) { *r.value() = std::max(*r.value(0), *r.value(1)); },
      [=](Record& r) {
        const Real first = *r.value(0), second = *r.value(1);
        *r.adjoint(0) += *r.adjoint() * (first > second ? 1 : first < second ? 0 : share);
        *r.adjoint(1) += *r.adjoint() * (second > first ? 1 : second < first ? 0 : share);
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

// The nearest whole number, with the derivative of x: straight through.
Var round(Var x) {  // (01.17)
  return record(
      "round", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = std::round(r.value(0)[i]);
      },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += r.adjoint()[i];
      });
}

//! [lost]
Var f_without_a_use(Var x1, Var x2) {
  const Var v2 = log(x1);
  const Var v3 = stop_gradient(x1) * x2;  // the second use of x₁ gets nothing back
  const Var v4 = v2 + v3;
  return v4 - tanh(x2);
}
//! [lost]

//! [half-softmax]
Var half_softmax(Var x) {  // right values, and half of the gradient
  return Real(0.5) * softmax(x) + Real(0.5) * stop_gradient(softmax(x));
}
//! [half-softmax]

// Half a gradient, seen by the sum of the outputs and by each of them.
void half_a_gradient(Chapter& chapter) {
  Philox random(chapter.seed(), 5);
  const std::vector<Tensor> x{normal_noise({4}, random)};
  const std::vector<std::string> names{"x"};
  const GradientCheckOptions options{.seed = chapter.seed()};
  //! [two-checks]
  const GradientReport of_sum = check_gradients(
      [](Tape&, std::span<const Var> in) { return sum(half_softmax(in[0])); }, x, options, names);
  const GradientReport of_each =
      check_gradients([](Tape&, std::span<const Var> in) { return half_softmax(in[0]); }, x, options, names);
  //! [two-checks]
  std::cout << "\nA softmax that sends half of its gradient back, its sum and then each output:\n\n"
            << of_sum.str(1) << "\n"
            << of_each.str(3);
  chapter.results.set("printed.half_sum", of_sum.str(1));
  chapter.results.set("printed.half_each", of_each.str(3));
  chapter.claims.equal("half the gradient of a softmax passes as that of the sum of its outputs (fails)",
                       static_cast<double>(of_sum.count(Verdict::fail)), 0, 0, "that sum is 1 everywhere");
  chapter.claims.equal("and fails in every derivative of every output (fails)",
                       static_cast<double>(of_each.count(Verdict::fail)), 16, 0,
                       "half of a derivative that is nowhere 0, (01.15)");
}

// One report, before there is a table of them.
void first_verdict(Chapter& chapter) {
  const std::vector<Tensor> at{Tensor(Shape{}, 3), Tensor(Shape{}, Real(1e-4))};
  const std::vector<std::string> names{"x1", "x2"};
  const GradientReport report =
      check_gradients([](Tape&, std::span<const Var> x) { return f_without_a_use(x[0], x[1]); }, at,
                      {.seed = chapter.seed()}, names);
  std::cout << "\nWhat check_gradients says of f where a use of x₁ is lost, at (3, 0.0001):\n\n"
            << report.str(2);
  chapter.results.set("printed.lost", report.str(2));
  const GradientEntry& e = report.entries.front();  // the worst
  if (e.difference() > resolution_limit)            // in single precision it is too small to be seen
    chapter.claims.at_least(
        "the lost use of x₁ that the naive check accepts is refused (difference over estimated error)",
        e.ratio(), ratio_limit, 0, "(01.15)");
}

}  // namespace

void verdicts(Chapter& chapter) {
  half_a_gradient(chapter);
  first_verdict(chapter);
  Philox random(chapter.seed(), 4);
  const std::vector<Tensor> one{normal_noise({5}, random)};
  const std::vector<Tensor> two{Tensor(Shape{}, static_cast<Real>(std::exp(random.normal()))),
                                normal_noise({}, random)};
  const std::vector<Tensor> zero{Tensor(Shape{}, 0)};
  const Real slip = static_cast<Real>(2 * resolution_limit);  // 1.7e-6 in double precision

  const auto of_y = [](Real, Real y) { return std::sinh(y); };
  const auto slipped_slope = [=](Real x, Real) { return (1 + slip) * std::sinh(x); };

  const std::vector<Tensor> between{Tensor(Shape{}, static_cast<Real>(0.3))},
      jump{Tensor(Shape{}, Real(0.5))};
  const std::vector<Tensor> tie{Tensor(Shape{}, 1), Tensor(Shape{}, 1)};
  const Real large = 100 / static_cast<Real>(std::sqrt(u));

  struct Trial {
    const char* name;
    TensorFunction function;
    const std::vector<Tensor>& at;
    Verdict expected;
    bool in_table = true;
  };
  const std::vector<Trial> trials = {
      {"log x₁ + x₁ x₂ − tanh x₂", [](Tape&, auto x) { return f(x[0], x[1]); }, two, Verdict::pass, false},
      {"cosh, rule ȳ sinh x", [](Tape&, auto x) { return cosh(x[0]); }, one, Verdict::pass},
      {"cosh, rule ȳ sinh y", [=](Tape&, auto x) { return cosh_with(of_y, x[0]); }, one, Verdict::fail,
       false},
      {"cosh, rule (1 + slip) ȳ sinh x", [=](Tape&, auto x) { return cosh_with(slipped_slope, x[0]); }, one,
       Verdict::fail},
      {"x², rule assigns", [](Tape&, auto x) { return square_assigned(x[0]); }, one, Verdict::fail},
      {"x · x², rule assigns", [](Tape&, auto x) { return x[0] * square_assigned(x[0]); }, one, Verdict::fail,
       false},
      {"x · stop_gradient(x)", [](Tape&, auto x) { return x[0] * stop_gradient(x[0]); }, one, Verdict::fail},
      {"x · x₀, x₀ = x frozen", [&](Tape& t, auto x) { return x[0] * t.constant(one[0]); }, one,
       Verdict::pass},
      //! [surrogate]
      {"round at 0.3, straight through", [](Tape&, auto x) { return round(x[0]); }, between,
       Verdict::inconclusive},
      {"its surrogate, x", [](Tape&, auto x) { return 1 * x[0]; }, between, Verdict::pass},
      //! [surrogate]
      {"round at 0.5", [](Tape&, auto x) { return round(x[0]); }, jump, Verdict::inconclusive, false},
      {"|x| at 0, derivative 0 there", [](Tape&, auto x) { return abs_with(0, x[0]); }, zero, Verdict::kink},
      {"|x| at 0, derivative 2 there", [](Tape&, auto x) { return abs_with(2, x[0]); }, zero, Verdict::fail},
      {"−|x| at 0, derivative 0 there", [](Tape&, auto x) { return -1 * abs_with(0, x[0]); }, zero,
       Verdict::kink, false},
      {"max(x, y) at a tie, ½ to each", [](Tape&, auto x) { return max_with(Real(0.5), x[0], x[1]); }, tie,
       Verdict::kink, false},
      {"max(x, y) at a tie, 1 to each", [](Tape&, auto x) { return max_with(1, x[0], x[1]); }, tie,
       Verdict::fail},
      {"x √x at 0", [](Tape&, auto x) { return x[0] * sqrt(x[0]); }, zero, Verdict::inconclusive, false},
      {"(sin x + M) − M, M = 100/√u", [=](Tape&, auto x) { return (sin(x[0]) + large) - large; }, jump,
       Verdict::inconclusive},
  };

  std::cout << "\nAnd of other functions (slip = " << significant(slip, 2) << "), the worst element:\n\n";
  Table table({"function", "verdict", {"tape", 5}, {"differences", 5}, "their error", "off by, in errors"},
              2);
  std::vector<GradientReport> reports;
  int as_expected = 0;
  for (const Trial& t : trials) {
    reports.push_back(check_gradients(t.function, t.at, {.seed = chapter.seed()}));
    const GradientEntry& e = reports.back().entries.front();  // the worst
    const Cell numeric =
        e.at_kink() ? Cell(significant(e.left, 1) + " to " + significant(e.right, 1)) : Cell(e.numeric);
    if (t.in_table)
      table.row({t.name, to_string(reports.back().verdict()), e.analytic, numeric, e.error, e.ratio()});
    as_expected += reports.back().verdict() == t.expected;
  }
  chapter.results.set("printed.verdicts", table.text());
  chapter.results.set("printed.output_for_input", reports[2].str(3));
  chapter.results.set("printed.cancelled", reports.back().str());
  chapter.results.set("printed.assigned", reports[4].str(1));
  chapter.results.set("printed.tie", reports[15].str(3));
  std::cout << table << "\ncosh with the rule ȳ sinh y in full, its worst elements first:\n\n"
            << reports[2].str(3) << "\nx² with the rule that assigns:\n\n"
            << reports[4].str(1) << "\nmax(x, y) at a tie, 1 to each:\n\n"
            << reports[15].str(3) << "\n(sin x + M) − M:\n\n"
            << reports.back().str();

  //! [tanh-matmul]
  const std::vector<Tensor> matrices{normal_noise({3, 4}, random), normal_noise({4, 5}, random)};
  const std::vector<std::string> names{"A", "B"};
  const GradientReport layer =
      check_gradients([](Tape&, std::span<const Var> x) { return tanh(matmul(x[0], x[1])); }, matrices,
                      {.seed = chapter.seed()}, names);
  std::cout << "\ntanh(A B), all " << layer.entries.size() << " numbers of it:\n\n" << layer.str(3);
  //! [tanh-matmul]
  chapter.results.set("printed.tanh_matmul", layer.str(3));
  chapter.claims.equal("no element of the Jacobian of tanh(A B) fails (elements)",
                       static_cast<double>(layer.count(Verdict::fail)), 0, 0,
                       "a verdict; (01.15) for each element");

  const GradientReport &slipped = reports[3], &stopped = reports[6], &frozen = reports[7];
  chapter.results.set("slip", slip);
  chapter.results.set("resolution_limit", resolution_limit);
  chapter.claims.equal("check_gradients gives all " + std::to_string(trials.size()) +
                           " functions of its list the verdict that theory gives them",
                       as_expected, static_cast<double>(trials.size()), 0, "a count");
  chapter.claims.at_least("a rule that is wrong by " + significant(slip, 2) +
                              " of itself is refused (difference over estimated error)",
                          slipped.entries[0].ratio(), ratio_limit, 0,
                          "(01.15); twice the relative error that a pass excludes");
  chapter.claims.equal("|x| has the one-sided limits −1 and 1 at 0 (sum of their distances)",
                       std::abs(reports[11].entries[0].left + 1) + std::abs(reports[11].entries[0].right - 1),
                       0, 2 * ratio_limit * reports[11].entries[0].error,
                       "the checker's own error, ten times");

  // Each of the two derivatives lies between its limits; their sum does not.
  const GradientReport& shared = reports[15];
  double alone = 0, together = 0;
  for (const GradientEntry& e : shared.entries)
    (e.index < 0 ? together : alone) = worse(e.index < 0 ? together : alone, e.ratio());
  chapter.claims.at_most(
      "max(x, y) at a tie, 1 to each: every derivative alone lies between its limits (in estimated errors)",
      alone, ratio_limit, 0, "the checker's own limit: each from 0 to 1");
  chapter.claims.at_least(
      "and moved together, x and y refute it: the slope is 1, the tape's sum 2 (in estimated errors)",
      together, ratio_limit, 0, "the checker's own limit");

  // Where differences and tape disagree about x · stop_gradient(x), and whose derivative the tape computed.
  double worst = 0, surrogate = 0;
  for (const GradientEntry& e : stopped.entries) {
    if (e.output != e.index) continue;  // the others are 0, or products with cotangents
    worst = worse(worst, (std::abs(e.numeric - 2 * e.analytic) + ratio_limit * e.error) /
                             std::abs(e.numeric));  // (01.16)
    for (const GradientEntry& s : frozen.entries)
      if (s.index == e.index && s.output == e.output)
        surrogate = worse(surrogate, std::abs(s.analytic - e.analytic));
  }
  chapter.claims.at_most(
      "for x · stop_gradient(x) differences see twice what the tape computes (relative error)", worst,
      resolution_limit, 0, "what (01.15) asks of a pass, for d(x²)/dx = 2x against x");
  chapter.claims.equal(
      "and the tape computes the derivative of the surrogate x · x₀, x₀ frozen (largest difference)",
      surrogate, 0, 0, "the same operations on the same numbers");
}
