#include <array>

#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/mixture.h"
#include "doxa/distributions/normal.h"

namespace doxa {

std::vector<GradientCase> mixture_cases() {
  std::vector<GradientCase> cases;
  const auto add = [&](const char* name, TensorFunction f, std::vector<Shape> shapes) {
    cases.push_back(
        tensor_case(std::string("distribution/Mixture/") + name, std::move(f), std::move(shapes)));
  };
  const auto normals = [](Inputs x) {
    return Mixture(Categorical(x[0]), Normal::from_log_scale(x[1], Real(0.5) * x[2]));
  };
  const auto vectors = [](Inputs x) {
    return Mixture(Categorical(x[0]), DiagonalNormal::from_log_scale(x[1], Real(0.5) * x[2]));
  };
  const std::vector<Shape> parameters{{3}, {2, 3}, {2, 3}};
  add("log_prob", [=](Tape&, Inputs x) { return log_prob(normals(x), x[3]); }, {{3}, {2, 3}, {2, 3}, {4, 2}});
  add("log_prob, of vectors", [=](Tape&, Inputs x) { return log_prob(vectors(x), x[3]); },
      {{2, 3}, {2, 3, 2}, {3, 2}, {2, 2}});
  add("log_prob, of indices",
      [](Tape&, Inputs x) {
        return log_prob(Mixture(Categorical(x[0]), Categorical(x[1])), std::array<Index, 2>{3, 1});
      },
      {{3}, {2, 3, 4}});
  add("log_prob, of mixtures",
      [](Tape&, Inputs x) {
        return log_prob(Mixture(Categorical(x[0]), Mixture(Categorical(x[1]), Bernoulli(x[2]))),
                        sigmoid(x[3]));
      },
      {{2}, {3}, {4, 2, 3}, {4}});
  cases.push_back(
      point_case("distribution/Mixture/log_prob, far from all components",
                 [=](Tape& tape, Inputs x) {
                   return log_prob(normals(x), tape.constant(Tensor(Shape{2, 1}, {-60, 40})));
                 },
                 {Tensor(Shape{2}, {0, Real(0.5)}), Tensor(Shape{2}, {-1, 1}), Tensor(Shape{2}, {0, 1})}));
  add("log_joint", [=](Tape&, Inputs x) { return log_joint(normals(x), x[3]); },
      {{3}, {2, 3}, {2, 3}, {4, 2}});
  add("log_responsibilities", [=](Tape&, Inputs x) { return log_responsibilities(normals(x), x[3]); },
      {{3}, {2, 3}, {2, 3}, {4, 2}});
  add(
      "mean", [=](Tape&, Inputs x) { return mean(normals(x)); }, parameters);
  add("mean, of vectors", [=](Tape&, Inputs x) { return mean(vectors(x)); }, {{3}, {2, 3, 2}, {3, 2}});
  add(
      "variance", [=](Tape&, Inputs x) { return variance(normals(x)); }, parameters);
  add("variance, of vectors", [=](Tape&, Inputs x) { return variance(vectors(x)); },
      {{3}, {2, 3, 2}, {3, 2}});
  add(
      "stddev", [=](Tape&, Inputs x) { return stddev(normals(x)); }, parameters);
  add("repeated", [=](Tape&, Inputs x) { return log_prob(normals(x).repeated(4), x[3]); },
      {{3}, {2, 3}, {2, 3}, {4, 2}});
  cases.push_back(tensor_case("distribution/beside_components",
                              [](Tape&, Inputs x) { return mixing::beside_components(x[0], 1) * x[1]; },
                              {{2, 4}, {2, 3, 4}}));
  cases.push_back(tensor_case("distribution/for_components",
                              [](Tape&, Inputs x) {
                                return mixing::for_components(x[0], {2, 4}, {2, 3, 4}, 1) * x[1];
                              },
                              {{2, 4}, {2, 3, 4}}));
  cases.push_back(tensor_case("distribution/beside_events",
                              [](Tape&, Inputs x) { return mixing::beside_events(x[0], 1) * x[1]; },
                              {{2, 3}, {2, 3, 4}}));
  return cases;
}

}  // namespace doxa
