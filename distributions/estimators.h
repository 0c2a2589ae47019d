#pragma once

#include <concepts>
#include <type_traits>
#include <variant>

#include "doxa/distributions/distribution.h"
#include "doxa/distributions/monte_carlo.h"
#include "doxa/distributions/relaxed_one_hot_categorical.h"

namespace doxa {

/// A baseline is what a score-function estimator subtracts from f(z) before it multiplies by the score
/// ∇ log q(z). Because E_q[∇ log q(z)] = 0, a baseline that does not depend on its own draw does not change
/// the expectation, but it changes the variance (Williams, Machine Learning 8, 1992, section 4). This one is
/// a constant.
struct ConstantBaseline {
  Real value = 0;
};

/// The exponentially weighted mean of f over the calls before this one,
///   Σ_k decay^(k-1) f̄_(t-k) / Σ_k decay^(k-1) with k = 1 … t - 1
/// for call t, where f̄ is the mean over draws and events. In the first call the baseline is 0. The object
/// must live as long as the training.
struct RunningMeanBaseline {
  Real decay = Real(0.9);
  double weighted_sum = 0, weight = 0;  ///< of the means so far

  Real value() const { return weight > 0 ? static_cast<Real>(weighted_sum / weight) : 0; }
};

/// For each draw the mean of f over the other draws of the same call, b_i = Σ_(j≠i) f_j / (n - 1) (Kool, van
/// Hoof & Welling, "Buy 4 REINFORCE samples, get a baseline for free!", ICLR workshop 2019). It needs at
/// least two draws.
struct LeaveOneOutBaseline {};

using Baseline = std::variant<ConstantBaseline, RunningMeanBaseline, LeaveOneOutBaseline>;

struct ScoreFunction;

/// An estimate of F = E_q[f(z)] for each event of q, [events …]. Its backward pass estimates ∇F with respect
/// to everything that q and f are computed from. The estimator says how, and to change it is to change one
/// word:
///
///   const auto f = [&](Var z, const auto& q_z) { return log_joint(z) - log_prob(q_z, z); };
///   const Var bound =
///       expectation(q, f, ScoreFunction{.samples = 8, .baseline = LeaveOneOutBaseline{}}, random);
///
/// f is called once with n draws, z of shape [n, events …, event], and returns a number for each,
/// [n, events …]. The events of a batch are separate problems: f at one event must not depend on the z of
/// another. (For a Bernoulli every element is an event.) If f takes a second argument, it is given
/// q.repeated(n), from which it can compute log q(z).
///
/// Not every estimator suits every distribution and every f:
///
///   estimator          distribution                f must be
///   ScoreFunction      any                         anything
///   Reparametrisation  Reparametrised              differentiable
///   PathDerivative     Reparametrised              differentiable, f(z) = h(z) + c log q(z) with a constant c
///   StraightThrough    OneHotCategorical,          differentiable between the values
///                      Bernoulli
///   GumbelSoftmax      OneHotCategorical           defined and differentiable inside the simplex
///   Enumeration        FiniteSupport               anything
///
/// Enumeration is exact. ScoreFunction, Reparametrisation and PathDerivative are unbiased. StraightThrough is
/// unbiased only if f is linear in z, and GumbelSoftmax only in the limit of temperature 0.
///
/// An estimator that does not suit the distribution does not compile. Throws std::invalid_argument if f
/// returns another shape, for fewer samples than the estimator needs, and for a running mean in an estimator
/// that ends with the call.
template <Distribution Q, class F, class Estimator>
Var expectation(const Q& q, F&& f, Estimator&& estimator, Philox& random) {
  static_assert(
      !std::is_const_v<std::remove_reference_t<Estimator>> ||
          !std::same_as<std::remove_cvref_t<Estimator>, ScoreFunction>,
      "ScoreFunction: must not be const, because its baseline may be a running mean, which learns.");
  if constexpr (std::same_as<Estimator, ScoreFunction>) check_outlives_call(estimator.baseline);
  return estimator(q, f, random);
}

/// ∇F = E_q[∇f + (f - b) ∇ log q], from ∇q = q ∇ log q: Williams (1992), Machine Learning 8, section 4.
struct ScoreFunction {
  Index samples = 1;
  Baseline baseline = {};

