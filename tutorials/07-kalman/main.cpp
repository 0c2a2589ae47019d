// Chapter 07: the belief of a linear-Gaussian model, its bound, and what a belief lacks that only looks back.
// Equation tags refer to README.md.

#include "experiment.h"

int main(int argc, char** argv) {
  doxa::support::Arguments arguments("07-kalman", "exact belief where everything is Gaussian");
  return doxa::support::run_chapter(arguments, argc, argv, [](doxa::support::Chapter& chapter) {
    tracking(chapter);
    decomposition(chapter);
    causal_gap_section(chapter);
    learned_posterior(chapter);
    learned_model(chapter);
  });
}
