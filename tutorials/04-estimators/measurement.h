#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "doxa/distributions/estimators.h"

namespace doxa {

/// The first two moments of a gradient estimate, parameter by parameter, each with its standard error.
struct Moments {
  std::vector<double> mean, mean_error, variance, variance_error;
};

/// For each parameter the sums Σ (x - origin)^k, k = 1 … 4, of the gradients x added so far, the origin
/// being the first of them: enough for four moments.
class GradientSamples {
 public:
  explicit GradientSamples(std::size_t parameters) : origin_(parameters), powers_(parameters) {}
  void add(std::span<const Real> gradient);  ///< of every parameter
  Moments moments() const;

 private:
  std::vector<double> origin_;
  std::vector<std::array<double, 4>> powers_;
  double count_ = 0;
};

/// How often a measurement is repeated.
struct Repetitions {
  Index count = 100'000;
  Index at_once = 1000;  ///< as events of one batch: each has parameters, and so a gradient, of its own
  Index unused = 0;      ///< calls before the first that counts, for a baseline that has to learn
};

/// Moments of the estimate of ∇E_q[f], q = make_q(parameters) for parameters of shape [events,
/// parameters.size()].
template <class MakeQ, class F, class Estimator>
Moments measure(const std::vector<double>& parameters, MakeQ make_q, F f, Estimator estimator,
                const Repetitions& repetitions, Philox& random) {
  const auto size = static_cast<Index>(parameters.size());
  GradientSamples samples(parameters.size());
  Tensor rows(Shape{repetitions.at_once, size});
  for (Index i = 0; i < rows.size(); ++i)
    rows[i] = static_cast<Real>(parameters[static_cast<std::size_t>(i % size)]);
  Tape tape;
  for (Index call = -repetitions.unused; call < repetitions.count / repetitions.at_once; ++call) {
    tape.clear();
    const Var all = tape.variable(rows);
    tape.backward(sum(expectation(make_q(all), f, estimator, random)));  // (04.1)
    const std::span<const Real> gradient = all.adjoint();
    if (call >= 0)
      for (std::size_t at = 0; at < gradient.size(); at += parameters.size())
        samples.add(gradient.subspan(at, parameters.size()));
  }
  return samples.moments();
}

}  // namespace doxa
