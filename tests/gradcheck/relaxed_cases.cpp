#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/relaxed_one_hot_categorical.h"

namespace doxa {

// Temperatures are e^x.
std::vector<GradientCase> relaxed_cases() {
  using Relaxed = RelaxedOneHotCategorical;
  std::vector<GradientCase> cases;
  const auto add = [&](const char* name, TensorFunction f, std::vector<Shape> shapes) {
    cases.push_back(tensor_case(std::string("distribution/RelaxedOneHotCategorical/") + name, std::move(f),
                                std::move(shapes)));
  };
  const auto relaxed = [](Inputs x) { return Relaxed(x[0], exp(x[1])); };
  add("log_prob", [=](Tape&, Inputs x) { return log_prob(relaxed(x), softmax(x[2], -1)); },
      {{2, 3}, {2}, {4, 2, 3}});
  add("log_prob, of one temperature",
      [=](Tape&, Inputs x) { return log_prob(relaxed(x), softmax(x[2], -1)); }, {{3}, {}, {4, 3}});
  add("log_prob_of_logits", [=](Tape&, Inputs x) { return log_prob_of_logits(relaxed(x), x[2]); },
      {{2, 3}, {2}, {4, 2, 3}});
  add("from_noise", [=](Tape&, Inputs x) { return relaxed(x).from_noise(x[2]); }, {{2, 3}, {2}, {4, 2, 3}});
  add("logits_from_noise", [=](Tape&, Inputs x) { return relaxed(x).logits_from_noise(x[2]); },
      {{2, 3}, {}, {2, 3}});
  add("rsample", [=](Tape&, Inputs x) { return rsample(relaxed(x), x[2]); }, {{3}, {2}, {2, 3}});
  add("repeated", [=](Tape&, Inputs x) { return log_prob(relaxed(x).repeated(4), softmax(x[2], -1)); },
      {{2, 3}, {2}, {4, 1, 3}});
  return cases;
}

}  // namespace doxa
