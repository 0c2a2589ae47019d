// Probabilities that are exactly 0 or 1: values, and derivatives by the probabilities, from closed forms.
// from_probs divides by the sum S of the probabilities, so that p_i has the derivative of f(p / S).

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/mixture.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

Numbers gradient(Var loss, Var x) {
  x.tape().backward(loss);
  return adjoint(x);
}

void expect_near(const Numbers& got, const std::vector<double>& expected, double units = 8) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], units * unit_roundoff * (1 + std::abs(expected[i]))) << i;
}

double normal_density(double x, double m) {
  return std::exp(-(x - m) * (x - m) / 2) / std::sqrt(2 * std::numbers::pi);
}

// ∂ log p(x)/∂w_k = N_k(x)/p(x) - 1, also for the component without weight.
TEST(BoundaryProbs, AComponentWithoutWeightIsRevived) {
  Tape tape;
  const Var w = vector(tape, {0, Real(0.25), Real(0.75)}), loc = vector(tape, {Real(0.2), 1, -1});
  const Mixture q(Categorical::from_probs(w), Normal(loc, tape.constant(1)));
  const double at = 0.5, n[] = {normal_density(at, 0.2), normal_density(at, 1), normal_density(at, -1)};
  const double p = 0.25 * n[1] + 0.75 * n[2];
  const Var y = log_prob(q, tape.constant(Real(0.5)));
  EXPECT_NEAR(y.item(), std::log(p), 8 * unit_roundoff);
  expect_near(gradient(y, w), {n[0] / p - 1, n[1] / p - 1, n[2] / p - 1}, 16);
  EXPECT_GT(w.adjoint()[0], 0.1);  // it explains the value better than the others
  EXPECT_EQ(loc.adjoint()[0], 0);  // and is not moved while it has no weight

  // log of the share of component 1 is log w_1 N_1 - log Σ w_k N_k, whatever S is.
  const Var share = slice(log_responsibilities(q, tape.constant(Real(0.5))), 0, 1, 2);
  expect_near(gradient(share, w), {-n[0] / p, 4 - n[1] / p, -n[2] / p}, 32);
  expect_near(gradient(mean(q), w), {0.2 - -0.5, 1 - -0.5, -1 - -0.5});
}

// The same weights for several events, and a value at which the dead component is 1e100 times as likely.
TEST(BoundaryProbs, RevivalOfABatchIsTheSumOfItsEvents) {
  Tape tape;
  const Var w = vector(tape, {0, 1}), loc = tape.variable(Tensor(Shape{2, 2}, {0, 1, 0, Real(-0.5)}));
  const Mixture q(Categorical::from_probs(w), Normal(loc, tape.constant(1)));
  const Var y = log_prob(q, tape.constant({2}, {Real(0.5), Real(0.25)}));
  const double first = normal_density(0.5, 0) / normal_density(0.5, 1);
  const double second = normal_density(0.25, 0) / normal_density(0.25, -0.5);
  expect_near(gradient(sum(y), w), {first + second - 2, 0}, 16);
  expect_near(gradient(sum(where(Tensor(Shape{2}, {1, 0}), y, tape.constant(0))), w), {first - 1, 0}, 16);
  const Mixture copies = q.repeated(3);
  expect_near(gradient(sum(log_prob(copies, tape.constant({2}, {Real(0.5), Real(0.25)}))), w),
              {3 * (first + second - 2), 0}, 64);
}

// f(p/S) for f = log p_x: -1 for the others. The infinite derivative of log p_i at p_i = 0 is taken as 0.
TEST(BoundaryProbs, OfCategorical) {
  Tape tape;
  const Var p = vector(tape, {0, Real(0.25), Real(0.75)});
  const Categorical q = Categorical::from_probs(p);
  const Index one[] = {1}, none[] = {0};
  expect_near(gradient(log_prob(q, one), p), {-1, 3, -1});
  EXPECT_EQ(log_prob(q, none).item(), -infinity);
  EXPECT_EQ(gradient(log_prob(q, none), p)[0], 0);
  tape.backward(q.log_probs(), vector({0, 1, 2}));  // log p_1 + 2 log p_2
  expect_near(adjoint(p), {-3, 4 - 3, 2 / 0.75 - 3});
  tape.backward(q.probs(), vector({1, 2, 3}));  // Σ j p_j, with mean 2.75
  expect_near(adjoint(p), {1 - 2.75, 2 - 2.75, 3 - 2.75});
  const OneHotCategorical hot(q);
  expect_near(gradient(log_prob(hot, tape.constant({3}, {0, 0, 1})), p), {-1, -1, 1 / 0.75 - 1});
  tape.backward(mean(hot), vector({1, 0, 0}));
  expect_near(adjoint(p), {1, 0, 0});
  tape.backward(variance(hot), vector({1, 0, 0}));  // p (1 - p)
  expect_near(adjoint(p), {1, 0, 0});
  expect_near(gradient(entropy(q), p),
              {0, -std::log(0.25) - entropy(q).item(), -std::log(0.75) - entropy(q).item()});
  EXPECT_FALSE(q.detached().probs().needs_gradient());
}

