#pragma once

#include <algorithm>
#include <concepts>
#include <vector>

#include "doxa/distributions/distribution.h"

namespace doxa {

/// Means over n independent samples x_i and their standard errors √(Σ (x_i - mean)² / (n (n - 1))), one of
/// each for every event of a batch. It is not the MeanEstimate of models/numerics, which is the mean of one
/// list of numbers in double.
struct MonteCarloEstimate {
  Tensor mean, standard_error;
};

/// The running means and sums of squares of Welford (Technometrics 4(3), 1962) for all events of a batch, in
/// double precision.
class RunningMoments {
 public:
  /// Adds the samples along the first axis. The other axes must have the same shape in every call.
  void add(Var samples);
  /// Where a sample was infinite, the mean is infinite and its standard error 0: one infinite sample is
  /// enough to know that a divergence is infinite. Throws std::logic_error for fewer than two samples.
  MonteCarloEstimate estimate() const;

 private:
  Shape shape_;
  Index count_ = 0;
  std::vector<double> mean_, squares_;
};

/// Throws std::invalid_argument naming `what` for fewer than `least` samples.
void check_sample_count(const char* what, Index samples, Index least);

/// KL(q‖p) = E_q[log q(x) - log p(x)] for any two distributions with values of the same type, whether or not
/// it has a closed form. One estimate for each event of q, without gradient. The parameters of p broadcast to
/// draws of q. Throws std::invalid_argument for fewer than two samples.
template <Distribution Q, Distribution P>
MonteCarloEstimate monte_carlo_kl(const Q& q, const P& p, Index samples, Philox& random) {
  static_assert(std::same_as<typename Q::Value, typename P::Value>,
                "monte_carlo_kl: the two distributions have values of different types");
  check_sample_count("monte_carlo_kl", samples, 2);
  const Index numbers_at_once = 1 << 14;
  const Index most = std::max<Index>(1, numbers_at_once / std::max<Index>(1, q.shape().size()));
  RunningMoments moments;
  for (Index done = 0; done < samples;) {
    const Index n = std::min(most, samples - done);
    const Evaluation evaluation(q.tape());
    const Q copies = q.repeated(n);
    const auto x = sample(copies, random);
    Var log_p;
    if constexpr (std::same_as<typename P::Value, Var>)
      log_p = log_prob(p, x);
    else  // a list of indices needs a row of parameters for each
      log_p = log_prob(p.repeated(n), x);
    moments.add(log_prob(copies, x) - log_p);
    done += n;
  }
  return moments.estimate();
}

}  // namespace doxa