  template <Distribution Q, class F>
  Var operator()(const Q& q, F& f, Philox& random);
};

/// ∇F = E_ε[∇ f(z(ε))]: Kingma & Welling (2013), arXiv 1312.6114, section 2.4.
struct Reparametrisation {
  Index samples = 1;

  template <Distribution Q, class F>
  Var operator()(const Q& q, F& f, Philox& random) const;
};

/// Like Reparametrisation, but without the gradient of log q(z) at fixed z, whose expectation is 0. Where q
/// is the posterior, the estimate of a bound's gradient is then 0 for every draw. Roeder, Wu & Duvenaud,
/// "Sticking the landing" (2017), arXiv 1703.09194, equation 9. f must take q as its second argument, and is
/// given one that passes no gradient.
struct PathDerivative {
  Index samples = 1;

  template <Distribution Q, class F>
  Var operator()(const Q& q, F& f, Philox& random) const;
};

/// Draws values, and differentiates as if the values were their probabilities: Bengio, Léonard & Courville
/// (2013), arXiv 1308.3432, section 4.
struct StraightThrough {
  Index samples = 1;

  template <Distribution Q, class F>
  Var operator()(const Q& q, F& f, Philox& random) const;
};

/// Takes f at points inside the simplex, softmax((log p + ε) / temperature) with Gumbel noise ε, instead of
/// at its corners. The value, too, is then that of the relaxed distribution. Jang, Gu & Poole (2017), arXiv
/// 1611.01144; Maddison, Mnih & Teh (2017), arXiv 1611.00712. With `straight_through`, f is evaluated at the
/// nearest corner, which is an exact draw, and its gradient is passed on to the point inside.
struct GumbelSoftmax {
  Index samples = 1;
  Real temperature = Real(0.5);
  bool straight_through = false;

