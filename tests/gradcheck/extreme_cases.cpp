// Distributions far out: values 40 scales from the mean, scales of 1e-6 and 1e6, nearly equal pairs, logits
// of hundreds, probabilities next to 0 and 1. The inputs are numbers around 1 that are scaled inside, so that
// a numerical derivative can tell; where it cannot, tests/distributions/extreme_gradients_test.cpp has the
// closed forms.

#include <array>

#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/mixture.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "doxa/distributions/relaxed_one_hot_categorical.h"

namespace doxa {
namespace {

Tensor list(std::initializer_list<Real> x) { return Tensor(Shape{static_cast<Index>(x.size())}, x); }

}  // namespace

std::vector<GradientCase> extreme_cases() {
  std::vector<GradientCase> cases;
  const auto add = [&](const std::string& name, TensorFunction f, std::vector<Tensor> at) {
    cases.push_back(point_case("distribution/" + name, std::move(f), std::move(at)));
  };

  for (const Real s : {Real(1e-6), Real(1e6)}) {
    const std::string where = s < 1 ? ", scale 1e-6" : ", scale 1e6";
    const auto at = [s](Var loc, Var scale) { return Normal(s * loc, s * scale); };
    add("Normal/log_prob, far out" + where,
        [=](Tape&, Inputs x) { return log_prob(at(x[0], x[1]), s * x[2]); },
        {list({0, 1, -1}), list({1, Real(0.5), 2}), list({-40, 21, 79})});
    add("Normal/entropy" + where, [=](Tape&, Inputs x) { return entropy(at(x[0], x[1])); },
        {list({0}), list({Real(1.25)})});
    add("Normal/kl_divergence" + where,
        [=](Tape&, Inputs x) { return kl_divergence(at(x[0], x[1]), at(x[2], x[3])); },
        {list({0, 1}), list({1, Real(0.5)}), list({-1, 3}), list({Real(0.1), 4})});
    add("DiagonalNormal/log_prob, far out" + where,
        [=](Tape&, Inputs x) { return log_prob(DiagonalNormal(at(x[0], x[1])), s * x[2]); },
        {list({0, 1}), list({1, Real(0.5)}), list({-40, 21})});
    const auto multivariate = [=](Inputs x) {
      const Var factor =
          reshape(concat({slice(x[0], 0, 0, 1), 0 * slice(x[0], 0, 0, 1), slice(x[0], 0, 1, 3)}, 0), {2, 2});
      return MultivariateNormal(s * x[1], s * factor);
    };
    add("MultivariateNormal/log_prob, far out" + where,
        [=](Tape&, Inputs x) { return log_prob(multivariate(x), s * x[2]); },
        {list({1, Real(0.5), 2}), list({0, 1}), list({40, -60})});
    add("MultivariateNormal/kl_divergence" + where,
        [=](Tape&, Inputs x) { return kl_divergence(multivariate(x), multivariate(x.subspan(2))); },
        {list({1, Real(0.5), 2}), list({0, 1}), list({Real(0.25), 1, 1}), list({1, -1})});
  }
  add("Normal/kl_divergence, of scales 1e-3 and 1e3",
      [](Tape&, Inputs x) {
        return kl_divergence(Normal(x[0], Real(1e-3) * x[1]), Normal(x[2], Real(1e3) * x[3]));
      },
      {list({1}), list({1}), list({2}), list({Real(1.5)})});

  // The difference of two that are nearly equal is an input of its own.
  const Real close = sizeof(Real) == 8 ? Real(1e-4) : Real(1e-2);
  add("Normal/kl_divergence, nearly equal",
      [=](Tape&, Inputs x) {
        const Normal p(x[0], x[1]);
        return kl_divergence(Normal(p.loc + close * x[2], p.scale * (1 + close * x[3])), p) / (close * close);
      },
      {list({1, -2}), list({2, Real(0.5)}), list({1, 3}), list({-2, 1})});
  add("Bernoulli/kl_divergence, nearly equal",
      [=](Tape&, Inputs x) {
        return kl_divergence(Bernoulli(x[0] + close * x[1]), Bernoulli(x[0])) / (close * close);
      },
      {list({Real(0.5), -3, 2}), list({1, 2, -1})});
  add("Categorical/kl_divergence, nearly equal",
      [=](Tape&, Inputs x) {
        return kl_divergence(Categorical(x[0] + close * x[1]), Categorical(x[0])) / (close * close);
      },
      {list({0, -3, 2}), list({1, 2, -1})});

  for (const Index c : {0, 2}) {
    const std::string value = c == 0 ? ", of a likely value" : ", of an unlikely value";
    add("Categorical/log_prob, logits of hundreds" + value,
        [=](Tape&, Inputs x) { return log_prob(Categorical(100 * x[0]), std::array<Index, 1>{c}); },
        {Tensor(Shape{4}, {3, Real(2.98), -4, Real(2.97)})});
    add("OneHotCategorical/log_prob, logits of hundreds" + value,
        [=](Tape& tape, Inputs x) {
          return log_prob(OneHotCategorical(100 * x[0]), one_hot(tape, std::array<Index, 1>{c}, 4));
        },
        {Tensor(Shape{4}, {3, Real(2.98), -4, Real(2.97)})});
  }
  add("Categorical/entropy, logits of hundreds",
      [](Tape&, Inputs x) { return entropy(Categorical(100 * x[0])); },
      {Tensor(Shape{4}, {3, Real(2.98), -4, Real(2.97)})});
  add("Categorical/kl_divergence, logits of hundreds",
      [](Tape&, Inputs x) { return kl_divergence(Categorical(100 * x[0]), Categorical(100 * x[1])); },
      {Tensor(Shape{3}, {3, Real(2.98), -4}), Tensor(Shape{3}, {Real(-1), Real(-1.02), 2})});
  const Tensor near_one(Shape{2, 3}, {0, -6, -7, -1, 6, 0}), near_another(Shape{2, 3}, {-7, -1, -6, 1, 4, 2});
  add("Categorical/log_prob, next to 1",
      [](Tape&, Inputs x) {
        return log_prob(Categorical(x[0]), std::array<Index, 2>{0, 1});
      },
      {near_one});
  add("Categorical/entropy, next to 1", [](Tape&, Inputs x) { return entropy(Categorical(x[0])); },
      {near_one});
  add("Categorical/kl_divergence, next to 1",
      [](Tape&, Inputs x) { return kl_divergence(Categorical(x[0]), Categorical(x[1])); },
      {near_one, near_another});
  add("Mixture/log_prob, of Categoricals, next to 1",
      [](Tape&, Inputs x) {
        return log_prob(Mixture(Categorical(3 * x[0]), Categorical(x[1])), std::array<Index, 1>{0});
      },
      {list({1, Real(0.2)}), Tensor(Shape{2, 3}, {0, -6, -7, -1, 1, 0})});
  add("Bernoulli/log_prob, logits of hundreds",
      [](Tape& tape, Inputs x) { return log_prob(Bernoulli(100 * x[0]), tape.constant(1)); },
      {list({-3, -6})});
  add("Bernoulli/kl_divergence, logits of hundreds",
      [](Tape&, Inputs x) { return kl_divergence(Bernoulli(100 * x[0]), Bernoulli(100 * x[1])); },
      {list({3, -5}), list({-4, 2})});

  add("RelaxedOneHotCategorical/log_prob_of_logits, far out",
      [](Tape&, Inputs x) { return log_prob_of_logits(RelaxedOneHotCategorical(x[0], x[1]), 100 * x[2]); },
      {list({1, -2, 0}), Tensor(Shape{}, Real(0.1)), list({3, -4, 2})});
  add("RelaxedOneHotCategorical/from_noise, cold",
      [](Tape&, Inputs x) { return RelaxedOneHotCategorical(x[0], Real(0.1) * x[1]).from_noise(x[2]); },
      {list({1, Real(0.9), 0}), Tensor(Shape{}, Real(1)), list({0, Real(0.2), 1})});
  return cases;
}

}  // namespace doxa
