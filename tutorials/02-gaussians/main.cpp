// Chapter 02: the normal distribution, its divergences, and how a divergence is estimated and minimised.
// Equation tags refer to the texts beside this file: README.md, divergence.md, draws.md and fits.md.

#include "sections.h"

int main(int argc, char** argv) {
  using namespace doxa::support;
  Arguments arguments("02-gaussians", "what a Gaussian is, how far apart two are, and which one is nearest");
  Choices choices;
  std::vector<double> widen;
  arguments.numbers("widen", "W", widen, "draws: q = N(t, (1 + W t)²), −0.9 to 2 (default: 0.5)");
  arguments.positive("apart", choices.apart, "fits: the two modes stand at −X and X, at most 3");
  arguments.positive("rate", choices.rate, "fits: length of a step, at most 1");
  arguments.must_hold([&]() -> std::string {
    if (!widen.empty()) choices.widen = widen[0];
    if (widen.size() > 1 || choices.widen < -0.9 || choices.widen > 2)
      return "--widen: found " + to_text(choices.widen) + ", expected one number from −0.9 to 2";
    if (choices.apart > 3) return "--apart: found " + to_text(choices.apart) + ", expected at most 3";
    return choices.rate > 1 ? "--rate: found " + to_text(choices.rate) + ", expected at most 1" : "";
  });
  return run_chapter(arguments, argc, argv,
                     {{"darts", darts},
                      {"density", densities},
                      {"slices", slices},
                      {"factors", factors},
                      {"divergence", divergences},
                      {"nearly-equal", nearly_equal},
                      {"draws", [&](Chapter& chapter) { draws(chapter, choices); }},
                      {"price", price},
                      {"two-modes", [&](Chapter& chapter) { two_modes_section(chapter, choices); }},
                      {"spike", spike},
                      {"independence", independence}});
}
