#include "doxa/models/vae/aggregate_posterior.h"

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/models/vae/quadrature.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

const PlanePosterior single{.loc = {0.7, -1.1}, .scale = {0.5, 0.8}};

TEST(AggregatePosterior, OfOneDatumIsItsPosterior) {
  const AggregatePosterior q{{single}, {1}};
  EXPECT_EQ(log_prob(q, {0.3, 0.4}), log_prob(single, {0.3, 0.4}));
  EXPECT_NEAR(kl_to_prior(q, 0.1, 9), kl_to_prior(single), 1e-12);
  EXPECT_EQ(mean_kl_to_prior(q), kl_to_prior(single));
}

TEST(AggregatePosterior, OnAGridIsItsDensity) {
  const AggregatePosterior q{{single, {.loc = {-2, 0}, .scale = {0.3, 0.3}}}, {0.25, 0.75}};
  const double columns[] = {-2.5, -1, 0.2}, rows[] = {-1, 0.1};
  const std::vector<double> density = density_on_grid(q, columns, rows);
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_NEAR(density[3 * r + c], std::exp(log_prob(q, {columns[c], rows[r]})), 1e-12);
}

// Two posteriors far apart: which of the two data it was is known from z, log 2 nats, and (06.15) is exact.
TEST(AggregatePosterior, OfTwoDataFarApartTellsThemApart) {
  const AggregatePosterior q{
      {{.loc = {-4, 0.3}, .scale = {0.3, 0.5}}, {.loc = {4, -0.3}, .scale = {0.4, 0.2}}}, {0.5, 0.5}};
  EXPECT_NEAR(mean_kl_to_prior(q) - kl_to_prior(q, 0.1, 9), std::log(2), 1e-12);
}

// Posteriors spread as the prior deconvolved by their noise, z | x = N(m x, 1 - m²) for normal x, add up to
// the prior, and what is left of the divergence is the mutual information of two normals.
TEST(AggregatePosterior, OfALinearModelIsThePrior) {
  const double m = 0.8;
  const NormalQuadrature x = normal_quadrature(0.25, 7);
  AggregatePosterior q;
  for (std::size_t i = 0; i < x.log_weights.size(); ++i) {
    const auto row = static_cast<Index>(i);
    const double scale = std::sqrt(1 - m * m);
    q.components.push_back({{m * double{x.nodes(row, 0)}, m * double{x.nodes(row, 1)}}, {scale, scale}});
    q.weights.push_back(std::exp(x.log_weights[i]));
  }
  EXPECT_NEAR(kl_to_prior(q, 0.1, 9), 0, 1e-9);
  EXPECT_NEAR(mean_kl_to_prior(q), -std::log(1 - m * m), 1e-8);  // twice -log(1 - m²)/2
}

TEST(AggregatePosterior, WantsAWeightForEachDatum) {
  Philox random(1);
  Vae vae({.hidden = 3}, random);
  EXPECT_EQ(aggregate_posterior(vae, Tensor(Shape{2, 2}), {0.5, 0.5}).components.size(), 2u);
  EXPECT_THROW(aggregate_posterior(vae, Tensor(Shape{2, 2}), {1}), Refused);
}

}  // namespace
}  // namespace doxa
