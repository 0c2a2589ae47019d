#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/relaxed_one_hot_categorical.h"

namespace doxa {

// Temperatures are e^x.
std::vector<GradientCase> relaxed_cases() {
  using Relaxed = RelaxedOneHotCategorical;
  Cases cases{"distribution/RelaxedOneHotCategorical/"};
  const auto relaxed = [](Inputs x) { return Relaxed(x[0], exp(x[1])); };
  cases.add("log_prob", {{2, 3}, {2}, {4, 2, 3}},
            [=](Inputs x) { return log_prob(relaxed(x), softmax(x[2], -1)); });
  cases.add("log_prob, of one temperature", {{3}, {}, {4, 3}},
            [=](Inputs x) { return log_prob(relaxed(x), softmax(x[2], -1)); });
  cases.add("log_prob_of_logits", {{2, 3}, {2}, {4, 2, 3}},
            [=](Inputs x) { return log_prob_of_logits(relaxed(x), x[2]); });
  cases.add("from_noise", {{2, 3}, {2}, {4, 2, 3}}, [=](Inputs x) { return relaxed(x).from_noise(x[2]); });
  cases.add("logits_from_noise", {{2, 3}, {}, {2, 3}},
            [=](Inputs x) { return relaxed(x).logits_from_noise(x[2]); });
  cases.add("rsample", {{3}, {2}, {2, 3}}, [=](Inputs x) { return rsample(relaxed(x), x[2]); });
  cases.add("repeated", {{2, 3}, {2}, {4, 1, 3}},
            [=](Inputs x) { return log_prob(relaxed(x).repeated(4), softmax(x[2], -1)); });
  return cases.all;
}

}  // namespace doxa
