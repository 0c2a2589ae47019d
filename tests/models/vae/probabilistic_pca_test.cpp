#include "doxa/models/vae/probabilistic_pca.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "doxa/models/numerics/symmetric_eigen.h"
#include "tests/support/random_matrix.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// Data whose covariance has no particular structure.
struct RandomData {
  Philox random{4};
  Tensor x{Shape{40, 5}};
  SampleMoments moments;
  std::vector<double> eigenvalues;
  RandomData() {
    x = tensor(random_product(40, 5, random));
    moments = sample_moments(x);
    eigenvalues = symmetric_eigen(moments.covariance).values;
  }
};

ProbabilisticPca random_model(Index data, Index latent, Philox& random) {
  ProbabilisticPca model{{}, random_matrix(data, latent, random), 0.3};
  for (Index i = 0; i < data; ++i) model.mean.push_back(random.normal());
  return model;
}

TEST(SampleMoments, AreMeanAndPopulationCovariance) {
  const SampleMoments m = sample_moments(Tensor({2, 2}, {1, 5, 3, 1}));
  EXPECT_EQ(m.mean, (std::vector<double>{2, 3}));
  EXPECT_EQ(m.covariance.elements, (std::vector<double>{1, -2, -2, 4}));
  EXPECT_THROW(sample_moments(Tensor(Shape{0, 2})), Refused);
  EXPECT_THROW(sample_moments(Tensor(Shape{4})), Refused);
}

// (05.2) in one dimension, where C = w² + σ² is a number.
TEST(ProbabilisticPca, LogProbIsTheNormalDensity) {
  const ProbabilisticPca model{{1}, Matrix(1, 1, {2}), 0.5};
  const double at = log_prob(model, Tensor({1, 1}, {4}))[0];
  EXPECT_NEAR(at, -9 / 9.0 - 0.5 * std::log(2 * std::numbers::pi * 4.5), 16 * double_roundoff);
}

// (05.1) integrates to (05.2): ∫ p(z) p(x|z) dz by the trapezoid rule, for one latent.
TEST(ProbabilisticPca, LogProbIsTheIntegralOverTheLatent) {
  Philox random(5);
  const ProbabilisticPca model = random_model(3, 1, random);
  const Tensor x({1, 3}, {Real(0.5), -1, 2});
  double p = 0;
  for (double z = -12; z <= 12; z += 0.01) {
    double exponent = -z * z / 2;
    for (Index i = 0; i < 3; ++i) {
      const double r = double{x[i]} - model.weight(i, 0) * z - model.mean[static_cast<std::size_t>(i)];
      exponent -= r * r / (2 * model.noise_variance);
    }
    p += 0.01 * std::exp(exponent) / std::sqrt(2 * std::numbers::pi);
  }
  const double constant = -1.5 * std::log(2 * std::numbers::pi * model.noise_variance);
  EXPECT_NEAR(log_prob(model, x)[0], std::log(p) + constant, 1e-11);
}

TEST(ProbabilisticPca, MeanLogProbIsTheMeanOfLogProb) {
  RandomData d;
  const ProbabilisticPca model = random_model(5, 2, d.random);
  const std::vector<double> each = log_prob(model, d.x);
  const double mean = std::accumulate(each.begin(), each.end(), 0.0) / 40;
  EXPECT_NEAR(mean_log_prob(model, d.moments), mean, 1e3 * double_roundoff * std::abs(mean));  // (05.3)
}

// (05.5) attains (05.6), and (05.15) with σ² held.
TEST(ProbabilisticPca, TheMaximumIsAttained) {
  RandomData d;
  for (const Index k : {1, 2, 4}) {
    const ProbabilisticPca best = maximum_likelihood(d.moments, k);
    EXPECT_NEAR(mean_log_prob(best, d.moments), maximum_log_likelihood(d.eigenvalues, k),
                1e4 * double_roundoff);
    for (const double sigma2 : {0.5, 2.0, 30.0})
      EXPECT_NEAR(mean_log_prob(maximum_likelihood(d.moments, k, sigma2), d.moments),
                  maximum_log_likelihood(d.eigenvalues, k, sigma2), 1e4 * double_roundoff);
    EXPECT_NEAR(maximum_log_likelihood(d.eigenvalues, k, best.noise_variance),
                maximum_log_likelihood(d.eigenvalues, k), 1e3 * double_roundoff);
  }
}

// Nothing beats it: neither what is near, nor what is far, at any σ² or at the same.
TEST(ProbabilisticPca, TheMaximumIsAMaximum) {
  RandomData d;
  for (const Index k : {1, 3}) {
    const double most = maximum_log_likelihood(d.eigenvalues, k);
    for (const double size : {1e-4, 1e-2, 1.0})
      for (int i = 0; i < 20; ++i) {
        ProbabilisticPca other = maximum_likelihood(d.moments, k);
        other.weight = other.weight + size * random_matrix(5, k, d.random);
        other.noise_variance *= std::exp(size * d.random.normal());
        for (double& m : other.mean) m += size * d.random.normal();
        const double here = mean_log_prob(other, d.moments);
        EXPECT_LT(here, most);
        EXPECT_LE(here, maximum_log_likelihood(d.eigenvalues, k, other.noise_variance));
      }
  }
}

