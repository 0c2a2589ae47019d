#include <array>

#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/mixture.h"
#include "doxa/distributions/normal.h"

namespace doxa {

std::vector<GradientCase> mixture_cases() {
  Cases cases{"distribution/"};
  const auto normals = [](Inputs x) {
    const Var log_scale = Real(0.5) * x[2];
    return Mixture(Categorical(x[0]), Normal::from_log_scale(x[1], log_scale));
  };
  const auto vectors = [](Inputs x) {
    return Mixture(Categorical(x[0]), DiagonalNormal::from_log_scale(x[1], Real(0.5) * x[2]));
  };
  const std::vector<Shape> parameters{{3}, {2, 3}, {2, 3}}, at_values{{3}, {2, 3}, {2, 3}, {4, 2}};
  cases.add("Mixture/log_prob", at_values, [=](Inputs x) { return log_prob(normals(x), x[3]); });
  cases.add("Mixture/log_prob, of vectors", {{2, 3}, {2, 3, 2}, {3, 2}, {2, 2}},
            [=](Inputs x) { return log_prob(vectors(x), x[3]); });
  cases.add("Mixture/log_prob, of indices", {{3}, {2, 3, 4}}, [](Var x, Var y) {
    return log_prob(Mixture(Categorical(x), Categorical(y)), std::array<Index, 2>{3, 1});
  });
  cases.add("Mixture/log_prob, of mixtures", {{2}, {3}, {4, 2, 3}, {4}}, [](Inputs x) {
    const Var value = sigmoid(x[3]);
    return log_prob(Mixture(Categorical(x[0]), Mixture(Categorical(x[1]), Bernoulli(x[2]))), value);
  });
  cases.add_at("Mixture/log_prob, far from all components",
               {Tensor(Shape{2}, {0, Real(0.5)}), Tensor(Shape{2}, {-1, 1}), Tensor(Shape{2}, {0, 1})},
               [=](Tape& tape, Inputs x) {
                 const auto q = normals(x);
                 return log_prob(q, tape.constant({2, 1}, {-60, 40}));
               });
  cases.add("Mixture/log_joint", at_values, [=](Inputs x) { return log_joint(normals(x), x[3]); });
  cases.add("Mixture/log_responsibilities", at_values,
            [=](Inputs x) { return log_responsibilities(normals(x), x[3]); });
  cases.add("Mixture/mean", parameters, [=](Inputs x) { return mean(normals(x)); });
  cases.add("Mixture/mean, of vectors", {{3}, {2, 3, 2}, {3, 2}}, [=](Inputs x) { return mean(vectors(x)); });
  cases.add("Mixture/variance", parameters, [=](Inputs x) { return variance(normals(x)); });
  cases.add("Mixture/variance, of vectors", {{3}, {2, 3, 2}, {3, 2}},
            [=](Inputs x) { return variance(vectors(x)); });
  cases.add("Mixture/stddev", parameters, [=](Inputs x) { return stddev(normals(x)); });
  cases.add("Mixture/repeated", at_values, [=](Inputs x) { return log_prob(normals(x).repeated(4), x[3]); });
  // Weights of which one is 0, whatever the input.
  const auto with_a_zero = [](Var x) {
    return Categorical::from_probs(concat({softmax(x, -1), x.tape().constant(Shape{1}, Real{0})}, 0));
  };
  cases.add("Mixture/log_prob, a weight of 0", {{2}, {4, 3}}, [=](Var x, Var y) {
    const Categorical weights = with_a_zero(x);
    const Mixture q(weights, Normal(y, y.tape().constant(1)));
    return log_prob(q, y.tape().constant(Real(0.3)));
  });
  cases.add("Mixture/log_responsibilities, a weight of 0", {{2}, {4, 3}}, [=](Var x, Var y) {
    const Categorical weights = with_a_zero(x);
    const Mixture q(weights, Normal(y, y.tape().constant(1)));
    return slice(log_responsibilities(q, y.tape().constant(Real(0.3))), 1, 0, 2);
  });
  cases.add("Mixture/log_densities", at_values, [=](Inputs x) { return log_densities(normals(x), x[3]); });
  cases.add("Categorical/log_marginal", {{3}, {2, 3}},
            [](Var x, Var y) { return mixing::log_marginal(Categorical(x), y); });
  cases.add("Categorical/log_shares", {{3}, {2, 3}},
            [](Var x, Var y) { return mixing::log_shares(Categorical(x), y); });
  cases.add("beside_components", {{2, 4}, {2, 3, 4}},
            [](Var x, Var y) { return mixing::beside_components(x, 1) * y; });
  cases.add("for_components", {{2, 4}, {2, 3, 4}}, [](Var x, Var y) {
    return mixing::for_components(x, {2, 4}, {2, 3, 4}, 1) * y;
  });
  cases.add("beside_events", {{2, 3}, {2, 3, 4}},
            [](Var x, Var y) { return mixing::beside_events(x, 1) * y; });
  return cases.all;
}

}  // namespace doxa
