// What the solutions of chapter 03's exercises say.

#include <gtest/gtest.h>

#include "em.h"
#include "scalar_model.h"
#include "sections.h"

namespace {

using doxa::column;
using doxa::Index;
using doxa::Matrix;

// KL(q ‖ posterior) as the gap of (03.4).
double gap(const Problem& p, const Gaussian& q) {
  return log_evidence(p.model, p.x) - elbo_terms(p.model, p.x, q).value();
}

// KL(posterior ‖ the product of its marginals).
double total_correlation(const Gaussian& posterior) {
  const Matrix c = covariance(posterior);
  double sum = 0;
  for (Index i = 0; i < c.rows; ++i) sum += std::log(c(i, i)) / 2 - std::log(posterior.factor(i, i));
  return sum;
}

double correlation(const Problem& p) {
  const Matrix c = covariance(posterior(p.model, p.x));
  return c(0, 1) / std::sqrt(c(0, 0) * c(1, 1));
}

TEST(Exercise03, TheBarsAreTheSameForEveryReading) {
  const ScalarModel model{6, 0.25};
  const ScalarNormal exact = posterior(model);
  for (int j = -4; j <= 4; ++j) {
    const ScalarNormal q{exact.mean + j * std::sqrt(exact.variance / 2), exact.variance};
    EXPECT_NEAR(elbo(model, q), log_evidence(model) - j * j / 4.0, 1e-12);
  }
  EXPECT_NEAR(log_evidence(model), -15.43, 5e-3);
}

TEST(Exercise03, TheGapOfTwoIsMutualInformation) {
  const Problem p = three_instruments();
  const double rho = correlation(p);
  EXPECT_NEAR(rho, -0.8397, 5e-5);
  EXPECT_NEAR(mean_field_gap(p.model), -std::log(1 - rho * rho) / 2, 1e-12);
  EXPECT_NEAR(mean_field_gap(p.model), total_correlation(posterior(p.model, p.x)), 1e-12);

  // One precise reading of the sum of three.
  const Matrix loading{1, 3, {1, 1, 1}};
  const Problem sum{LinearGaussian{loading, column({0}), column({0.3})}, column({1})};
  EXPECT_NEAR(gap(sum, best_diagonal(sum.model, sum.x)), 1.973, 5e-4);
  EXPECT_NEAR(total_correlation(posterior(sum.model, sum.x)), 1.182, 5e-4);
}

TEST(Exercise03, TheRightMarginalsAreThreeTimesAsFarOff) {
  const Problem p = three_instruments();
  const Gaussian exact = posterior(p.model, p.x);
  const Matrix c = covariance(exact);
  const double rho = correlation(p), dotted = gap(p, diagonal_gaussian(exact.mean, {c(0, 0), c(1, 1)}));
  EXPECT_NEAR(dotted, rho * rho / (1 - rho * rho) + std::log(1 - rho * rho) / 2, 1e-12);
  EXPECT_NEAR(dotted, 1.78, 5e-3);
  EXPECT_NEAR(dotted / mean_field_gap(p.model), 2.9, 0.05);
}

TEST(Exercise03, APoorReadingOfTheSumHardlyCorrelates) {
  LinearGaussian truth = three_instruments().model;
  truth.noise_scale[0] = 3;
  EXPECT_NEAR(mean_field_gap(truth), 0.00128, 5e-6);
  // What V with the best diagonal q learns from infinitely many data: E[log p(x)] less the gap.
  double best = -std::numeric_limits<double>::infinity(), learned = 0;
  for (double s1 = 0.5; s1 < 6; s1 += 0.0005) {
    LinearGaussian model = truth;
    model.noise_scale[0] = s1;
    const double v = expected_log_evidence(model, truth) - mean_field_gap(model);
    if (v > best) best = v, learned = s1;
  }
  EXPECT_GT(learned, 3);
  EXPECT_NEAR(learned, 3.009, 1e-3);
}

TEST(Exercise03, TheDoublePriceOfTheDivergence) {
  const ScalarModel model{2};
  const auto objective = [&](const ScalarNormal& q) {
    return expected_log_likelihood(model, q) - 2 * kl_divergence(q, ScalarNormal{0, 1});
  };
  const ScalarNormal best{2.0 / 3, 2.0 / 3};
  for (const double step : {-0.01, 0.01}) {
    EXPECT_LT(objective({best.mean + step, best.variance}), objective(best));
    EXPECT_LT(objective({best.mean, best.variance + step}), objective(best));
  }
  const ScalarNormal of_twice_the_noise = posterior(ScalarModel{2, 2});
  EXPECT_NEAR(of_twice_the_noise.mean, best.mean, 1e-15);
  EXPECT_NEAR(of_twice_the_noise.variance, best.variance, 1e-15);
  EXPECT_NEAR(log_evidence(model) - elbo(model, best), 0.134, 5e-4);
}

TEST(Exercise03, WithTooLittleScatterEmGoesToZero) {
  const EmProblem little{{0.8}}, just_one{{1}};
  double w = 1;
  for (int t = 0; t < 50; ++t) w = maximise_over_w(little, w);
  EXPECT_NEAR(maximise_over_w(little, w) / w, 0.64, 1e-6);
  w = 1;
  for (int t = 0; t < 10'000; ++t) w = maximise_over_w(just_one, w);
  EXPECT_NEAR(w * std::sqrt(2 * 10'000.0), 1, 1e-3);
  EXPECT_NEAR(w, 0.00707, 5e-6);
}

// A hundred draws were once said to be enough because of the logarithm. With the prior for q they know V too,
// but of eighty numbers it is 52 nats too low; with a close q they would know the mean weight as well.
TEST(EvidenceBound, TheLogarithmMakesVEasyToKnowAndACloseQWorthKnowing) {
  const ScalarModel typical{std::numbers::sqrt2};
  const ScalarNormal prior{0, 1}, exact = posterior(typical);
  // The mean of f over q, by a sum over a fine lattice.
  const auto mean = [](const ScalarNormal& q, const auto& f) {
    const double h = 0.01;
    double sum = 0;
    for (double z = -12; z < 12; z += h) sum += h * std::exp(log_normal(z, q)) * f(z);
    return sum;
  };
  const double v = elbo(typical, prior);
  EXPECT_NEAR(80 * v, -193.5, 0.05);
  EXPECT_NEAR(80 * (log_evidence(typical) - v), 52, 0.5);
  EXPECT_NEAR(mean(prior, [&](double z) { return std::pow(log_weight(typical, prior, z) - v, 2); }), 2.5,
              1e-6);
  // The mean weight of a q that is 1/10 deviation off, by a hundred draws of eighty numbers: within 11 %.
  const ScalarNormal close{exact.mean + 0.1 * std::sqrt(exact.variance), exact.variance};
  const double square = mean(
      close, [&](double z) { return std::exp(2 * (log_weight(typical, close, z) - log_evidence(typical))); });
  EXPECT_NEAR(square, std::exp(0.01), 1e-6);
  EXPECT_NEAR(std::sqrt((std::pow(square, 80) - 1) / 100), 0.11, 0.005);
}

// (03.22): EM was once said to be slow where the posterior is sharp. It is slow at both ends alike, and
// fastest at w = 1.
TEST(EvidenceBound, EmIsSlowAtBothEndsAlike) {
  // Data whose mean square is w² + 1, so that w is their maximum of likelihood.
  const auto share = [](double w) {
    const EmProblem data{std::vector<double>{std::sqrt(w * w + 1)}};
    EXPECT_NEAR(maximum_likelihood(data), w, 1e-12);
    EXPECT_NEAR(maximise_over_w(data, w), w, 1e-12);
    const double h = 1e-4;
    return (maximise_over_w(data, w + h) - maximise_over_w(data, w - h)) / (2 * h);
  };
  for (const double w : {0.1, 0.5, 0.9, 1.1, 2.33065, 10.0}) {
    EXPECT_NEAR(share(w), 1 - 2 * w * w / ((1 + w * w) * (1 + w * w)), 1e-6);
    EXPECT_NEAR(share(w), share(1 / w), 1e-6);
    EXPECT_GT(share(w), share(1));
  }
  EXPECT_NEAR(share(1), 0.5, 1e-6);
}

}  // namespace
