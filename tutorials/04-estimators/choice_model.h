#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "doxa/distributions/one_hot_categorical.h"

namespace doxa {

using Triple = std::array<double, 3>;
inline double length(const Triple& v) { return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }
inline double total(const Triple& v) { return v[0] + v[1] + v[2]; }
inline Triple minus(const Triple& a, const Triple& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

/// A latent choice z among three, one-hot, and a datum x that is a normal number around the one chosen:
/// p(z) = π·z, p(x | z) = N(x; w·z, s²). Its posterior is known, and so is the bound V = E_q[log p(x, z) -
/// log q(z)].
struct ChoiceModel {
  Triple prior{0.5, 0.3, 0.2}, w{-1.5, 0.2, 2};
  double x = 0.9, s = 0.8;

  Triple posterior() const;
  double log_evidence() const;
  Triple log_joint() const;  ///< log p(x, z) of the three values
  /// log p(x, z) - log q(z) for draws z [.., events, 3], which need not be one-hot: then it is what the
  /// formula says there. Through q no gradient passes, for an exact draw its expectation being 0, (04.3).
  Var log_weight(Var z, const OneHotCategorical& q) const;
};

Triple softmax_of(const Triple& logits);
double kl(const Triple& q, const Triple& p);  ///< Σ q_i log(q_i / p_i)

/// First and second moments of one draw's gradient by the logits.
struct ExactMoments {
  Triple mean{}, variance{};
};

Triple gradient_of_bound(const ChoiceModel& model, const Triple& logits);  ///< (04.14)
/// (04.4) Of (f - b) (z - p), by summing over z; of the mean of n draws with b = the mean of the others,
/// (04.7); and with b = a running mean, (04.8).
ExactMoments score_function(const ChoiceModel& model, const Triple& logits, double b);
ExactMoments leave_one_out(const ChoiceModel& model, const Triple& logits, double n);
ExactMoments about_running_mean(const ChoiceModel& model, const Triple& logits, double decay, double n);
/// Of (04.15), J(p) ∂f/∂z at a draw z: (04.16) and its variance.
ExactMoments straight_through_moments(const ChoiceModel& model, const Triple& logits);
/// Of J(z) ∂f/∂z / τ at the relaxed z of (04.17), (04.18), by the trapezoid rule over (04.21).
ExactMoments gumbel_softmax_moments(const ChoiceModel& model, const Triple& logits, double temperature);
/// Does the quadrature add up to 1? The sum of the weights.
double gumbel_mass(double temperature);
/// Of J(z) ∂f/∂z̄ / τ with the slope at the corner z̄ that is nearest to z.
ExactMoments straight_through_gumbel_moments(const ChoiceModel& model, const Triple& logits,
                                             double temperature);
/// The probability of each nearest corner by that quadrature, which is p.
Triple nearest_corner_mass(const Triple& logits);

}  // namespace doxa
