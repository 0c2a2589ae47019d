// One payment, written in three ways: straight-through follows slopes between the buttons, which pay nothing.

#include "doxa/distributions/bernoulli.h"
#include "sections.h"

namespace doxa {
using namespace support;
namespace {

// All have f(0) = 0 and f(1) = 1.
struct Payment {
  const char *name, *expected;  // and E[g] / p (1 - p)
  int slope_at_0, slope_at_1;
  Var (*f)(Var z);

  // (04.16) for two corners
  double mean(double p) const { return p * (1 - p) * ((1 - p) * slope_at_0 + p * slope_at_1); }
};

Var three_squares_less_two(Var z) {
  const Var squares = square(z) * Real(3), twice = z * Real(2);
  return squares - twice;
}

const std::array<Payment, 3> payments{{{"z", "1", 1, 1, [](Var z) { return z * Real(1); }},
                                       {"z²", "2p", 0, 2, [](Var z) { return square(z); }},
                                       {"3z² − 2z", "6p − 2", -2, 4, three_squares_less_two}}};

Bernoulli button(Var logits) { return Bernoulli(logits); }

// The probability of button 1 in each of the runs, after so many steps from the logit on.
std::vector<double> climb_by_slopes(const Payment& payment, double logit, Index runs, int steps,
                                    Philox& random) {
  Tensor logits(Shape{runs});
  for (Index i = 0; i < runs; ++i) logits[i] = static_cast<Real>(logit);
  Tape tape;
  for (int step = 0; step < steps; ++step) {
    tape.clear();
    const Var l = tape.variable(logits);
    tape.backward(sum(expectation(button(l), payment.f, StraightThrough{}, random)));
    for (Index i = 0; i < runs; ++i) logits[i] += l.adjoint()[static_cast<std::size_t>(i)];
  }
  std::vector<double> p;
  for (Index i = 0; i < runs; ++i) p.push_back(1 / (1 + std::exp(-double{logits[i]})));
  return p;
}

}  // namespace

void three_payments(Chapter& chapter) {
  Philox random(chapter.seed(), payment_draws);
  constexpr Index runs = 1000;
  constexpr int steps = 1000;
  constexpr double p = 0.25;
  const double logit = std::log(p / (1 - p));
  std::cout
      << "Button 1 pays 1, button 0 pays 0. Straight-through from p = ¼, where it should say p (1 − p), "
         "here 0.1875,\nand "
      << runs << " runs of " << steps << " steps uphill, rate 1:\n\n";
  Table table({"f(z)",
               "f′(0)",
               "f′(1)",
               "E[g] over p(1 − p)",
               {"it says", 3},
               {"± se", 1},
               "right: p > 0.99",
               "wrong: p < 0.01"});
  Deviations means;
  std::vector<Index> right;
  for (const Payment& payment : payments) {
    const Moments m = measure({logit}, button, payment.f, StraightThrough{}, {.count = 40'000}, random);
    means.mean(m, 0, payment.mean(p));
    const std::vector<double> ends = climb_by_slopes(payment, logit, runs, steps, random);
    right.push_back(std::ranges::count_if(ends, [](double end) { return end > 0.99; }));
    const auto wrong = std::ranges::count_if(ends, [](double end) { return end < 0.01; });
    table.row({payment.name, payment.slope_at_0, payment.slope_at_1, payment.expected, m.mean[0],
               m.mean_error[0], right.back(), wrong});
  }
  chapter.print("payments", table);
  std::cout << '\n';
  chapter.results.set("payments.right", static_cast<double>(right.back()));
  means.claim(chapter, "(04.16) one payment written z, z² and 3z² − 2z: straight-through's three means");
  chapter.claims.equal("written z or z², all runs of straight-through find the button that pays",
                       static_cast<double>(right[0] + right[1]), 2.0 * runs, 0,
                       "no step of theirs goes down");
}

}  // namespace doxa
