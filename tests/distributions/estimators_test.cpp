// Estimators of ∇E_q[f] against the gradient itself. Many estimates are made at once: one for each event of a
// batch of equal distributions, whose parameters each receive their own gradient.

#include "doxa/distributions/estimators.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/categorical.h"
#include "doxa/distributions/monte_carlo.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

constexpr Index repetitions = 20'000;
constexpr Index K = 3;

// repetitions × the row.
Var copies_of(Tape& tape, std::vector<Real> row) {
  const Index n = static_cast<Index>(row.size());
  Tensor all(Shape{repetitions, n});
  for (Index i = 0; i < all.size(); ++i) all[i] = row[static_cast<std::size_t>(i % n)];
  return tape.variable(all);
}

MonteCarloEstimate moments(Tape& tape, const Tensor& samples) {
  RunningMoments all;
  all.add(tape.constant(samples));
  return all.estimate();
}

struct Estimates {
  MonteCarloEstimate value, gradient;  // of E[f], and with respect to the row of parameters
};

template <class Q, class F, class E>
Estimates estimates(std::vector<Real> row, Q make_q, F f, E estimator, std::uint64_t seed = 1) {
  Tape tape;
  Philox random(seed);
  const Var parameters = copies_of(tape, std::move(row));
  const Var all = expectation(make_q(parameters), f, estimator, random);
  EXPECT_EQ(all.shape(), Shape{repetitions});
  tape.backward(sum(all));
  return {moments(tape, all.tensor()), moments(tape, parameters.gradient())};
}

void expect_is(const MonteCarloEstimate& estimate, const std::vector<double>& exact) {
  ASSERT_EQ(estimate.mean.size(), static_cast<Index>(exact.size()));
  for (Index i = 0; i < estimate.mean.size(); ++i)
    EXPECT_NEAR(estimate.mean[i], exact[static_cast<std::size_t>(i)],
                4.5 * double{estimate.standard_error[i]} + 64 * unit_roundoff)
        << "of parameter " << i;
}

// ---- a choice among three: f(z) = (w·z)², z one-hot ------------------------------------------------------

const std::vector<Real> choice_logits{Real(0.3), Real(-0.5), Real(0.9)};
const std::vector<double> choice_weights{1, -2, 0.5};

OneHotCategorical choice(Var parameters) { return OneHotCategorical(parameters); }

// (w·z)², which is w_i² at the corners, and whose slope there is 2 w_i w.
Var squared_score(Var z) { return square(sum(z * z.tape().constant({K}, {1, -2, Real(0.5)}), -1)); }

std::vector<double> probabilities() {
  std::vector<double> p;
  double total = 0;
  for (const Real l : choice_logits) total += std::exp(double{l});
  for (const Real l : choice_logits) p.push_back(std::exp(double{l}) / total);
  return p;
}

double exact_value() {
  double value = 0;
  for (std::size_t i = 0; i < choice_weights.size(); ++i)
    value += probabilities()[i] * choice_weights[i] * choice_weights[i];
  return value;
}

// ∂E[f]/∂logit_i = p_i (f_i - E[f])
std::vector<double> exact_gradient() {
  std::vector<double> g;
  for (std::size_t i = 0; i < choice_weights.size(); ++i)
    g.push_back(probabilities()[i] * (choice_weights[i] * choice_weights[i] - exact_value()));
  return g;
}

TEST(ScoreFunction, IsUnbiasedWithEveryBaseline) {
  for (const Baseline& baseline : {Baseline(ConstantBaseline{}), Baseline(ConstantBaseline{Real(1.7)}),
                                   Baseline(RunningMeanBaseline{}), Baseline(LeaveOneOutBaseline{})}) {
    const Estimates e =
        estimates(choice_logits, choice, squared_score, ScoreFunction{.samples = 3, .baseline = baseline});
    expect_is(e.value, {exact_value()});
    expect_is(e.gradient, exact_gradient());
  }
}

// As a Categorical, whose values are indices, and with f a table.
TEST(ScoreFunction, TakesIndices) {
  Tape tape;
  Philox random(2);
  const Var parameters = copies_of(tape, choice_logits);
  const auto f = [&](const std::vector<Index>& z) {
    return tape.constant({2, repetitions}, [&](std::span<Real> y) {
      for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = static_cast<Real>(std::pow(choice_weights[static_cast<std::size_t>(z[i])], 2));
    });
  };
  tape.backward(sum(expectation(Categorical(parameters), f, ScoreFunction{.samples = 2}, random)));
  expect_is(moments(tape, parameters.gradient()), exact_gradient());
}

