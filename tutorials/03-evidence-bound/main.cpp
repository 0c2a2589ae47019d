// Chapter 03: the evidence lower bound, on models whose evidence is known. Equation tags refer to README.md.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

int main(int argc, char** argv) {
  Arguments arguments("03-evidence-bound", "The evidence lower bound, where the evidence is known");
  const Problem problem = three_instruments();
  return run_chapter(arguments, argc, argv,
                     {{"integral", integral},
                      {"by-hand", scalar_by_hand},
                      {"identity", [&](Chapter& chapter) { evidence_identity(chapter, problem); }},
                      {"sampled", [&](Chapter& chapter) { sampled(chapter, problem); }},
                      {"ascent", [&](Chapter& chapter) { ascent(chapter, problem); }},
                      {"reversed", reversed},
                      {"fisher", [&](Chapter& chapter) { fisher(chapter, problem); }},
                      {"learning", [&](Chapter& chapter) { learning(chapter, problem); }}});
}
