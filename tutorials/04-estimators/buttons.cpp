// The smallest expectation to learn by draws: two buttons, of which one pays 1001 and the other 1000.

#include "sections.h"

namespace doxa {
using namespace support;
namespace {

//! [buttons]
// The probability of button 1, the better one, after so many steps from one half.
double press(double rate, int steps, Philox& random) {
  double logit = 0;
  for (int step = 0; step < steps; ++step) {
    const double p = 1 / (1 + std::exp(-logit));
    const double z = random.uniform() < p ? 1 : 0;
    const double f = 1000 + z;
    logit += rate * f * (z - p);  // (04.2): uphill by the mean of this, p (1 - p)
  }
  return 1 / (1 + std::exp(-logit));
}
//! [buttons]

// The same with two presses a step, each of which has the other for its baseline.
double press_two(double rate, int steps, Philox& random) {
  double logit = 0;
  for (int step = 0; step < steps; ++step) {
    const double p = 1 / (1 + std::exp(-logit));
    const double z1 = random.uniform() < p ? 1 : 0, z2 = random.uniform() < p ? 1 : 0;
    logit += rate * ((z1 - z2) * (z1 - p) + (z2 - z1) * (z2 - p)) / 2;  // (04.6), f_1 - f_2 being z_1 - z_2
  }
  return 1 / (1 + std::exp(-logit));
}

// f, score and their product at p = 1/2, button by button; and the two claims that need no draw.
void buttons_by_hand(Chapter& chapter) {
  const double p = 0.5, best = 1000.5;
  Table table({"pressed", {"f", 5}, "score z − p", "f · score", "(f − 1000.5) · score"});
  double mean = 0, f_s2 = 0, s2 = 0, about_best = 0, second = 0;
  for (const double z : {1.0, 0.0}) {
    const double f = 1000 + z, s = z - p, g = (f - best) * s;
    table.row({z == 1 ? "button 1" : "button 0", f, s, f * s, g});
    mean += f * s / 2;
    f_s2 += f * s * s / 2;
    s2 += s * s / 2;
    about_best += g / 2;
    second += g * g / 2;
  }
  table.row({"mean", best, 0.0, mean, about_best});
  std::cout
      << "Button 1 pays 1001, button 0 pays 1000; each is pressed with p = ½. The gradient of the mean\n"
         "payment by the logit of p is p (1 − p) = 0.25.\n\n";
  chapter.print("by-hand", table);
  chapter.claims.equal("(04.2) two buttons by hand: the mean of f times the score is p (1 - p)", mean,
                       p * (1 - p), 0, "halves and whole numbers are exact");
  chapter.claims.equal("(04.5) and the best baseline is 1000.5", f_s2 / s2, best, 0, "as above");
  chapter.claims.equal("(04.4) about which the estimate has no variance", second - about_best * about_best, 0,
                       0, "as above");
  // The same at p = 0.9, where the mean payment is 1000.9.
  const double often = 0.9, s_1 = 1 - often, s_0 = -often,
               b = (often * 1001 * s_1 * s_1 + (1 - often) * 1000 * s_0 * s_0) /
                   (often * s_1 * s_1 + (1 - often) * s_0 * s_0);
  chapter.claims.equal("(04.5) at p = 0.9 the best baseline is 1000 + (1 − p), not the mean payment", b,
                       1000.1, 1e-11, "a dozen roundings of numbers of size 1000 in double");
  chapter.claims.equal("and about it both buttons say p (1 − p): the difference", (1001 - b) * s_1,
                       (1000 - b) * s_0, 1e-11, "as before");
}

}  // namespace

void buttons(Chapter& chapter) {
  buttons_by_hand(chapter);
  Philox random(chapter.seed(), button_draws);
  constexpr int runs = 1000, steps = 1000;
  struct Row {
    const char* baseline;
    double rate;
    int better = 0, worse = 0;
  };
  const auto run = [&](const char* baseline, double rate, auto press) {
    Row row{baseline, rate};
    for (int i = 0; i < runs; ++i) {
      const double p = press(rate, steps, random);
      row.better += p > 0.99;
      row.worse += p < 0.01;
    }
    return row;
  };
  const std::vector<Row> rows{run("none", 1, press), run("none", 1e-2, press), run("none", 1e-4, press),
                              run("none", 1e-6, press), run("the other of two presses", 1, press_two)};
  std::cout << "\n" << runs << " runs of " << steps << " steps uphill. How many have found button 1?\n\n";
  Table table({"baseline", {"rate", 1}, "right: p > 0.99", "in between", "wrong: p < 0.01"});
  for (const Row& r : rows)
    table.row({r.baseline, to_text(r.rate), r.better, runs - r.better - r.worse, r.worse});
  chapter.print("buttons", table);
  std::cout << '\n';
  chapter.results.set("buttons.better", rows.front().better);
  chapter.claims.equal(
      "two buttons, rate 1, no baseline: the first press decides, so half the runs are right",
      rows.front().better, runs / 2.0, 4.5 * std::sqrt(runs) / 2,
      "4.5 standard errors of a fair coin; e^-500 is the chance of a second decision");
  chapter.claims.equal("two buttons, two presses that are each other's baseline: all runs are right",
                       rows.back().better, runs, 0, "by a geometric waiting time, one run in 10⁶ is not");
}

}  // namespace doxa
