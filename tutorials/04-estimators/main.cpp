// Chapter 04: the gradient of an expectation under q, by draws from q. Every estimator is held against the
// exact gradient, and its variance against a formula. Equations are numbered as in README.md.

#include "sections.h"

int main(int argc, char** argv) {
  using namespace doxa::support;
  Arguments arguments("04-estimators", "Estimators of the gradient of an expectation: bias and variance");
  return run_chapter(arguments, argc, argv,
                     {{"gaussian", doxa::gaussian},
                      {"dimension", doxa::dimension},
                      {"landing", doxa::landing},
                      {"choice", doxa::choice},
                      {"training", doxa::training}});
}
