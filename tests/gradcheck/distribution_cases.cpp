#include <array>

#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/categorical.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "doxa/distributions/parameter_check.h"

namespace doxa {
namespace {

using Inputs = std::span<const Var>;

Normal normal(Var loc, Var log_scale) { return Normal::from_log_scale(loc, log_scale); }

// A matrix of ones below or on the diagonal.
Var ones(Tape& tape, Index n, bool on_diagonal) {
  return tape.constant({n, n}, [=](std::span<Real> all) {
    for (Index i = 0; i < n * n; ++i)
      all[static_cast<std::size_t>(i)] = on_diagonal ? i % (n + 1) == 0 : i / n > i % n;
  });
}

// A lower factor of any matrices: what is below their diagonal, and the exponential of half of what is on it.
Var factor(Var x) {
  const Index n = x.shape()[x.rank() - 1];
  return x * ones(x.tape(), n, false) + exp(Real(0.5) * x) * ones(x.tape(), n, true);
}

MultivariateNormal multivariate(Var loc, Var x) { return MultivariateNormal(loc, factor(x)); }

void add_multivariate_normal(std::vector<GradientCase>& cases) {
  const auto add = [&](const char* name, TensorFunction f, std::vector<Shape> shapes) {
    cases.push_back(
        tensor_case(std::string("distribution/MultivariateNormal/") + name, std::move(f), std::move(shapes)));
  };
  const auto log_density = [](Tape&, Inputs x) { return log_prob(multivariate(x[0], x[1]), x[2]); };
  const auto draw = [](Tape&, Inputs x) { return rsample(multivariate(x[0], x[1]), x[2]); };
  const auto divergence = [](Tape&, Inputs x) {
    return kl_divergence(multivariate(x[0], x[1]), multivariate(x[2], x[3]));
  };
  add("log_prob", log_density, {{3}, {3, 3}, {3}});
  add("log_prob, of many values", log_density, {{2}, {2, 2}, {2, 3, 2}});
  add("log_prob, of a stack", log_density, {{3}, {2, 3, 3}, {2, 2, 3}});
  add("entropy", [](Tape&, Inputs x) { return entropy(multivariate(x[0], x[1])); }, {{2, 3}, {3, 3}});
  add("rsample", draw, {{2, 3}, {3, 3}, {3}});
  add("rsample, of a stack", draw, {{2}, {3, 2, 2}, {2, 3, 2}});
  add("from_noise", [](Tape&, Inputs x) { return multivariate(x[0], x[1]).from_noise(x[2]); },
      {{2}, {2, 2}, {4, 2}});
  add("from_covariance",
      [](Tape& tape, Inputs x) {
        const Var covariance = matmul(x[1], transpose(x[1])) + 3 * ones(tape, 2, true);
        return log_prob(MultivariateNormal::from_covariance(x[0], covariance), x[2]);
      },
      {{2}, {2, 2}, {3, 2}});
  add("mean", [](Tape&, Inputs x) { return mean(multivariate(x[0], x[1])); }, {{2}, {3, 2, 2}});
  add("variance", [](Tape&, Inputs x) { return variance(multivariate(x[0], x[1])); }, {{2, 3}, {3, 3}});
  add("covariance", [](Tape&, Inputs x) { return covariance(multivariate(x[0], x[1])); }, {{2}, {2, 2, 2}});
  add("kl_divergence", divergence, {{3}, {3, 3}, {3}, {3, 3}});
  add("kl_divergence, to one of a stack", divergence, {{2}, {3, 2, 2}, {2, 1, 2}, {2, 2}});
  add("kl_divergence, of near ones",
      [](Tape&, Inputs x) {
        const MultivariateNormal p = multivariate(x[0], x[1]);
        return kl_divergence(
            MultivariateNormal(p.loc + Real(0.1) * x[2], p.scale_tril * (1 + Real(0.01) * x[3])), p);
      },
      {{3}, {3, 3}, {3}, {3, 3}});
  add("kl_divergence, aliased",
      [](Tape&, Inputs x) {
        const Var l = factor(x[0]), loc = slice(x[0], 0, 0, 1);
        return kl_divergence(MultivariateNormal(loc, l), MultivariateNormal(2 * loc, l));
      },
      {{2, 2}});
}

void add_discrete(std::vector<GradientCase>& cases) {
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
  // The surrogate: the draw, which a small change of the probabilities leaves alone, moves as they do. They
  // are between 0.23 and 0.46 here, and the two uniform numbers that draw far from where one value ends.
  add("OneHotCategorical/straight_through_sample, plus the constant probabilities",
      [](Tape&, Inputs x) {
        const OneHotCategorical q(Real(0.25) * tanh(x[0]));
        Philox random(11);
        return square(straight_through_sample(q, random) + stop_gradient(mean(q)));
      },
      {{2, 3}});
}

// Moments, and copies along a new axis.
void add_moments(std::vector<GradientCase>& cases) {
  const auto add = [&](const char* name, TensorFunction f, std::vector<Shape> shapes) {
    cases.push_back(tensor_case(std::string("distribution/") + name, std::move(f), std::move(shapes)));
  };
  const Shape shape{3, 2};
  add("Normal/mean", [](Tape&, Inputs x) { return mean(normal(x[0], x[1])); }, {{2}, shape});
  add("Normal/stddev", [](Tape&, Inputs x) { return stddev(normal(x[0], x[1])); }, {shape, {2}});
  add("Normal/variance", [](Tape&, Inputs x) { return variance(normal(x[0], x[1])); }, {shape, {2}});
  add("Normal/repeated", [](Tape&, Inputs x) { return log_prob(normal(x[0], x[1]).repeated(4), x[2]); },
      {{2}, shape, {4, 1, 2}});
  add("DiagonalNormal/mean", [](Tape&, Inputs x) { return mean(DiagonalNormal(normal(x[0], x[1]))); },
      {shape, shape});
  add("DiagonalNormal/stddev", [](Tape&, Inputs x) { return stddev(DiagonalNormal(normal(x[0], x[1]))); },
      {shape, shape});
  add("DiagonalNormal/variance", [](Tape&, Inputs x) { return variance(DiagonalNormal(normal(x[0], x[1]))); },
      {shape, shape});
  add("DiagonalNormal/repeated",
      [](Tape&, Inputs x) { return log_prob(DiagonalNormal(normal(x[0], x[1])).repeated(4), x[2]); },
      {shape, shape, {4, 1, 2}});
  add("MultivariateNormal/stddev", [](Tape&, Inputs x) { return stddev(multivariate(x[0], x[1])); },
      {{2, 3}, {3, 3}});
  add("MultivariateNormal/repeated",
      [](Tape&, Inputs x) { return log_prob(multivariate(x[0], x[1]).repeated(3), x[2]); },
      {{2}, {2, 2, 2}, {3, 1, 2}});
  add("Bernoulli/stddev", [](Tape&, Inputs x) { return stddev(Bernoulli(x[0])); }, {shape});
  add("Bernoulli/repeated", [](Tape&, Inputs x) { return entropy(Bernoulli(x[0]).repeated(3)); }, {shape});
  add("Bernoulli/from_probs", [](Tape&, Inputs x) { return Bernoulli::from_probs(sigmoid(x[0])).logits; },
      {shape});
  add("Categorical/repeated", [](Tape&, Inputs x) { return entropy(Categorical(x[0]).repeated(3)); },
      {shape});
  add("Categorical/from_probs",
      [](Tape&, Inputs x) { return Categorical::from_probs(softmax(x[0], -1)).logits; }, {shape});
  add("log_of_probs", [](Tape&, Inputs x) { return log_of_probs("probs", softmax(x[0], -1)); }, {shape});
  add("OneHotCategorical/stddev", [](Tape&, Inputs x) { return stddev(OneHotCategorical(x[0])); }, {{2, 3}});
  add("OneHotCategorical/repeated",
      [](Tape&, Inputs x) { return entropy(OneHotCategorical(x[0]).repeated(3)); }, {shape});
  add("OneHotCategorical/from_probs",
      [](Tape&, Inputs x) { return OneHotCategorical::from_probs(softmax(x[0], -1)).index.logits; }, {shape});
  add("Bernoulli/straight_through_sample, plus the constant probabilities",
      [](Tape&, Inputs x) {
        const Bernoulli q(Real(0.25) * tanh(x[0]));
        Philox random(12);
        return square(straight_through_sample(q, random) + stop_gradient(mean(q)));
      },
      {{2, 3}});
}

}  // namespace

std::vector<GradientCase> distribution_cases() {
  std::vector<GradientCase> cases;
  const Shape shape{3, 2};
  const auto add = [&](const char* name, TensorFunction f, std::vector<Shape> shapes) {
    cases.push_back(tensor_case(std::string("distribution/") + name, std::move(f), std::move(shapes)));
  };
  add("Normal/log_prob", [](Tape&, Inputs x) { return log_prob(normal(x[0], x[1]), x[2]); },
      {shape, shape, shape});
  add("Normal/log_prob, by scale",
      [](Tape&, Inputs x) { return log_prob(Normal(x[0], softplus(x[1])), x[2]); }, {shape, {2}, shape});
  add("Normal/entropy", [](Tape&, Inputs x) { return entropy(normal(x[0], x[1])); }, {shape, {2}});
  add("Normal/rsample", [](Tape&, Inputs x) { return rsample(normal(x[0], x[1]), x[2]); },
      {shape, shape, shape});
  add("Normal/kl_divergence",
      [](Tape&, Inputs x) { return kl_divergence(normal(x[0], x[1]), normal(x[2], x[3])); },
      {shape, shape, shape, {}});
  // All that a normal distribution consists of.
  add("Normal/from_log_scale",
      [](Tape&, Inputs x) {
        const Normal q = normal(x[0], x[1]);
        return stack({q.loc, q.scale, q.log_scale}, 0);
      },
      {shape, shape});
  add("Normal/from_noise", [](Tape&, Inputs x) { return normal(x[0], x[1]).from_noise(x[2]); },
      {{2}, {3, 1}, shape});
  add("Normal/rsample, by scale", [](Tape&, Inputs x) { return rsample(Normal(x[0], softplus(x[1])), x[2]); },
      {shape, {2}, shape});
  add("Normal/kl_divergence, by scale",
      [](Tape&, Inputs x) {
        return kl_divergence(Normal(x[0], softplus(x[1])), Normal(x[2], softplus(x[3])));
      },
      {shape, {2}, {3, 1}, shape});
  add("DiagonalNormal/log_prob",
      [](Tape&, Inputs x) { return log_prob(DiagonalNormal(normal(x[0], x[1])), x[2]); },
      {shape, shape, shape});
  add("DiagonalNormal/entropy", [](Tape&, Inputs x) { return entropy(DiagonalNormal(normal(x[0], x[1]))); },
      {shape, shape});
  add("DiagonalNormal/rsample",
      [](Tape&, Inputs x) { return rsample(DiagonalNormal(normal(x[0], x[1])), x[2]); },
      {shape, shape, shape});
  add("DiagonalNormal/kl_divergence",
      [](Tape&, Inputs x) {
        return kl_divergence(DiagonalNormal(normal(x[0], x[1])), DiagonalNormal(normal(x[2], x[3])));
      },
      {shape, shape, shape, shape});
  add("DiagonalNormal/from_log_scale",
      [](Tape&, Inputs x) {
        const Normal q = DiagonalNormal::from_log_scale(x[0], x[1]).element;
        return stack({q.loc, q.scale, q.log_scale}, 0);
      },
      {shape, shape});
  add("DiagonalNormal/from_noise",
      [](Tape&, Inputs x) { return DiagonalNormal::from_log_scale(x[0], x[1]).from_noise(x[2]); },
      {shape, shape, shape});
  add("DiagonalNormal/log_prob, by scale",
      [](Tape&, Inputs x) { return log_prob(DiagonalNormal(x[0], softplus(x[1])), x[2]); },
      {shape, {2}, shape});
  // The same Var in two places, and two that share memory.
  add("Normal/kl_divergence, aliased",
      [](Tape&, Inputs x) { return kl_divergence(normal(x[0], x[1]), normal(x[1], x[0])); }, {shape, shape});
  add("Normal/log_prob, overlapping slices",
      [](Tape&, Inputs x) {
        const Var a = slice(x[0], 0, 0, 3), b = slice(x[0], 0, 1, 4);
        return log_prob(normal(a, b), b) + log_prob(normal(b, a), a);
      },
      {{4, 2}});
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
  add_multivariate_normal(cases);
  add_discrete(cases);
  add_moments(cases);
  return cases;
}

}  // namespace doxa
