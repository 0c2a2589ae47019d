#include "doxa/models/vae/linear_vae.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "doxa/models/numerics/symmetric_eigen.h"
#include "tests/support/random_matrix.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

constexpr double real_u = std::numeric_limits<Real>::epsilon() / 2.0;

struct RandomProblem {
  Philox random{7};
  Tensor x;
  SampleMoments moments;
  LinearVae vae;
  RandomProblem()
      : x(tensor(random_product(30, 4, random))),
        moments(sample_moments(x)),
        vae({.data = 4, .latent = 2}, random) {
    for (Parameter* p : parameters(vae))
      for (Real& value : p->value.span()) value += static_cast<Real>(0.3 * random.normal());
  }
};

double mean_elbo(LinearVae& vae, const Tensor& x) {
  Tape tape;
  return double{mean(elbo(vae, tape.constant(x)).value()).item()};
}

ProbabilisticPca rotated(ProbabilisticPca model, Philox& random) {
  model.weight = model.weight * symmetric_eigen(random_symmetric(model.weight.columns, random)).vectors;
  return model;
}

TEST(LinearVae, EvidenceIsTheBoundPlusTheDivergenceToThePosterior) {
  RandomProblem d;
  const double gap = kl_to_true_posterior(d.vae, d.moments);
  EXPECT_GT(gap, 0.1);
  const double evidence = mean_log_prob(generative_model(d.vae), d.moments);
  EXPECT_NEAR(evidence, mean_elbo(d.vae, d.x) + gap, 1e3 * real_u * std::abs(evidence));  // (05.12)
}

TEST(LinearVae, SamplesAverageToTheClosedForm) {
  RandomProblem d;
  constexpr Index samples = 20000;
  Tape tape;
  const Var x = tape.constant(Tensor({1, 4}, d.x.span().subspan(0, 4)));
  const BoundTerms<Var> exact = elbo(d.vae, x);
  const Var many = broadcast_to(x, {samples, 4});
  const Var value = elbo(d.vae, many, tape.constant(normal_noise({samples, 2}, d.random))).log_likelihood;
  const double se = std::sqrt(double{variance(value).item()} / double{samples});
  EXPECT_NEAR(double{mean(value).item()}, double{exact.log_likelihood.item()}, 4 * se);  // (05.9), (05.11)
}

// (05.13): the gradient in the encoder's parameters is zero, the gap is Hadamard's, and any other encoder is
// worse.
TEST(LinearVae, TheEncoderOfAModelIsItsBest) {
  RandomProblem d;
  const ProbabilisticPca model = generative_model(d.vae);
  LinearVae best(model);
  EXPECT_GT(least_gap(model), 1e-3);
  EXPECT_NEAR(kl_to_true_posterior(best, d.moments), least_gap(model), 1e4 * real_u);
  Tape tape;
  tape.backward(mean(elbo(best, tape.constant(d.x)).value()));
  for (const Parameter* p : {&best.encoder, &best.log_posterior_scale})
    for (const Real g : p->gradient.span()) EXPECT_NEAR(double{g}, 0, 1e3 * real_u);
  for (const double size : {1e-2, 1.0})
    for (int i = 0; i < 10; ++i) {
      LinearVae other(model);
      for (Parameter* p : {&other.encoder, &other.log_posterior_scale})
        for (Real& value : p->value.span()) value += static_cast<Real>(size * d.random.normal());
      EXPECT_GT(kl_to_true_posterior(other, d.moments), least_gap(model));
    }
}

// At the maximum-likelihood parameters with R = I the bound is tight, and it is stationary; at a rotation of
// them it is not tight, though the likelihood is the same.
TEST(LinearVae, OfTheUnrotatedMaximumHasNoGap) {
  RandomProblem d;
  const ProbabilisticPca best = maximum_likelihood(d.moments, 2), turned = rotated(best, d.random);
  EXPECT_NEAR(least_gap(best), 0, 100 * double_roundoff);
  EXPECT_GT(least_gap(turned), 1e-3);
  LinearVae vae(best);
  EXPECT_NEAR(kl_to_true_posterior(vae, d.moments), 0, 1e3 * real_u);
  const double most = maximum_log_likelihood(symmetric_eigen(d.moments.covariance).values, 2);
  EXPECT_NEAR(mean_elbo(vae, d.x), most, 1e3 * real_u);
  Tape tape;
  tape.backward(mean(elbo(vae, tape.constant(d.x)).value()));
  for (const Parameter* p : parameters(vae))
    for (const Real g : p->gradient.span()) EXPECT_NEAR(double{g}, 0, 1e4 * real_u) << p->name;
}

// With (05.17): a turn by φ in the plane of two latents costs φ² (λ_1 - λ_2)² / 2 λ_1 λ_2, to leading order.
TEST(LinearVae, ASmallTurnOfTheLatentCostsItsSquare) {
  RandomProblem d;
  ProbabilisticPca model = maximum_likelihood(d.moments, 2);
  const std::vector<double> lambda = symmetric_eigen(d.moments.covariance).values;
  const double angle = 1e-4, difference = lambda[0] - lambda[1];
  const Matrix w = model.weight;
  for (Index i = 0; i < 4; ++i) {
    model.weight(i, 0) = std::cos(angle) * w(i, 0) - std::sin(angle) * w(i, 1);
    model.weight(i, 1) = std::sin(angle) * w(i, 0) + std::cos(angle) * w(i, 1);
  }
  const double cost = angle * angle * difference * difference / (2 * lambda[0] * lambda[1]);
  EXPECT_NEAR(least_gap(model), cost, 1e-3 * cost);
}

TEST(LinearVae, IsItsOwnGenerativeModel) {
  Philox random(8);
  ProbabilisticPca model{{1, -2, 0.5}, random_matrix(3, 2, random), 0.7};
  const ProbabilisticPca again = generative_model(LinearVae(model));
  EXPECT_NEAR(again.noise_variance, model.noise_variance, 8 * real_u);
  EXPECT_LE(largest_magnitude(again.weight - model.weight), 4 * real_u);
  EXPECT_EQ(again.mean, model.mean);
}

TEST(LinearVae, RefusesSizesThatAreNotPositive) {
  Philox random(1);
  EXPECT_THROW(LinearVae({.data = 0}, random), Refused);
  EXPECT_THROW(LinearVae({.latent = 0}, random), Refused);
}

}  // namespace
}  // namespace doxa
