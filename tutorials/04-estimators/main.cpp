// Chapter 04: the gradient of an expectation under q, by draws from q. Every estimator is held against the
// exact gradient, and its variance against a formula. Equations are numbered as in README.md.

#include "sections.h"
#include "support/chapter.h"

namespace {

void run(doxa::support::Chapter& chapter) {
  doxa::gaussian(chapter);
  doxa::dimension(chapter);
  doxa::landing(chapter);
  doxa::choice(chapter);
  doxa::training(chapter);
}

}  // namespace

int main(int argc, char** argv) {
  doxa::support::Arguments arguments("04-estimators",
                                     "Estimators of the gradient of an expectation: bias and variance");
  return doxa::support::run_chapter(arguments, argc, argv, run);
}
