#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/normal.h"

namespace doxa {
namespace {

Normal normal(Var loc, Var log_scale) { return Normal::from_log_scale(loc, log_scale); }

}  // namespace

std::vector<GradientCase> normal_cases() {
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
  add("DiagonalNormal/from_halves",
      [](Tape&, Inputs x) {
        const Normal q = DiagonalNormal::from_halves(x[0]).element;
        return stack({q.loc, q.scale, q.log_scale}, 0);
      },
      {{3, 4}});
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
  return cases;
}

}  // namespace doxa