// Var = (E[(f - b)² s²] - (E f s)²) / n for the score s_i = z_i - p_i.
TEST(ScoreFunction, ItsVarianceIsThatOfTheFormula) {
  const std::vector<double> p = probabilities(), g = exact_gradient();
  constexpr Index n = 2;
  constexpr double b = 0.8;
  const Estimates e = estimates(choice_logits, choice, squared_score,
                                ScoreFunction{.samples = n, .baseline = ConstantBaseline{Real(b)}});
  for (std::size_t i = 0; i < 3; ++i) {
    double second = 0;
    for (std::size_t z = 0; z < 3; ++z)
      second += p[z] * std::pow((choice_weights[z] * choice_weights[z] - b) * ((z == i) - p[i]), 2);
    const double variance = (second - g[i] * g[i]) / n;
    const double measured =
        std::pow(double{e.gradient.standard_error[static_cast<Index>(i)]}, 2) * repetitions;
    EXPECT_NEAR(measured / variance, 1,
                0.06);  // 4 √((kurtosis - 1) / repetitions), the kurtosis being below 6
  }
}

// (04.6) With s = ∂ log q, the gradient is Σ (f_i - f̄) (s_i - s̄) / (n - 1).
TEST(ScoreFunction, LeaveOneOutIsTheSampleCovarianceOfFAndTheScore) {
  Tape tape;
  Philox random(12);
  constexpr Index n = 5;
  const Tensor f = normal_noise({n, 1}, random), s = normal_noise({n, 1}, random);
  const Var parameter = tape.variable(Tensor(Shape{}));
  Baseline baseline = LeaveOneOutBaseline{};
  tape.backward(mean(score_function_surrogate(tape.constant(f), parameter * tape.constant(s), baseline)));
  double f_mean = 0, s_mean = 0, covariance = 0;
  for (Index i = 0; i < n; ++i) {
    f_mean += double{f[i]} / n;
    s_mean += double{s[i]} / n;
  }
  for (Index i = 0; i < n; ++i) covariance += (f[i] - f_mean) * (s[i] - s_mean) / (n - 1);
  EXPECT_NEAR(parameter.adjoint()[0], covariance, 64 * unit_roundoff);
}

// The estimate is the sample covariance of f and the score, so that a constant in f is nothing.
TEST(ScoreFunction, LeaveOneOutDoesNotSeeAConstant) {
  const ScoreFunction estimator{.samples = 4, .baseline = LeaveOneOutBaseline{}};
  const auto constant = [](Var z) { return Real(0) * squared_score(z) + Real(7e3); };
  const Estimates none = estimates(choice_logits, choice, constant, estimator);
  for (Index i = 0; i < K; ++i) EXPECT_EQ(none.gradient.mean[i], 0);
}

TEST(ScoreFunction, ARunningMeanIsThatOfEarlierCalls) {
  Tape tape;
  Philox random(3);
  const Normal q(tape.variable(Tensor(Shape{})), tape.constant(1));
  ScoreFunction estimator{.samples = 1, .baseline = RunningMeanBaseline{.decay = Real(0.5)}};
  Real c = 1;
  const auto f = [&](Var z) { return Real(0) * z + c; };
  const auto mean = [&] { return std::get<RunningMeanBaseline>(estimator.baseline).value(); };
  EXPECT_EQ(mean(), 0);
  expectation(q, f, estimator, random);
  EXPECT_EQ(mean(), 1);
  c = 4;
  expectation(q, f, estimator, random);
  EXPECT_EQ(mean(), Real(0.5 * 1 + 4) / Real(1.5));
}

// The gradient is (f - b) ∇ log q with b as it was before the call: one that had heard of f would bias it.
TEST(ScoreFunction, ARunningMeanHearsOfFAfterItsUse) {
  Tape tape;
  Baseline baseline = RunningMeanBaseline{.decay = Real(0.5)};
  for (const auto& [f, advantage] : {std::pair{1, 1}, {4, 3}, {3, 0}}) {
    const Var log_q = tape.variable(Tensor(Shape{1}, {Real(-1)}));
    tape.backward(
        sum(score_function_surrogate(tape.constant(Shape{1}, static_cast<Real>(f)), log_q, baseline)));
    EXPECT_NEAR(log_q.adjoint()[0], advantage, 8 * unit_roundoff);
  }
}