// (05.4), with equality where the eigenvectors agree in order.
TEST(ProbabilisticPca, TheTraceIsLeastWhereTheAxesAgree) {
  Philox random(9);
  for (int i = 0; i < 20; ++i) {
    const Matrix s = random_positive_definite(5, random), c = random_positive_definite(5, random);
    const SymmetricEigen of_s = symmetric_eigen(s), of_c = symmetric_eigen(c);
    double least = 0;
    for (std::size_t j = 0; j < 5; ++j) least += of_s.values[j] / of_c.values[j];
    EXPECT_GT(trace(solve_with_factor(cholesky_factor(c), s)), least);
    const Matrix agreeing = of_s.vectors * diagonal(of_c.values) * transpose(of_s.vectors);
    EXPECT_NEAR(trace(solve_with_factor(cholesky_factor(agreeing), s)), least, 1e4 * double_roundoff * least);
  }
}

// What stands before (05.17): what is lost at another σ², and where the last axis is tilted.
TEST(ProbabilisticPca, TheLikelihoodFallsOffAsTheEigenvaluesSay) {
  RandomData d;
  const Index k = 2;
  const ProbabilisticPca best = maximum_likelihood(d.moments, k);
  const double most = maximum_log_likelihood(d.eigenvalues, k), sigma2 = best.noise_variance;
  for (const double factor : {0.5, 0.9, 1.1}) {
    const double rho = 1 / factor;
    EXPECT_NEAR(most - maximum_log_likelihood(d.eigenvalues, k, factor * sigma2),
                1.5 * (rho - 1 - std::log(rho)), 1e4 * double_roundoff);
  }
  const Matrix axes = symmetric_eigen(d.moments.covariance).vectors;
  const double kept = d.eigenvalues[k - 1], discarded = d.eigenvalues[k];
  for (const double angle : {0.01, 0.5, 1.5}) {
    ProbabilisticPca tilted = best;
    for (Index i = 0; i < 5; ++i)
      tilted.weight(i, k - 1) =
          std::sqrt(kept - sigma2) * (std::cos(angle) * axes(i, k - 1) + std::sin(angle) * axes(i, k));
    EXPECT_NEAR(most - mean_log_prob(tilted, d.moments),
                0.5 * (1 / sigma2 - 1 / kept) * (kept - discarded) * std::pow(std::sin(angle), 2),
                1e5 * double_roundoff);
  }
}

TEST(ProbabilisticPca, TheLikelihoodDoesNotSeeARotationOfTheLatent) {
  RandomData d;
  const ProbabilisticPca model = random_model(5, 3, d.random);
  ProbabilisticPca rotated = model;
  rotated.weight = model.weight * symmetric_eigen(random_symmetric(3, d.random)).vectors;
  EXPECT_NEAR(mean_log_prob(model, d.moments), mean_log_prob(rotated, d.moments), 1e5 * double_roundoff);
  EXPECT_LE(largest_principal_angle(model.weight, rotated.weight), 1e3 * double_roundoff);
}

// Bayes' rule (05.7): p(z|x) p(x) = p(x|z) p(z) at any z and x.
TEST(ProbabilisticPca, PosteriorIsBayesRule) {
  Philox random(6);
  const ProbabilisticPca model = random_model(4, 2, random);
  const LinearGaussianPosterior q = posterior(model);
  for (int i = 0; i < 5; ++i) {
    const Tensor x = tensor(random_matrix(1, 4, random)), z = tensor(random_matrix(1, 2, random));
    const Matrix deviation = transpose(Matrix(x)) - column(model.mean);
    // Densities with a given mean and covariance, as pPCA of no latent: C = covariance.
    const auto normal = [](const Matrix& at, const Matrix& mean, const Matrix& covariance) {
      const Matrix l = cholesky_factor(covariance);
      return -0.5 * (static_cast<double>(at.rows) * std::log(2 * std::numbers::pi) + log_det_of_factor(l) +
                     sum_of_squares(solve_lower(l, at - mean)));
    };
    const Matrix at = transpose(Matrix(z));
    const double of_posterior = normal(at, q.gain * deviation, q.covariance) + log_prob(model, x)[0];
    const double of_joint = normal(at, Matrix(2, 1), identity(2)) +
                            normal(deviation, model.weight * at, model.noise_variance * identity(4));
    EXPECT_NEAR(of_posterior, of_joint, 1e4 * double_roundoff * std::abs(of_joint));
  }
}

TEST(LargestPrincipalAngle, IsThatOfTwoPlanes) {
  const Matrix a(4, 2, {2, 0, 0, 1, 0, 0, 0, 0});
  for (const double angle : {0.0, 1e-12, 1e-3, 1.0, std::numbers::pi / 2}) {
    // Another basis of the plane of e₀ and cos e₁ + sin e₂.
    const Matrix b(4, 2, {1, 3, 0, std::cos(angle), 0, std::sin(angle), 0, 0});
    EXPECT_NEAR(largest_principal_angle(a, b), angle, 1e-15 + 1e-7 * (angle > 1.5));  // d asin at 1
    EXPECT_NEAR(largest_principal_angle(b, a), angle, 1e-15 + 1e-7 * (angle > 1.5));
  }
}

TEST(ProbabilisticPca, RefusesWhatHasNoMaximum) {
  RandomData d;
  EXPECT_THROW(maximum_likelihood(d.moments, 0), Refused);
  EXPECT_THROW(maximum_likelihood(d.moments, 5), Refused);  // nothing is discarded
  EXPECT_THROW(maximum_likelihood(d.moments, 6, 1.0), Refused);
  EXPECT_THROW(maximum_likelihood(d.moments, 2, -1.0), Refused);
  EXPECT_THROW(maximum_log_likelihood(std::vector<double>{1, 0, 0}, 1), Refused);  // σ² = 0
  EXPECT_THROW(maximum_log_likelihood(d.eigenvalues, 5), Refused);
}

}  // namespace
}  // namespace doxa
