#pragma once

#include <span>

#include "doxa/autograd/random.h"
#include "doxa/models/numerics/mean_estimate.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

struct EntropyRateOptions {
  std::size_t burn_in = 200;       ///< n: steps of each trajectory that are left out
  std::size_t horizon = 1000;      ///< T: steps of each trajectory that count
  std::size_t trajectories = 100;  ///< N
};

/// The mean surprise per step of the exact filter, in nats, in the long run, when actions are drawn from an
/// open-loop policy π, [A]. No other predictor has less:
///
///     lim h_k,   h_k = E[-log p(o_k | o_{<k}, a_{<k})] = E[H(p(· | o_{<k}, a_{<k}))].
///
/// It is estimated by the mean of the second form over steps n+1 … n+T of N simulated trajectories: the
/// entropy of the predictive distribution has the same expectation as -log p(o_k | …) and a smaller variance.
/// The estimate of (h_{n+1} + … + h_{n+T}) / T is unbiased. For n = 0 that is the entropy of T observations,
/// causally conditioned on the actions, divided by T. How near it is to the limit depends on how fast the
/// model forgets its start; a larger n helps. The standard error comes from the spread between trajectories.
/// These are independent, so that nothing is assumed about how fast the model mixes: a model that never does
/// (a state that is drawn once and stays) is averaged over its start.
///
/// Throws std::invalid_argument for a horizon of 0 or less than two trajectories, and as `simulate` does.
/// Source: Cover & Thomas, "Elements of Information Theory", 2nd ed. (2006), sections 4.2 and 4.5; causal
/// conditioning: Kramer, "Directed Information for Channels with Feedback", ETH Zürich (1998), chapter 3.
MeanEstimate entropy_rate(const Pomdp& m, std::span<const double> policy, const EntropyRateOptions& options,
                          Philox& random);

}  // namespace doxa