TEST(Enumeration, IsExact) {
  const Estimates e = estimates(choice_logits, choice, squared_score, Enumeration{});
  for (Index i = 0; i < K; ++i) {
    EXPECT_NEAR(e.gradient.mean[i], exact_gradient()[static_cast<std::size_t>(i)], 32 * unit_roundoff);
    EXPECT_LE(e.gradient.standard_error[i], 32 * unit_roundoff);
  }
  EXPECT_NEAR(e.value.mean[0], exact_value(), 32 * unit_roundoff);
}

// E_q[-log q] is the entropy, also of a value that is impossible; and the gradient of f's own q counts.
TEST(Enumeration, OfMinusLogQIsTheEntropy) {
  Tape tape;
  Philox random(4);
  const Var l = tape.variable(Tensor(Shape{2, 3}, {1, 0, -2, 0, -std::numeric_limits<Real>::infinity(), 1}));
  const OneHotCategorical q(l);
  const Var h = expectation(
      q, [](Var z, const OneHotCategorical& q_z) { return -log_prob(q_z, z); }, Enumeration{}, random);
  const Var exact = entropy(q);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(h.value()[i], exact.value()[i], 16 * unit_roundoff);
  tape.backward(sum(h) - sum(exact));
  for (const Real g : l.adjoint()) EXPECT_NEAR(g, 0, 16 * unit_roundoff);
}

TEST(Enumeration, OfCoinsAndIndices) {
  Tape tape;
  Philox random(5);
  const Bernoulli coin(tape.constant({2, 2}, {0, 1, -2, 3}));
  const Var mean_of_coin = expectation(
      coin, [](Var z) { return z; }, Enumeration{}, random);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(mean_of_coin.value()[i], mean(coin).value()[i], 4 * unit_roundoff);
  const Categorical die(tape.constant({2, 3}, {0, 1, 2, 3, 4, 0}));
  const auto cross_entropy = [](const std::vector<Index>& z, const Categorical& q) {
    return -log_prob(q, z);
  };
  const Var h = expectation(die, cross_entropy, Enumeration{}, random);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(h.value()[i], entropy(die).value()[i], 8 * unit_roundoff);
}

// Its expectation is Σ_k p_k J ∇f(e_k) with J = diag(p) - p pᵀ: not ∇E[f].
TEST(StraightThrough, HasTheBiasOfTheFormula) {
  const std::vector<double> p = probabilities();
  std::vector<double> slope(3, 0.0), expected(3);
  double along = 0;
  for (std::size_t z = 0; z < 3; ++z)
    for (std::size_t i = 0; i < 3; ++i) slope[i] += p[z] * 2 * choice_weights[z] * choice_weights[i];
  for (std::size_t i = 0; i < 3; ++i) along += p[i] * slope[i];
  for (std::size_t i = 0; i < 3; ++i) expected[i] = p[i] * (slope[i] - along);
  const Estimates e = estimates(choice_logits, choice, squared_score, StraightThrough{.samples = 2});
  expect_is(e.value, {exact_value()});
  expect_is(e.gradient, expected);
  EXPECT_GT(std::abs(e.gradient.mean[1] - exact_gradient()[1]), 20 * double{e.gradient.standard_error[1]});
}

TEST(StraightThrough, IsExactWhereFIsLinear) {
  const auto linear = [](Var z) { return sum(z * z.tape().constant({K}, {1, -2, 5}), -1); };
  const Estimates st = estimates(choice_logits, choice, linear, StraightThrough{}),
                  exact = estimates(choice_logits, choice, linear, Enumeration{});
  for (Index i = 0; i < K; ++i) {
    EXPECT_NEAR(st.gradient.mean[i], exact.gradient.mean[i], 32 * unit_roundoff);
    EXPECT_LE(st.gradient.standard_error[i], 32 * unit_roundoff);
  }
}

// The gradient of the relaxed objective, by the trapezoid rule over the differences d_i = ε_i - ε_3 of the
// Gumbel noise, whose density is 2 e^(-d_1 - d_2) / (1 + e^-d_1 + e^-d_2)³.
std::vector<double> relaxed_gradient(double temperature) {
  constexpr double h = 0.1, reach = 25;
  std::vector<double> gradient(3, 0.0);
  for (double d1 = -reach; d1 <= reach; d1 += h)
    for (double d2 = -reach; d2 <= reach; d2 += h) {
      const double density = 2 * std::exp(-d1 - d2) / std::pow(1 + std::exp(-d1) + std::exp(-d2), 3);
      const double e[] = {std::exp((choice_logits[0] - choice_logits[2] + d1) / temperature),
                          std::exp((choice_logits[1] - choice_logits[2] + d2) / temperature), 1};
      const double total = e[0] + e[1] + e[2];
      double along = 0;
      for (std::size_t i = 0; i < 3; ++i) along += choice_weights[i] * e[i] / total;
      for (std::size_t i = 0; i < 3; ++i)
        gradient[i] += h * h * density * e[i] / total * 2 * along * (choice_weights[i] - along) / temperature;
    }
  return gradient;
}