  template <Distribution Q, class F>
  Var operator()(const Q& q, F& f, Philox& random) const;
};

/// Σ_k q(x_k) f(x_k) over all values, without a draw and without variance. An impossible value adds 0,
/// whatever f is there.
struct Enumeration {
  template <Distribution Q, class F>
  Var operator()(const Q& q, F& f, Philox& random) const;
};

/// Throws std::invalid_argument if the baseline is a running mean. For estimators that exist during one call
/// only.
void check_outlives_call(const Baseline& baseline);

/// The surrogate of the score-function estimator for draws along the first axis: its value is f, and its
/// gradient is ∇f + (f - b) ∇ log_q with f - b as a constant. A running mean is updated with f afterwards.
/// Throws std::invalid_argument if the shapes differ, for a leave-one-out baseline of one draw, and for a
/// decay outside [0, 1).
Var score_function_surrogate(Var f, Var log_q, Baseline& baseline);

/// Throws std::invalid_argument unless f's answer to draws of this shape, [n, events …, event], is [n, events
/// …].
void check_answer(Var answer, const Shape& draws, int event_rank);
/// The corner of the simplex nearest to each point along the last axis: a 1 at its largest number.
Var nearest_corner(Var x);

/// f(z, q), or f(z) if it takes no q.
template <Distribution Q, class F>
Var at_draws(F& f, const typename Q::Value& z, const Q& repeated) {
  constexpr bool takes_q = std::invocable<F&, const typename Q::Value&, const Q&>;
  constexpr bool takes_z = std::invocable<F&, const typename Q::Value&>;
  static_assert(
      takes_q || takes_z,
      "expectation: f must be callable as f(z) or f(z, q), z of the distribution's type Value (a list "
      "of indices for Categorical, a Var for the others) and q of its own type.");
  if constexpr (takes_q || takes_z) {
    const Var answer = [&]() -> Var {
      if constexpr (takes_q)
        return f(z, repeated);
      else
        return f(z);
    }();
    check_answer(answer, repeated.shape(), Q::event_rank);
    return answer;
  }
}

template <Distribution Q, class F>
Var ScoreFunction::operator()(const Q& q, F& f, Philox& random) {
  check_sample_count("ScoreFunction", samples, 1);
  const Q copies = q.repeated(samples);
  const auto z = sample(copies, random);
  const Var log_q = log_prob(copies, z);
  return mean(score_function_surrogate(at_draws(f, z, copies), log_q, baseline), 0);
}

template <Distribution Q, class F>
Var Reparametrisation::operator()(const Q& q, F& f, Philox& random) const {
  static_assert(
      Reparametrised<Q>,
      "Reparametrisation: no differentiable path leads from noise to a draw of this distribution. Use "
      "Enumeration (exact) where its values are few, ScoreFunction (unbiased) anywhere, or one of the "
      "biased StraightThrough and GumbelSoftmax.");
  if constexpr (Reparametrised<Q>) {
    check_sample_count("Reparametrisation", samples, 1);
    const Q copies = q.repeated(samples);
    //! [reparametrisation]
    return mean(at_draws(f, rsample(copies, copies.noise(random)), copies), 0);
    //! [reparametrisation]
  }
}

template <Distribution Q, class F>
Var PathDerivative::operator()(const Q& q, F& f, Philox& random) const {
  static_assert(Reparametrised<Q>,
                "PathDerivative: no differentiable path leads from noise to a draw of this distribution. Use "
                "Enumeration (exact) where its values are few, or ScoreFunction (unbiased) anywhere.");
  static_assert(
      std::invocable<F&, const typename Q::Value&, const Q&>,
      "PathDerivative: f must take q as its second argument, f(z, q), and ask that one for log q(z): "
      "through it no gradient passes.");
  if constexpr (Reparametrised<Q> && std::invocable<F&, const typename Q::Value&, const Q&>) {
    check_sample_count("PathDerivative", samples, 1);
    const Q copies = q.repeated(samples);
    //! [path-derivative]
    // (04.11) without its second part
    const Q held = copies.detached();
    return mean(at_draws(f, rsample(copies, copies.noise(random)), held), 0);
    //! [path-derivative]
  }
}

template <Distribution Q, class F>
Var StraightThrough::operator()(const Q& q, F& f, Philox& random) const {
  constexpr bool has_probabilities = requires {
    { straight_through_sample(q, random) } -> std::same_as<Var>;
  };
  static_assert(
      has_probabilities,
      "StraightThrough: a draw of this distribution has no probability to stand in for it. Use "
      "OneHotCategorical in place of Categorical, and Reparametrisation for a continuous distribution.");
  if constexpr (has_probabilities) {
    check_sample_count("StraightThrough", samples, 1);
    const Q copies = q.repeated(samples);
    return mean(at_draws(f, straight_through_sample(copies, random), copies), 0);
  }
}

template <Distribution Q, class F>
Var GumbelSoftmax::operator()(const Q& q, F& f, Philox& random) const {
  static_assert(
      std::same_as<Q, OneHotCategorical>,
      "GumbelSoftmax: only the corners of a simplex are relaxed to its inside. Use OneHotCategorical in "
      "place of Categorical or Bernoulli, and Reparametrisation for a continuous distribution.");
  if constexpr (std::same_as<Q, OneHotCategorical>) {
    check_sample_count("GumbelSoftmax", samples, 1);
    const Q copies = q.repeated(samples);
    //! [gumbel-softmax]
    const RelaxedOneHotCategorical relaxed(copies.index, temperature);
    const Var z = rsample(relaxed, relaxed.noise(random));  // (04.17)
    return mean(at_draws(f, straight_through ? doxa::straight_through(nearest_corner(z), z) : z, copies), 0);
    //! [gumbel-softmax]
  }
}

template <Distribution Q, class F>
Var Enumeration::operator()(const Q& q, F& f, Philox&) const {
  static_assert(
      FiniteSupport<Q>,
      "Enumeration: this distribution has infinitely many values. Use Reparametrisation where a path "
      "leads from noise to a draw, or ScoreFunction anywhere.");
  if constexpr (FiniteSupport<Q>) {
    const Q copies = q.repeated(q.support_size());
    const auto z = q.support();
    const Var p = exp(log_prob(copies, z)), zero = q.tape().constant(0);
    return sum(p * where(p, at_draws(f, z, copies), zero), 0);
  }
}

}  // namespace doxa
