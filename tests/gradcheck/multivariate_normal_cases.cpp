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
  const Var below = ones(x.tape(), n, false), diagonal = ones(x.tape(), n, true), lower = x * below;
  return lower + exp(Real(0.5) * x) * diagonal;
}

MultivariateNormal multivariate(Var loc, Var x) { return MultivariateNormal(loc, factor(x)); }

}  // namespace

std::vector<GradientCase> multivariate_normal_cases() {
  Cases cases{"distribution/MultivariateNormal/"};
  const auto log_density = [](Inputs x) { return log_prob(multivariate(x[0], x[1]), x[2]); };
  const auto draw = [](Inputs x) { return rsample(multivariate(x[0], x[1]), x[2]); };
  const auto divergence = [](Inputs x) {
    const auto q = multivariate(x[0], x[1]), p = multivariate(x[2], x[3]);
    return kl_divergence(q, p);
  };
  cases.add("log_prob", {{3}, {3, 3}, {3}}, log_density);
  cases.add("log_prob, of many values", {{2}, {2, 2}, {2, 3, 2}}, log_density);
  cases.add("log_prob, of a stack", {{3}, {2, 3, 3}, {2, 2, 3}}, log_density);
  cases.add("entropy", {{2, 3}, {3, 3}}, [](Var x, Var y) { return entropy(multivariate(x, y)); });
  cases.add("rsample", {{2, 3}, {3, 3}, {3}}, draw);
  cases.add("rsample, of a stack", {{2}, {3, 2, 2}, {2, 3, 2}}, draw);
  cases.add("from_noise", {{2}, {2, 2}, {4, 2}},
            [](Inputs x) { return multivariate(x[0], x[1]).from_noise(x[2]); });
  cases.add("from_covariance", {{2}, {2, 2}, {3, 2}}, [](Tape& tape, Inputs x) {
    const Var gram = matmul(x[1], transpose(x[1])), covariance = gram + 3 * ones(tape, 2, true);
    return log_prob(MultivariateNormal::from_covariance(x[0], covariance), x[2]);
  });
  cases.add("mean", {{2}, {3, 2, 2}}, [](Var x, Var y) { return mean(multivariate(x, y)); });
  cases.add("variance", {{2, 3}, {3, 3}}, [](Var x, Var y) { return variance(multivariate(x, y)); });
  cases.add("covariance", {{2}, {2, 2, 2}}, [](Var x, Var y) { return covariance(multivariate(x, y)); });
  cases.add("kl_divergence", {{3}, {3, 3}, {3}, {3, 3}}, divergence);
  cases.add("kl_divergence, to one of a stack", {{2}, {3, 2, 2}, {2, 1, 2}, {2, 2}}, divergence);
  cases.add("kl_divergence, of near ones", {{3}, {3, 3}, {3}, {3, 3}}, [](Inputs x) {
    const MultivariateNormal p = multivariate(x[0], x[1]);
    const MultivariateNormal q{p.loc + Real(0.1) * x[2], p.scale_tril * (1 + Real(0.01) * x[3])};
    return kl_divergence(q, p);
  });
  cases.add("kl_divergence, aliased", {{2, 2}}, [](Var x) {
    const Var l = factor(x), loc = slice(x, 0, 0, 1);
    const auto q = MultivariateNormal(loc, l), p = MultivariateNormal(2 * loc, l);
    return kl_divergence(q, p);
  });
  cases.add("stddev", {{2, 3}, {3, 3}}, [](Var x, Var y) { return stddev(multivariate(x, y)); });
  cases.add("repeated", {{2}, {2, 2, 2}, {3, 1, 2}},
            [](Inputs x) { return log_prob(multivariate(x[0], x[1]).repeated(3), x[2]); });
  return cases.all;
}

}  // namespace doxa