TEST(GumbelSoftmax, HasTheGradientOfTheRelaxedObjective) {
  for (const double temperature : {2.0, 0.5}) {
    const Estimates e = estimates(choice_logits, choice, squared_score,
                                  GumbelSoftmax{.samples = 2, .temperature = static_cast<Real>(temperature)});
    expect_is(e.gradient, relaxed_gradient(temperature));
    EXPECT_GT(std::abs(e.gradient.mean[1] - exact_gradient()[1]), 10 * double{e.gradient.standard_error[1]});
  }
}

TEST(GumbelSoftmax, StraightThroughEvaluatesAtCorners) {
  const Estimates e = estimates(choice_logits, choice, squared_score,
                                GumbelSoftmax{.temperature = 1, .straight_through = true});
  expect_is(e.value, {exact_value()});
}

// The surrogate whose derivative it is: the slope of f at the nearest corner, as a constant, times the point
// inside that the same noise leads to.
TEST(GumbelSoftmax, StraightThroughTakesTheSlopeAtTheCornerAlongThePathInside) {
  Tape tape;
  constexpr Index n = 4;
  constexpr Real temperature = Real(0.7);
  Philox random(13), again(13);
  const Var one = tape.variable(Tensor(Shape{K}, choice_logits)),
            other = tape.variable(Tensor(Shape{K}, choice_logits));
  tape.backward(expectation(choice(one), squared_score,
                            GumbelSoftmax{n, temperature, /*straight_through=*/true}, random));
  const Tensor estimate = one.gradient();
  const RelaxedOneHotCategorical relaxed(choice(other).repeated(n).index, temperature);
  const Var inside = rsample(relaxed, relaxed.noise(again));
  Tensor slope(Shape{n, K});
  for (Index i = 0; i < n; ++i) {
    Index corner = 0;
    for (Index k = 1; k < K; ++k)
      if (inside.value()[static_cast<std::size_t>(i * K + k)] >
          inside.value()[static_cast<std::size_t>(i * K + corner)])
        corner = k;
    for (Index k = 0; k < K; ++k)
      slope(i, k) = static_cast<Real>(2 * choice_weights[static_cast<std::size_t>(corner)] *
                                      choice_weights[static_cast<std::size_t>(k)]);
  }
  tape.backward(sum(tape.constant(slope) * inside) / Real(n));
  for (std::size_t k = 0; k < K; ++k)
    EXPECT_NEAR(estimate[static_cast<Index>(k)], other.adjoint()[k], 64 * unit_roundoff);
}

// ---- normal: f(z) = (z - a)², E f = (μ - a)² + σ² ------------------------------------------------------

constexpr double target = 0.4, mean_of_q = 1, scale_of_q = 0.7;
const std::vector<Real> location_and_log_scale{Real(mean_of_q), Real(std::log(scale_of_q))};

Var squared_distance(Var z) { return sum(square(z - Real(target)), -1); }

const std::vector<double> gaussian_gradient{2 * (mean_of_q - target),
                                            2 * scale_of_q* scale_of_q};  // by μ and by log σ

TEST(Reparametrisation, IsUnbiasedAndSoIsTheScoreFunction) {
  const Estimates path = estimates(location_and_log_scale, DiagonalNormal::from_halves, squared_distance,
                                   Reparametrisation{.samples = 2}),
                  score = estimates(location_and_log_scale, DiagonalNormal::from_halves, squared_distance,
                                    ScoreFunction{.samples = 2, .baseline = LeaveOneOutBaseline{}});
  for (const Estimates& e : {path, score}) {
    expect_is(e.value, {(mean_of_q - target) * (mean_of_q - target) + scale_of_q * scale_of_q});
    expect_is(e.gradient, gaussian_gradient);
  }
  EXPECT_LT(path.gradient.standard_error[0], score.gradient.standard_error[0] / 2);
}

// The variance of 2 (z - a) is 4 σ².
TEST(Reparametrisation, ItsVarianceIsThatOfTheFormula) {
  const Estimates e =
      estimates(location_and_log_scale, DiagonalNormal::from_halves, squared_distance, Reparametrisation{});
  const double variance = std::pow(double{e.gradient.standard_error[0]}, 2) * repetitions;
  EXPECT_NEAR(variance / (4 * scale_of_q * scale_of_q), 1, 4 * std::sqrt(2.0 / repetitions));
}

