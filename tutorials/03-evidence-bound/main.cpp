// Chapter 03: the evidence lower bound, on models whose evidence is known. Equation tags refer to README.md.

#include "on_tape.h"
#include "sections.h"

using namespace doxa;

// Instrument 1 reads the sum of the two numbers, precisely and with a known offset; 2 and 3 read one each,
// poorly.
Problem three_instruments() {
  const LinearGaussian model{{3, 2, {1, 1, 1, 0, 0, 1}}, column({0.5, 0, 0}), column({0.3, 0.8, 1.2})};
  return {representable(model), representable(column({2.3, 1.6, -0.4}))};
}

int main(int argc, char** argv) {
  support::Arguments arguments("03-evidence-bound", "The evidence lower bound, where the evidence is known");
  return support::run_chapter(arguments, argc, argv, [](support::Chapter& chapter) {
    const Problem problem = three_instruments();
    integral(chapter);
    scalar_by_hand(chapter);
    evidence_identity(chapter, problem);
    sampled(chapter, problem);
    ascent(chapter, problem);
    reversed(chapter);
    fisher(chapter, problem);
    learning(chapter, problem);
  });
}
