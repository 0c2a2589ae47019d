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
  Cases cases{"distribution/"};

  for (const Real s : {Real(1e-6), Real(1e6)}) {
    const std::string where = s < 1 ? ", scale 1e-6" : ", scale 1e6";
    const auto at = [s](Var loc, Var scale) { return Normal{s * loc, s * scale}; };
    cases.add_at("Normal/log_prob, far out" + where,
                 {list({0, 1, -1}), list({1, Real(0.5), 2}), list({-40, 21, 79})}, [=](Inputs x) {
                   const Normal q = at(x[0], x[1]);
                   return log_prob(q, s * x[2]);
                 });
    cases.add_at("Normal/log_cdf, far out" + where,
                 {list({0, 1, -1, 2}), list({1, Real(0.5), 2, 1}), list({-40, -21, -9, 4})}, [=](Inputs x) {
                   const Normal q = at(x[0], x[1]);
                   return log_cdf(q, s * x[2]);
                 });
    cases.add_at("Normal/entropy" + where, {list({0}), list({Real(1.25)})},
                 [=](Var x, Var y) { return entropy(at(x, y)); });
    cases.add_at("Normal/kl_divergence" + where,
                 {list({0, 1}), list({1, Real(0.5)}), list({-1, 3}), list({Real(0.1), 4})}, [=](Inputs x) {
                   const auto q = at(x[0], x[1]), p = at(x[2], x[3]);
                   return kl_divergence(q, p);
                 });
    cases.add_at("DiagonalNormal/log_prob, far out" + where,
                 {list({0, 1}), list({1, Real(0.5)}), list({-40, 21})}, [=](Inputs x) {
                   const DiagonalNormal q(at(x[0], x[1]));
                   return log_prob(q, s * x[2]);
                 });
    const auto multivariate = [=](Var x, Var loc) {
      const Var factor =
          reshape(concat({slice(x, 0, 0, 1), 0 * slice(x, 0, 0, 1), slice(x, 0, 1, 3)}, 0), {2, 2});
      return MultivariateNormal{s * loc, s * factor};
    };
    cases.add_at("MultivariateNormal/log_prob, far out" + where,
                 {list({1, Real(0.5), 2}), list({0, 1}), list({40, -60})}, [=](Inputs x) {
                   const MultivariateNormal q = multivariate(x[0], x[1]);
                   return log_prob(q, s * x[2]);
                 });
    cases.add_at("MultivariateNormal/kl_divergence" + where,
                 {list({1, Real(0.5), 2}), list({0, 1}), list({Real(0.25), 1, 1}), list({1, -1})},
                 [=](Inputs x) {
                   const auto q = multivariate(x[0], x[1]), p = multivariate(x[2], x[3]);
                   return kl_divergence(q, p);
                 });
  }
  cases.add_at("Normal/kl_divergence, of scales 1e-3 and 1e3",
               {list({1}), list({1}), list({2}), list({Real(1.5)})}, [](Inputs x) {
                 const auto q = Normal(x[0], Real(1e-3) * x[1]), p = Normal(x[2], Real(1e3) * x[3]);
                 return kl_divergence(q, p);
               });

  // The difference of two that are nearly equal is an input of its own.
  const Real close = sizeof(Real) == 8 ? Real(1e-4) : Real(1e-2);
  cases.add_at("Normal/kl_divergence, nearly equal",
               {list({1, -2}), list({2, Real(0.5)}), list({1, 3}), list({-2, 1})}, [=](Inputs x) {
                 const Normal p(x[0], x[1]);
                 const Normal q{p.loc + close * x[2], p.scale * (1 + close * x[3])};
                 return kl_divergence(q, p) / (close * close);
               });
  cases.add_at("Bernoulli/kl_divergence, nearly equal", {list({Real(0.5), -3, 2}), list({1, 2, -1})},
               [=](Var x, Var y) {
                 const Bernoulli q(x + close * y);
                 return kl_divergence(q, Bernoulli(x)) / (close * close);
               });
  cases.add_at("Categorical/kl_divergence, nearly equal", {list({0, -3, 2}), list({1, 2, -1})},
               [=](Var x, Var y) {
                 const Categorical q(x + close * y);
                 return kl_divergence(q, Categorical(x)) / (close * close);
               });

  const Tensor hundreds = list({3, Real(2.98), -4, Real(2.97)});  // divided by 100
  for (const Index c : {0, 2}) {
    const std::string value = c == 0 ? ", of a likely value" : ", of an unlikely value";
    cases.add_at("Categorical/log_prob, logits of hundreds" + value, {hundreds},
                 [=](Var x) { return log_prob(Categorical(100 * x), std::array<Index, 1>{c}); });
    cases.add_at("OneHotCategorical/log_prob, logits of hundreds" + value, {hundreds},
                 [=](Tape& tape, Inputs x) {
                   const OneHotCategorical q(100 * x[0]);
                   return log_prob(q, one_hot(tape, std::array<Index, 1>{c}, 4));
                 });
  }
  cases.add_at("Categorical/entropy, logits of hundreds", {hundreds},
               [](Var x) { return entropy(Categorical(100 * x)); });
  cases.add_at("Categorical/kl_divergence, logits of hundreds",
               {list({3, Real(2.98), -4}), list({-1, Real(-1.02), 2})}, [](Var x, Var y) {
                 const auto q = Categorical(100 * x), p = Categorical(100 * y);
                 return kl_divergence(q, p);
               });
  const Tensor near_one(Shape{2, 3}, {0, -6, -7, -1, 6, 0}), near_another(Shape{2, 3}, {-7, -1, -6, 1, 4, 2});
  cases.add_at("Categorical/log_prob, next to 1", {near_one}, [](Var x) {
    return log_prob(Categorical(x), std::array<Index, 2>{0, 1});
  });
  cases.add_at("Categorical/entropy, next to 1", {near_one}, [](Var x) { return entropy(Categorical(x)); });
  cases.add_at("Categorical/kl_divergence, next to 1", {near_one, near_another}, [](Var x, Var y) {
    const auto q = Categorical(x), p = Categorical(y);
    return kl_divergence(q, p);
  });
  cases.add_at("Mixture/log_prob, of Categoricals, next to 1",
               {list({1, Real(0.2)}), Tensor(Shape{2, 3}, {0, -6, -7, -1, 1, 0})}, [](Var x, Var y) {
                 return log_prob(Mixture(Categorical(3 * x), Categorical(y)), std::array<Index, 1>{0});
               });
  cases.add_at("Bernoulli/log_prob, logits of hundreds", {list({-3, -6})}, [](Tape& tape, Inputs x) {
    const Bernoulli q(100 * x[0]);
    return log_prob(q, tape.constant(1));
  });
  cases.add_at("Bernoulli/kl_divergence, logits of hundreds", {list({3, -5}), list({-4, 2})},
               [](Var x, Var y) {
                 const auto q = Bernoulli(100 * x), p = Bernoulli(100 * y);
                 return kl_divergence(q, p);
               });

  cases.add_at("RelaxedOneHotCategorical/log_prob_of_logits, far out",
               {list({1, -2, 0}), Tensor(Shape{}, Real(0.1)), list({3, -4, 2})}, [](Inputs x) {
                 const RelaxedOneHotCategorical q(x[0], x[1]);
                 return log_prob_of_logits(q, 100 * x[2]);
               });
  cases.add_at("RelaxedOneHotCategorical/from_noise, cold",
               {list({1, Real(0.9), 0}), Tensor(Shape{}, Real(1)), list({0, Real(0.2), 1})},
               [](Inputs x) { return RelaxedOneHotCategorical(x[0], Real(0.1) * x[1]).from_noise(x[2]); });
  return cases.all;
}

}  // namespace doxa