// A bound of log p(x) for p(z | x) = N(0, 1): its gradient at q.
struct Bound {
  template <class Q>
  Var operator()(Var z, const Q& q) const {
    const Var zero = z.tape().constant(Shape{1}, Real{0});
    return log_prob(DiagonalNormal::from_log_scale(zero, zero), z) - log_prob(q, z);
  }
};

TEST(PathDerivative, IsUnbiased) {
  const Estimates e =
      estimates(location_and_log_scale, DiagonalNormal::from_halves, Bound{}, PathDerivative{});
  expect_is(e.gradient, {-mean_of_q, 1 - scale_of_q * scale_of_q});  // of -KL = log σ - (σ² + μ²)/2 + 1/2
}

TEST(PathDerivative, IsNothingAtThePosterior) {
  const Estimates stuck = estimates({0, 0}, DiagonalNormal::from_halves, Bound{}, PathDerivative{}),
                  total = estimates({0, 0}, DiagonalNormal::from_halves, Bound{}, Reparametrisation{});
  for (Index i = 0; i < 2; ++i) {
    EXPECT_NEAR(stuck.gradient.mean[i], 0, 16 * unit_roundoff);
    EXPECT_LE(stuck.gradient.standard_error[i], 16 * unit_roundoff);
    EXPECT_GT(total.gradient.standard_error[i], 0.5 / std::sqrt(double{repetitions}));
  }
}

// ---- all of them --------------------------------------------------------------------------------------

// The gradient of f's own parameters is the average of theirs.
TEST(Expectation, DifferentiatesWhatFIsMadeOf) {
  const auto by_weight = [&](auto estimator) {
    Tape tape;
    Philox random(6);
    const Var weight = tape.variable(2);
    const Var l = tape.constant({K}, {0, 1, 2});
    const Var e = expectation(
        OneHotCategorical(l), [&](Var z) { return weight * squared_score(z); }, estimator, random);
    tape.backward(e);
    EXPECT_NEAR(weight.adjoint()[0] * 2, e.item(), 8 * unit_roundoff * std::abs(e.item()));
  };
  by_weight(ScoreFunction{.samples = 5});
  by_weight(ScoreFunction{.samples = 5, .baseline = LeaveOneOutBaseline{}});
  by_weight(StraightThrough{.samples = 5});
  by_weight(GumbelSoftmax{.samples = 5});
  by_weight(Enumeration{});
}

TEST(Expectation, RefusesAnAnswerThatIsNotANumberForEachEvent) {
  Tape tape;
  Philox random(7);
  const DiagonalNormal q(tape.constant(Shape{5, 2}, Real{0}), tape.constant(1));
  EXPECT_EQ(thrown<Refused>([&] {
              expectation(
                  q, [](Var z) { return z; }, Reparametrisation{.samples = 3}, random);
            }),
            "expectation: f answers with shape [3,5,2] to draws of shape [3,5,2], expected a number for each "
            "draw of each event, [3,5]");
}

TEST(Expectation, RefusesTooFewSamples) {
  Tape tape;
  Philox random(8);
  const OneHotCategorical q(tape.constant(Shape{K}, Real{0}));
  EXPECT_SAYS(Refused, "StraightThrough: 0 samples, expected at least 1",
              expectation(q, squared_score, StraightThrough{.samples = 0}, random));
  EXPECT_SAYS(Refused, "LeaveOneOutBaseline: one draw has no others, expected samples of at least 2",
              expectation(q, squared_score, ScoreFunction{.baseline = LeaveOneOutBaseline{}}, random));
  ScoreFunction remembers_all{.baseline = RunningMeanBaseline{.decay = 1}};
  EXPECT_SAYS(Refused, "RunningMeanBaseline: decay is 1, expected a number from 0 to below 1",
              expectation(q, squared_score, remembers_all, random));
}

TEST(Expectation, RefusesARunningMeanThatForgetsAtOnce) {
  Tape tape;
  Philox random(8);
  const OneHotCategorical q(tape.constant(Shape{K}, Real{0}));
  EXPECT_SAYS(Refused,
              "ScoreFunction: the running mean of a temporary is gone after the call, expected a named "
              "estimator that lives as long as the training",
              expectation(q, squared_score, ScoreFunction{.baseline = RunningMeanBaseline{}}, random));
}

}  // namespace
}  // namespace doxa
