// Chapter 04: the gradient of an expectation under q, by draws from q. Every estimator is held against the
// exact gradient, and its variance against a formula. Equations are numbered as in README.md.

#include "sections.h"

int main(int argc, char** argv) {
  using namespace doxa::support;
  Arguments arguments("04-estimators", "Estimators of the gradient of an expectation: bias and variance");
  doxa::EstimatorOptions options;
  std::vector<double> logits(options.logits.begin(), options.logits.end());
  arguments.numbers("logits", "A,B,C", logits,
                    "of q in sections simplex and choice, and where training starts");
  arguments.positive("tau", options.tau, "a temperature of section choice, and that of training");
  arguments.positive("rate", options.rate, "section training: the constant rate");
  arguments.integer("draws", options.draws, {0, 32},
                    "draws of one estimate; 0: 8 in gaussian and dimension, 4 in choice, 2 in training");
  arguments.must_hold([&]() -> std::string {
    if (logits.size() != 3) return "--logits: expected three numbers";
    for (std::size_t k = 0; k < 3; ++k) {
      options.logits[k] = logits[k];
      if (std::abs(logits[k]) > 8) return "--logits: expected numbers from -8 to 8";
    }
    if (options.tau < 0.2 || options.tau > 2) return "--tau: expected a number from 0.2 to 2";
    if (options.rate > 1) return "--rate: expected a number up to 1";
    if (options.draws == 1)
      return "--draws: expected at least 2, since one draw has no other to be compared with";
    return {};
  });
  const auto with = [&](void (*section)(Chapter&, const doxa::EstimatorOptions&)) {
    return [&options, section](Chapter& chapter) { section(chapter, options); };
  };
  return run_chapter(arguments, argc, argv,
                     {{"buttons", doxa::buttons},
                      {"arrows", doxa::arrows},
                      {"gaussian", with(doxa::gaussian)},
                      {"dimension", with(doxa::dimension)},
                      {"landing", doxa::landing},
                      {"payments", doxa::three_payments},
                      {"simplex", with(doxa::simplex)},
                      {"choice", with(doxa::choice)},
                      {"training", with(doxa::training)}});
}
