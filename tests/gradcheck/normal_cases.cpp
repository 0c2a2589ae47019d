#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/normal.h"

namespace doxa {
namespace {

Normal normal(Var loc, Var log_scale) { return Normal::from_log_scale(loc, log_scale); }
Normal by_scale(Var loc, Var x) { return Normal(loc, softplus(x)); }
DiagonalNormal diagonal(Var loc, Var log_scale) { return DiagonalNormal(normal(loc, log_scale)); }

}  // namespace

std::vector<GradientCase> normal_cases() {
  Cases cases{"distribution/"};
  const Shape shape{3, 2};
  cases.add("Normal/log_prob", {shape, shape, shape},
            [](Inputs x) { return log_prob(normal(x[0], x[1]), x[2]); });
  cases.add("Normal/log_prob, by scale", {shape, {2}, shape},
            [](Inputs x) { return log_prob(by_scale(x[0], x[1]), x[2]); });
  cases.add("Normal/cdf", {shape, shape, shape}, [](Inputs x) { return cdf(normal(x[0], x[1]), x[2]); });
  cases.add("Normal/cdf, by scale", {shape, {2}, {3, 1}}, [](Inputs x) {
    const Normal q = by_scale(x[0], x[1]);
    return cdf(q, broadcast_to(x[2], {3, 2}));
  });
  cases.add("Normal/log_cdf", {shape, shape, shape},
            [](Inputs x) { return log_cdf(normal(x[0], x[1]), x[2]); });
  cases.add("Normal/log_cdf, one normal", {{}, {1}, shape},
            [](Inputs x) { return log_cdf(by_scale(x[0], x[1]), x[2]); });
  cases.add("Normal/entropy", {shape, {2}}, [](Var x, Var y) { return entropy(normal(x, y)); });
  cases.add("Normal/rsample", {shape, shape, shape},
            [](Inputs x) { return rsample(normal(x[0], x[1]), x[2]); });
  cases.add("Normal/kl_divergence", {shape, shape, shape, {}}, [](Inputs x) {
    const auto q = normal(x[0], x[1]), p = normal(x[2], x[3]);
    return kl_divergence(q, p);
  });
  // All that a normal distribution consists of.
  cases.add("Normal/from_log_scale", {shape, shape}, [](Var x, Var y) {
    const Normal q = normal(x, y);
    return stack({q.loc, q.scale, q.log_scale}, 0);
  });
  cases.add("Normal/from_noise", {{2}, {3, 1}, shape},
            [](Inputs x) { return normal(x[0], x[1]).from_noise(x[2]); });
  cases.add("Normal/rsample, by scale", {shape, {2}, shape},
            [](Inputs x) { return rsample(by_scale(x[0], x[1]), x[2]); });
  cases.add("Normal/kl_divergence, by scale", {shape, {2}, {3, 1}, shape}, [](Inputs x) {
    const auto q = by_scale(x[0], x[1]), p = by_scale(x[2], x[3]);
    return kl_divergence(q, p);
  });
  cases.add("DiagonalNormal/log_prob", {shape, shape, shape},
            [](Inputs x) { return log_prob(diagonal(x[0], x[1]), x[2]); });
  cases.add("DiagonalNormal/entropy", {shape, shape}, [](Var x, Var y) { return entropy(diagonal(x, y)); });
  cases.add("DiagonalNormal/rsample", {shape, shape, shape},
            [](Inputs x) { return rsample(diagonal(x[0], x[1]), x[2]); });
  cases.add("DiagonalNormal/kl_divergence", {shape, shape, shape, shape}, [](Inputs x) {
    const auto q = diagonal(x[0], x[1]), p = diagonal(x[2], x[3]);
    return kl_divergence(q, p);
  });
  cases.add("DiagonalNormal/from_log_scale", {shape, shape}, [](Var x, Var y) {
    const Normal q = DiagonalNormal::from_log_scale(x, y).element;
    return stack({q.loc, q.scale, q.log_scale}, 0);
  });
  cases.add("DiagonalNormal/from_halves", {{3, 4}}, [](Var x) {
    const Normal q = DiagonalNormal::from_halves(x).element;
    return stack({q.loc, q.scale, q.log_scale}, 0);
  });
  cases.add("DiagonalNormal/from_noise", {shape, shape, shape},
            [](Inputs x) { return DiagonalNormal::from_log_scale(x[0], x[1]).from_noise(x[2]); });
  cases.add("DiagonalNormal/log_prob, by scale", {shape, {2}, shape},
            [](Inputs x) { return log_prob(DiagonalNormal(x[0], softplus(x[1])), x[2]); });
  // The same Var in two places, and two that share memory.
  cases.add("Normal/kl_divergence, aliased", {shape, shape}, [](Var x, Var y) {
    const auto q = normal(x, y), p = normal(y, x);
    return kl_divergence(q, p);
  });
  cases.add("Normal/log_prob, overlapping slices", {{4, 2}}, [](Var x) {
    const Var a = slice(x, 0, 0, 3), b = slice(x, 0, 1, 4);
    const Var one = log_prob(normal(a, b), b), other = log_prob(normal(b, a), a);
    return one + other;
  });
  cases.add("Normal/mean", {{2}, shape}, [](Var x, Var y) { return mean(normal(x, y)); });
  cases.add("Normal/stddev", {shape, {2}}, [](Var x, Var y) { return stddev(normal(x, y)); });
  cases.add("Normal/variance", {shape, {2}}, [](Var x, Var y) { return variance(normal(x, y)); });
  cases.add("Normal/repeated", {{2}, shape, {4, 1, 2}},
            [](Inputs x) { return log_prob(normal(x[0], x[1]).repeated(4), x[2]); });
  cases.add("DiagonalNormal/mean", {shape, shape}, [](Var x, Var y) { return mean(diagonal(x, y)); });
  cases.add("DiagonalNormal/stddev", {shape, shape}, [](Var x, Var y) { return stddev(diagonal(x, y)); });
  cases.add("DiagonalNormal/variance", {shape, shape}, [](Var x, Var y) { return variance(diagonal(x, y)); });
  cases.add("DiagonalNormal/repeated", {shape, shape, {4, 1, 2}},
            [](Inputs x) { return log_prob(diagonal(x[0], x[1]).repeated(4), x[2]); });
  return cases.all;
}

}  // namespace doxa
