#include "cases.h"
#include "doxa/autograd/ops.h"
#include "doxa/distributions/multivariate_normal.h"

namespace doxa {
namespace {

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

}  // namespace

std::vector<GradientCase> multivariate_normal_cases() {
  std::vector<GradientCase> cases;
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
  add("stddev", [](Tape&, Inputs x) { return stddev(multivariate(x[0], x[1])); }, {{2, 3}, {3, 3}});
  add("repeated", [](Tape&, Inputs x) { return log_prob(multivariate(x[0], x[1]).repeated(3), x[2]); },
      {{2}, {2, 2, 2}, {3, 1, 2}});
  return cases;
}

}  // namespace doxa
