// Chapter 03: the evidence lower bound, on models whose evidence is known. Equation tags refer to README.md.

#include <cmath>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

int main(int argc, char** argv) {
  Arguments arguments("03-evidence-bound", "The evidence lower bound, where the evidence is known");
  std::vector<double> x{2};
  double s = 1;
  arguments.numbers("x", "X", x, "section by-hand: the reading");
  arguments.positive("s", s, "section by-hand: the deviation of its noise");
  arguments.must_hold([&]() -> std::string {
    if (x.size() != 1 || std::abs(x[0]) > 100) return "--x: expected one number between -100 and 100";
    if (s < 0.1 || s > 10) return "--s: expected a number between 0.1 and 10";
    return {};
  });
  const Problem problem = three_instruments();
  return run_chapter(arguments, argc, argv,
                     {{"integral", integral},
                      {"by-hand",
                       [&](Chapter& chapter) {
                         scalar_by_hand(chapter, {x[0], s * s});
                       }},
                      {"identity", [&](Chapter& chapter) { evidence_identity(chapter, problem); }},
                      {"sampled", [&](Chapter& chapter) { sampled(chapter, problem); }},
                      {"ascent",
                       [&](Chapter& chapter) {
                         ascent(chapter, problem);
                         gradient_noise(chapter, problem);
                       }},
                      {"reversed", reversed},
                      {"fisher", [&](Chapter& chapter) { fisher(chapter, problem); }},
                      {"em", em},
                      {"restricted", [&](Chapter& chapter) { restricted(chapter, problem); }}});
}