TEST(BoundaryProbs, OfADivergenceOfCategoricals) {
  Tape tape;
  const Var a = vector(tape, {0, Real(0.5), Real(0.5)}), b = vector(tape, {0, Real(0.25), Real(0.75)});
  const Categorical q = Categorical::from_probs(a), p = Categorical::from_probs(b);
  const Var y = kl_divergence(q, p);
  expect_near(gradient(y, b), {1, 1 - 2, 1 - 0.5 / 0.75});  // 1 - q_i/p_i
  EXPECT_EQ(adjoint(a)[0], 0);                              // infinite, taken as 0
}

TEST(BoundaryProbs, OfBernoulli) {
  for (const bool one : {false, true}) {
    Tape tape;
    const Var p = tape.variable(one ? 1 : 0);
    const Bernoulli q = Bernoulli::from_probs(p);
    const Var sure = log_prob(q, tape.constant(one ? 1 : 0)), never = log_prob(q, tape.constant(one ? 0 : 1));
    EXPECT_EQ(sure.item(), 0);
    EXPECT_EQ(never.item(), -infinity);
    EXPECT_EQ(log_prob(q, tape.constant(Real(0.5))).item(), -infinity);
    expect_near(gradient(sure, p), {one ? 1.0 : -1.0});  // 1/p at 1, -1/(1 - p) at 0
    expect_near(gradient(never, p), {0});                // infinite, taken as 0
    EXPECT_EQ(entropy(q).item(), 0);
    expect_near(gradient(entropy(q), p), {0});
    EXPECT_EQ(mean(q).item(), one ? 1 : 0);
    expect_near(gradient(mean(q), p), {1});
    EXPECT_EQ(variance(q).item(), 0);
    expect_near(gradient(variance(q), p), {one ? -1.0 : 1.0});  // 1 - 2p
    EXPECT_EQ(stddev(q).item(), 0);
    Philox random(1);
    for (const Real x : sample(q.repeated(100), random).value()) EXPECT_EQ(x, one ? 1 : 0);
    expect_near(gradient(sum(log_prob(q.repeated(3), tape.constant(one ? 1 : 0))), p), {one ? 3.0 : -3.0});
  }
}

TEST(BoundaryProbs, OfADivergenceOfCoins) {
  Tape tape;
  const Var a = vector(tape, {0, 1, 0, 1, Real(0.25)}), b = vector(tape, {0, 1, 1, Real(0.25), 0});
  const Bernoulli q = Bernoulli::from_probs(a), p = Bernoulli::from_probs(b);
  const Var y = kl_divergence(q, p);
  EXPECT_EQ(value(y)[0], 0);
  EXPECT_EQ(value(y)[1], 0);
  EXPECT_EQ(value(y)[2], infinity);
  EXPECT_NEAR(value(y)[3], std::log(4.0), 8 * unit_roundoff);
  EXPECT_EQ(value(y)[4], infinity);
  tape.backward(y, vector({1, 1, 0, 1, 0}));
  expect_near(adjoint(b), {1, -1, 0, -4, 0});  // (1 - q)/(1 - p) - q/p
  expect_near(adjoint(a), {0, 0, 0, 0, 0});    // infinite, taken as 0
  // One coin of p for several of q.
  const Var single = tape.variable(0);
  expect_near(gradient(sum(kl_divergence(Bernoulli::from_probs(tape.constant({3}, {0, 0, 0})),
                                         Bernoulli::from_probs(single))),
                       single),
              {3});
}

// Away from the boundary nothing is recorded that was not before.
TEST(BoundaryProbs, CostNothingInside) {
  Tape tape;
  const Var p = vector(tape, {Real(0.5), Real(0.5)});
  EXPECT_FALSE(Categorical::from_probs(p).zero_probs);
  EXPECT_FALSE(Categorical::from_probs(tape.constant({2}, {0, 1})).zero_probs);
  EXPECT_FALSE(Bernoulli::from_probs(p).certain_probs);
}

// Σ_j g_j log share_j with g = (1, 2) and equal densities. The share of component 1 is 1 / (1 + w_0/w_1),
// with the slope -1/w_1 in w_0, and log share_0 = log w_0 - log w_1 where w_0 = 0. The infinite slope of log
// w_0 is taken as 0, whether or not its cotangent is 0.
TEST(BoundaryProbs, OfTheShareOfAComponentWithoutWeight) {
  Tape tape;
  const Var w = vector(tape, {0, 1});
  const Mixture q(Categorical::from_probs(w), Normal(tape.constant({2}, {0, 0}), tape.constant(1)));
  const Var shares = log_responsibilities(q, tape.constant(Real(0.5)));
  tape.backward(shares, vector({1, 2}));
  expect_near(adjoint(w), {-2, -1});
  tape.backward(shares, vector({1, 0}));
  expect_near(adjoint(w), {0, -1});
  tape.backward(shares, vector({0, 2}));
  expect_near(adjoint(w), {-2, 0});
}

}  // namespace
}  // namespace doxa
