#include <array>

#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/internal/arguments.h"
#include "doxa/distributions/one_hot_categorical.h"

namespace doxa {

std::vector<GradientCase> discrete_cases() {
  std::vector<GradientCase> cases;
  const Shape shape{3, 2};
  const auto add = [&](const char* name, TensorFunction f, std::vector<Shape> shapes) {
    cases.push_back(tensor_case(std::string("distribution/") + name, std::move(f), std::move(shapes)));
  };
  add("Bernoulli/log_prob", [](Tape&, Inputs x) { return log_prob(Bernoulli(x[0]), sigmoid(x[1])); },
      {{3, 2}, {2}});
  add("Bernoulli/log_prob, of draws",
      [](Tape& tape, Inputs x) {
        return log_prob(Bernoulli(x[0]), tape.constant(Tensor(Shape{3, 1}, {0, 1, 1})));
      },
      {{3, 2}});
  add("Bernoulli/entropy", [](Tape&, Inputs x) { return entropy(Bernoulli(x[0])); }, {{3, 2}});
  add("Bernoulli/mean", [](Tape&, Inputs x) { return mean(Bernoulli(x[0])); }, {{3, 2}});
  add("Bernoulli/variance", [](Tape&, Inputs x) { return variance(Bernoulli(x[0])); }, {{3, 2}});
  const auto divergence = [](Tape&, Inputs x) { return kl_divergence(Bernoulli(x[0]), Bernoulli(x[1])); };
  add("Bernoulli/kl_divergence", divergence, {{3, 2}, {3, 1}});
  add("Bernoulli/kl_divergence, far apart",
      [](Tape&, Inputs x) { return kl_divergence(Bernoulli(Real(-4) * x[0]), Bernoulli(Real(4) * x[1])); },
      {{3, 2}, {2}});
  add("Bernoulli/kl_divergence, aliased",
      [](Tape&, Inputs x) { return kl_divergence(Bernoulli(x[0]), Bernoulli(slice(x[0], 0, 1, 2))); },
      {{3, 2}});
  const Tensor saturated(Shape{4}, {-30, -8, 8, 30}), other(Shape{4}, {-10, -9, 30, -5});
  for (const bool one : {false, true})
    cases.push_back(point_case(
        one ? "distribution/Bernoulli/log_prob, saturated, of 1"
            : "distribution/Bernoulli/log_prob, saturated, of 0",
        [one](Tape& tape, Inputs x) { return log_prob(Bernoulli(x[0]), tape.constant(one ? 1 : 0)); },
        {saturated}));
  cases.push_back(point_case("distribution/Bernoulli/entropy, saturated",
                             [](Tape&, Inputs x) { return entropy(Bernoulli(x[0])); }, {saturated}));
  cases.push_back(
      point_case("distribution/Bernoulli/kl_divergence, saturated", divergence, {saturated, other}));
  add("Bernoulli/stddev", [](Tape&, Inputs x) { return stddev(Bernoulli(x[0])); }, {shape});
  add("Bernoulli/repeated", [](Tape&, Inputs x) { return entropy(Bernoulli(x[0]).repeated(3)); }, {shape});
  add("Bernoulli/from_probs", [](Tape&, Inputs x) { return Bernoulli::from_probs(sigmoid(x[0])).logits; },
      {shape});
  // The surrogate: the draw, which a small change of the probabilities leaves alone, moves as they do. The
  // uniform numbers that draw are far from where one value ends.
  add("Bernoulli/straight_through_sample, plus the constant probabilities",
      [](Tape&, Inputs x) {
        const Bernoulli q(Real(0.25) * tanh(x[0]));
        Philox random(12);
        return square(straight_through_sample(q, random) + stop_gradient(mean(q)));
      },
      {{2, 3}});

  add("Categorical/log_prob",
      [](Tape&, Inputs x) {
        const std::array<Index, 3> k{0, 3, 1};
        return log_prob(Categorical(x[0]), k);
      },
      {{3, 4}});
  add("Categorical/entropy", [](Tape&, Inputs x) { return entropy(Categorical(x[0])); }, {{3, 4}});
  add("Categorical/kl_divergence",
      [](Tape&, Inputs x) { return kl_divergence(Categorical(x[0]), Categorical(x[1])); }, {{3, 4}, {3, 4}});
  add("Categorical/log_probs", [](Tape&, Inputs x) { return Categorical(x[0]).log_probs(); }, {{2, 2, 3}});
  add("Categorical/repeated", [](Tape&, Inputs x) { return entropy(Categorical(x[0]).repeated(3)); },
      {shape});
  add("Categorical/from_probs",
      [](Tape&, Inputs x) { return Categorical::from_probs(softmax(x[0], -1)).logits; }, {shape});
  add("log_of_probs", [](Tape&, Inputs x) { return log_of_probs("probs", softmax(x[0], -1)); }, {shape});

  add("OneHotCategorical/log_prob",
      [](Tape&, Inputs x) { return log_prob(OneHotCategorical(x[0]), softmax(x[1], -1)); }, {{4}, {2, 4}});
  add("OneHotCategorical/log_prob, of draws",
      [](Tape& tape, Inputs x) {
        return log_prob(OneHotCategorical(x[0]), one_hot(tape, std::array<Index, 2>{2, 0}, 4));
      },
      {{3, 2, 4}});
  add("OneHotCategorical/entropy", [](Tape&, Inputs x) { return entropy(OneHotCategorical(x[0])); },
      {{3, 4}});
  add("OneHotCategorical/mean", [](Tape&, Inputs x) { return mean(OneHotCategorical(x[0])); }, {{3, 4}});
  add("OneHotCategorical/variance", [](Tape&, Inputs x) { return variance(OneHotCategorical(x[0])); },
      {{3, 4}});
  add("OneHotCategorical/kl_divergence",
      [](Tape&, Inputs x) { return kl_divergence(OneHotCategorical(x[0]), OneHotCategorical(x[1])); },
      {{3, 4}, {3, 4}});
  add("OneHotCategorical/straight_through_sample, plus the constant probabilities",
      [](Tape&, Inputs x) {
        const OneHotCategorical q(Real(0.25) * tanh(x[0]));
        Philox random(11);
        return square(straight_through_sample(q, random) + stop_gradient(mean(q)));
      },
      {{2, 3}});
  add("OneHotCategorical/stddev", [](Tape&, Inputs x) { return stddev(OneHotCategorical(x[0])); }, {{2, 3}});
  add("OneHotCategorical/repeated",
      [](Tape&, Inputs x) { return entropy(OneHotCategorical(x[0]).repeated(3)); }, {shape});
  add("OneHotCategorical/from_probs",
      [](Tape&, Inputs x) { return OneHotCategorical::from_probs(softmax(x[0], -1)).index.logits; }, {shape});
  return cases;
}

}  // namespace doxa
