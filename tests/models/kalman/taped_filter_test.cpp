#include "doxa/models/kalman/taped_filter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/models/kalman/moments.h"
#include "joint.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// A model of which the numbers on the tape are exactly the parameters, and episodes drawn from it.
struct Learnable {
  LinearGaussianParameters parameters;
  LinearGaussianModel model;
  std::vector<LinearGaussianEpisode> episodes;
  Tensor inputs, observations;  // [T,B,·]

  Learnable(const LinearGaussianModel& m, Index steps, Index batch, Philox& random)
      : parameters(m),
        model(to_model(parameters)),
        inputs(Shape{steps, batch, m.input_size()}),
        observations(Shape{steps, batch, m.observation_size()}) {
    for (Index b = 0; b < batch; ++b) {
      LinearGaussianEpisode e = simulate(model, random_matrix(steps, m.input_size(), random), random);
      const auto copy = [&](Matrix& from, Tensor& to) {  // rounded to Real, on both sides
        for (Index k = 0; k < steps; ++k)
          for (Index j = 0; j < from.columns; ++j)
            from(k, j) = double{to[(k * batch + b) * from.columns + j] = static_cast<Real>(from(k, j))};
      };
      copy(e.inputs, inputs);
      copy(e.observations, observations);
      episodes.push_back(std::move(e));
    }
  }
};

TEST(TapedKalman, StepsAreThoseOfTheFilter) {
  Philox random(111);
  for (const Index d : {0, 2}) {
    Learnable at(random_linear_gaussian(3, d, 2, random), 20, 4, random);
    Tape tape;
    const LinearGaussianVars m = at.parameters.on(tape);
    const Tensor steps = log_predictive(m, tape.constant(at.inputs), tape.constant(at.observations)).tensor();
    const Tensor evidence =
        log_evidence(m, tape.constant(at.inputs), tape.constant(at.observations)).tensor();
    ASSERT_EQ(steps.shape(), (Shape{20, 4}));
    for (std::size_t b = 0; b < 4; ++b) {
      const KalmanFiltered f = filter(at.model, at.episodes[b].inputs, at.episodes[b].observations);
      for (std::size_t k = 0; k < 20; ++k)
        EXPECT_NEAR(double{steps(static_cast<Index>(k), static_cast<Index>(b))}, f.log_predictive[k],
                    1000 * unit_roundoff * (1 + std::abs(f.log_predictive[k])));
      EXPECT_NEAR(double{evidence[static_cast<Index>(b)]}, f.log_evidence,
                  1000 * unit_roundoff * (1 + std::abs(f.log_evidence)));
    }
  }
}

// Fisher's gradient G of a covariance L Lᵀ is 2 G L for L, of which the numbers on the diagonal are
// exponentials.
Matrix of_factor(const Matrix& g, const Matrix& covariance) {
  const Matrix l = cholesky_factor(covariance);
  Matrix of_l = 2 * (g * l);
  for (Index i = 0; i < l.rows; ++i) {
    of_l(i, i) *= l(i, i);
    for (Index j = i + 1; j < l.columns; ++j) of_l(i, j) = 0;
  }
  return of_l;
}

TEST(TapedKalman, GradientIsFishersIdentityThroughTheSmoother) {
  Philox random(112);
  for (const Index d : {0, 1})
    for (int trial = 0; trial < 3; ++trial) {
      Learnable at(random_linear_gaussian(2, d, 2, random), 12, 3, random);
      Tape tape;
      tape.backward(sum(
          log_evidence(at.parameters.on(tape), tape.constant(at.inputs), tape.constant(at.observations))));
      const ExpectedMoments e = expected_moments(at.model, at.episodes);
      const LinearGaussianModel g = evidence_gradient(at.model, e);
      // Both are sums and differences of numbers as large as these; no covariance is smaller than I.
      const double size = trace(e.seen_seen) + trace(e.now_now) + trace(e.next_next) + trace(e.last_last);
      const auto check = [&](const Parameter& p, const Matrix& exact) {
        ASSERT_EQ(static_cast<std::size_t>(p.gradient.size()), exact.elements.size()) << p.name;
        for (Index i = 0; i < p.gradient.size(); ++i)
          EXPECT_NEAR(double{p.gradient[i]}, exact[i], 100 * unit_roundoff * size) << p.name;
      };
      check(at.parameters.start_mean, g.start_mean);
      check(at.parameters.start_scale_tril, of_factor(g.start_covariance, at.model.start_covariance));
      check(at.parameters.transition, g.transition);
      check(at.parameters.transition_input, g.transition_input);
      check(at.parameters.transition_scale_tril,
            of_factor(g.transition_covariance, at.model.transition_covariance));
      check(at.parameters.emission, g.emission);
      check(at.parameters.emission_input, g.emission_input);
      check(at.parameters.emission_scale_tril,
            of_factor(g.emission_covariance, at.model.emission_covariance));
    }
}

