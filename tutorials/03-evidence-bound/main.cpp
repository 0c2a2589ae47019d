// Chapter 03: the evidence lower bound, on models whose evidence is known. Equation tags refer to README.md.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

int main(int argc, char** argv) {
  Arguments arguments("03-evidence-bound", "The evidence lower bound, where the evidence is known");
  return run_chapter(arguments, argc, argv, [](Chapter& chapter) {
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
