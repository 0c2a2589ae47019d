// Chapter 07: the belief of a linear-Gaussian model, its bound, and what a belief lacks that only looks back.
// Equation tags refer to README.md.

#include "experiment.h"

int main(int argc, char** argv) {
  doxa::support::Arguments arguments("07-kalman", "exact belief where everything is Gaussian");
  return doxa::support::run_chapter(arguments, argc, argv,
                                    {{"tracking", tracking},
                                     {"decomposition", decomposition},
                                     {"causal-gap", causal_gap_section},
                                     {"learned-posterior", learned_posterior},
                                     {"learned-model", learned_model}});
}
