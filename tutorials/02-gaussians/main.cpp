// Chapter 02: the normal distribution, its divergences, and how a divergence is estimated and minimised.
// Equation tags refer to README.md.

#include "sections.h"

int main(int argc, char** argv) {
  using namespace doxa::support;
  Arguments arguments("02-gaussians",
                      "Densities, entropies and divergences of Gaussians, by three routes each");
  return run_chapter(arguments, argc, argv,
                     {{"densities", densities},
                      {"factors", factors},
                      {"divergences", divergences},
                      {"nearly-equal", nearly_equal},
                      {"monte-carlo", monte_carlo},
                      {"asymmetry", asymmetry},
                      {"independence", independence}});
}