// Where nothing is random but the readings, Q = 0 and P_0 = 0, there is an evidence, and a gradient to learn
// by.
TEST(TapedKalman, TakesAMotionWithoutNoise) {
  Philox random(113);
  LinearGaussianModel m = random_linear_gaussian(2, 1, 1, random);
  m.transition_covariance = m.start_covariance = Matrix(2, 2);
  Learnable at(m, 10, 2, random);
  Tape tape;
  const Var evidence = sum(log_evidence(at.parameters.on(tape, {.transition_noise = false}),
                                        tape.constant(at.inputs), tape.constant(at.observations)));
  double exact = 0;
  for (const LinearGaussianEpisode& e : at.episodes)
    exact += log_evidence(at.model, e.inputs, e.observations);
  EXPECT_NEAR(double{evidence.item()}, exact, 1000 * unit_roundoff * (1 + std::abs(exact)));
  tape.backward(evidence);
  for (const Parameter* p : parameters(at.parameters))
    for (const Real g : p->gradient.span()) EXPECT_TRUE(std::isfinite(g)) << p->name;
}

TEST(TapedKalman, RefusesWhatDoesNotFit) {
  Philox random(114);
  Learnable at(random_linear_gaussian(2, 1, 1, random), 3, 2, random);
  Tape tape;
  const LinearGaussianVars m = at.parameters.on(tape);
  const Var u3 = tape.constant(at.inputs), y = tape.constant(at.observations);
  const auto zeros = [&](const Shape& shape) { return tape.constant(Tensor(shape)); };
  EXPECT_THROW(log_predictive(m, zeros({3, 2, 2}), y), Refused);
  EXPECT_THROW(log_predictive(m, zeros({2, 2, 1}), y), Refused);
  EXPECT_THROW(log_predictive(m, u3, zeros({3, 2, 2})), Refused);
  EXPECT_THROW(log_predictive(m, u3, zeros({3, 2})), Refused);
  EXPECT_THROW(log_predictive(m, zeros({0, 2, 1}), zeros({0, 2, 1})), Refused);
  LinearGaussianVars wrong = m;
  wrong.transition = zeros({2, 3});
  EXPECT_SAYS(Refused, "log_predictive: transition is [2,3], expected [2,2]", log_predictive(wrong, u3, y));
  wrong = m;
  wrong.emission = zeros({1, 2});
  wrong.emission_scale_tril = zeros({1, 1});
  EXPECT_THROW(log_predictive(wrong, u3, y), std::domain_error);
}

TEST(LinearGaussianParameters, AreTheModelTheyWereMadeOf) {
  Philox random(115);
  const LinearGaussianModel m = random_linear_gaussian(3, 2, 2, random),
                            back = to_model(LinearGaussianParameters(m));
  using M = LinearGaussianModel;
  for (const auto part :
       {&M::start_mean, &M::start_covariance, &M::transition, &M::transition_input, &M::transition_covariance,
        &M::emission, &M::emission_input, &M::emission_covariance})
    EXPECT_LE(distance(m.*part, back.*part), 50 * unit_roundoff * (1 + largest_magnitude(m.*part)));
  LinearGaussianModel bad = m;
  bad.emission = Matrix(3, 3);
  EXPECT_THROW(LinearGaussianParameters{bad}, Refused);
}

TEST(LinearGaussianParameters, WhatIsNotLearnedHasNoGradient) {
  Philox random(116);
  LinearGaussianParameters p(random_linear_gaussian(2, 1, 1, random));
  Tape tape;
  const LinearGaussianVars m = p.on(tape, {.start = false, .emission_noise = false});
  EXPECT_FALSE(m.start_mean.needs_gradient());
  EXPECT_FALSE(m.start_scale_tril.needs_gradient());
  EXPECT_TRUE(m.transition.needs_gradient());
  EXPECT_TRUE(m.transition_scale_tril.needs_gradient());
  EXPECT_TRUE(m.emission.needs_gradient());
  EXPECT_FALSE(m.emission_scale_tril.needs_gradient());
}

}  // namespace
}  // namespace doxa::testing
