#include <array>

#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/internal/arguments.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "doxa/distributions/relaxed_one_hot_categorical.h"

namespace doxa {

std::vector<GradientCase> discrete_cases() {
  Cases cases{"distribution/"};
  const Shape shape{3, 2};
  cases.add("Bernoulli/log_prob", {{3, 2}, {2}},
            [](Var x, Var y) { return log_prob(Bernoulli(x), sigmoid(y)); });
  cases.add("Bernoulli/log_prob, of draws", {{3, 2}}, [](Tape& tape, Inputs x) {
    return log_prob(Bernoulli(x[0]), tape.constant({3, 1}, {0, 1, 1}));
  });
  cases.add("Bernoulli/entropy", {{3, 2}}, [](Var x) { return entropy(Bernoulli(x)); });
  cases.add("Bernoulli/mean", {{3, 2}}, [](Var x) { return mean(Bernoulli(x)); });
  cases.add("Bernoulli/variance", {{3, 2}}, [](Var x) { return variance(Bernoulli(x)); });
  const auto divergence = [](Var x, Var y) {
    const auto q = Bernoulli(x), p = Bernoulli(y);
    return kl_divergence(q, p);
  };
  cases.add("Bernoulli/kl_divergence", {{3, 2}, {3, 1}}, divergence);
  cases.add("Bernoulli/kl_divergence, far apart", {{3, 2}, {2}}, [](Var x, Var y) {
    const auto q = Bernoulli(Real(-4) * x), p = Bernoulli(Real(4) * y);
    return kl_divergence(q, p);
  });
  cases.add("Bernoulli/kl_divergence, aliased", {{3, 2}}, [](Var x) {
    const auto q = Bernoulli(x), p = Bernoulli(slice(x, 0, 1, 2));
    return kl_divergence(q, p);
  });
  const Tensor saturated(Shape{4}, {-30, -8, 8, 30}), other(Shape{4}, {-10, -9, 30, -5});
  for (const bool one : {false, true})
    cases.add_at(
        one ? "Bernoulli/log_prob, saturated, of 1" : "Bernoulli/log_prob, saturated, of 0", {saturated},
        [one](Tape& tape, Inputs x) { return log_prob(Bernoulli(x[0]), tape.constant(one ? 1 : 0)); });
  cases.add_at("Bernoulli/entropy, saturated", {saturated}, [](Var x) { return entropy(Bernoulli(x)); });
  cases.add_at("Bernoulli/kl_divergence, saturated", {saturated, other}, divergence);
  cases.add("Bernoulli/stddev", {shape}, [](Var x) { return stddev(Bernoulli(x)); });
  cases.add("Bernoulli/repeated", {shape}, [](Var x) { return entropy(Bernoulli(x).repeated(3)); });
  cases.add("Bernoulli/from_probs", {shape}, [](Var x) { return Bernoulli::from_probs(sigmoid(x)).logits; });
  // The surrogate: the draw, which a small change of the probabilities leaves alone, moves as they do. The
  // uniform numbers that draw are far from where one value ends.
  cases.add("Bernoulli/straight_through_sample, plus the constant probabilities", {{2, 3}}, [](Var x) {
    const Bernoulli q(Real(0.25) * tanh(x));
    Philox random(12);
    const Var draw = straight_through_sample(q, random);
    return square(draw + stop_gradient(mean(q)));
  });

  cases.add("Categorical/log_prob", {{3, 4}}, [](Var x) {
    const std::array<Index, 3> k{0, 3, 1};
    return log_prob(Categorical(x), k);
  });
  cases.add("Categorical/entropy", {{3, 4}}, [](Var x) { return entropy(Categorical(x)); });
  cases.add("Categorical/kl_divergence", {{3, 4}, {3, 4}}, [](Var x, Var y) {
    const auto q = Categorical(x), p = Categorical(y);
    return kl_divergence(q, p);
  });
  cases.add("Categorical/log_probs", {{2, 2, 3}}, [](Var x) { return Categorical(x).log_probs(); });
  cases.add("Categorical/probs", {{2, 2, 3}}, [](Var x) { return Categorical(x).probs(); });
  cases.add("Categorical/repeated", {shape}, [](Var x) { return entropy(Categorical(x).repeated(3)); });
  cases.add("Categorical/from_probs", {shape},
            [](Var x) { return Categorical::from_probs(softmax(x, -1)).logits; });
  cases.add("log_of_probs", {shape}, [](Var x) { return log_of_probs("probs", softmax(x, -1)); });

  cases.add("OneHotCategorical/log_prob", {{4}, {2, 4}},
            [](Var x, Var y) { return log_prob(OneHotCategorical(x), softmax(y, -1)); });
  cases.add("OneHotCategorical/log_prob, of draws", {{3, 2, 4}}, [](Tape& tape, Inputs x) {
    return log_prob(OneHotCategorical(x[0]), one_hot(tape, std::array<Index, 2>{2, 0}, 4));
  });
  cases.add("OneHotCategorical/entropy", {{3, 4}}, [](Var x) { return entropy(OneHotCategorical(x)); });
  cases.add("OneHotCategorical/mean", {{3, 4}}, [](Var x) { return mean(OneHotCategorical(x)); });
  cases.add("OneHotCategorical/variance", {{3, 4}}, [](Var x) { return variance(OneHotCategorical(x)); });
  cases.add("OneHotCategorical/kl_divergence", {{3, 4}, {3, 4}}, [](Var x, Var y) {
    const auto q = OneHotCategorical(x), p = OneHotCategorical(y);
    return kl_divergence(q, p);
  });
  cases.add("OneHotCategorical/straight_through_sample, plus the constant probabilities", {{2, 3}},
            [](Var x) {
              const OneHotCategorical q(Real(0.25) * tanh(x));
              Philox random(11);
              const Var draw = straight_through_sample(q, random);
              return square(draw + stop_gradient(mean(q)));
            });
  cases.add("OneHotCategorical/stddev", {{2, 3}}, [](Var x) { return stddev(OneHotCategorical(x)); });
  cases.add("OneHotCategorical/repeated", {shape},
            [](Var x) { return entropy(OneHotCategorical(x).repeated(3)); });
  cases.add("OneHotCategorical/from_probs", {shape},
            [](Var x) { return OneHotCategorical::from_probs(softmax(x, -1)).index.logits; });
  return cases.all;
}

// Temperatures are e^x.
std::vector<GradientCase> relaxed_cases() {
  using Relaxed = RelaxedOneHotCategorical;
  Cases cases{"distribution/RelaxedOneHotCategorical/"};
  const auto relaxed = [](Inputs x) { return Relaxed(x[0], exp(x[1])); };
  cases.add("log_prob", {{2, 3}, {2}, {4, 2, 3}}, [=](Inputs x) {
    const Relaxed q = relaxed(x);
    return log_prob(q, softmax(x[2], -1));
  });
  cases.add("log_prob, of one temperature", {{3}, {}, {4, 3}}, [=](Inputs x) {
    const Relaxed q = relaxed(x);
    return log_prob(q, softmax(x[2], -1));
  });
  cases.add("log_prob_of_logits", {{2, 3}, {2}, {4, 2, 3}},
            [=](Inputs x) { return log_prob_of_logits(relaxed(x), x[2]); });
  cases.add("from_noise", {{2, 3}, {2}, {4, 2, 3}}, [=](Inputs x) { return relaxed(x).from_noise(x[2]); });
  cases.add("logits_from_noise", {{2, 3}, {}, {2, 3}},
            [=](Inputs x) { return relaxed(x).logits_from_noise(x[2]); });
  cases.add("rsample", {{3}, {2}, {2, 3}}, [=](Inputs x) { return rsample(relaxed(x), x[2]); });
  cases.add("repeated", {{2, 3}, {2}, {4, 1, 3}}, [=](Inputs x) {
    const Relaxed q = relaxed(x).repeated(4);
    return log_prob(q, softmax(x[2], -1));
  });
  return cases.all;
}

}  // namespace doxa
