#include "doxa/models/kalman/filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "joint.h"
#include "tests/support/rounding.h"

namespace doxa::testing {
namespace {

// Position and velocity, of which only the position is seen, almost exactly and for a long time.
LinearGaussianModel tracking(double q, double r) {
  return {.start_mean = Matrix(2, 1),
          .start_covariance = Matrix(2, 2),  // known exactly
          .transition = Matrix(2, 2, {1, 1, 0, 1}),
          .transition_input = Matrix(2, 1, {0.5, 1}),
          .transition_covariance = q * Matrix(2, 2, {0.25, 0.5, 0.5, 1}),  // of rank 1
          .emission = Matrix(1, 2, {1, 0}),
          .emission_input = Matrix(1, 1),
          .emission_covariance = Matrix(1, 1, {r})};
}

// Beliefs and evidence are those of the joint of all states and observations as one normal vector.
TEST(KalmanFilter, ConditionsTheJointOfEverything) {
  Philox random(71);
  for (const Index d : {0, 2})
    for (int trial = 0; trial < 5; ++trial) {
      const auto [m, e] = random_run(3, d, 2, 6, random);
      const KalmanFiltered f = filter(m, e.inputs, e.observations);
      const Joint joint(m, e.inputs);
      for (Index k = 0; k <= 6; ++k)
        expect_moments(f.filtered[static_cast<std::size_t>(k)],
                       joint.given(e.observations, k, joint.state(k), 3), 1e-12, "filtered");
      double sum = 0;
      for (Index k = 1; k <= 6; ++k) {
        const auto i = static_cast<std::size_t>(k) - 1;
        expect_moments(f.predicted[i], joint.given(e.observations, k - 1, joint.state(k), 3), 1e-12,
                       "predicted");
        expect_moments(f.predictive[i], joint.given(e.observations, k - 1, joint.observation(k), 2), 1e-12,
                       "predictive");
        EXPECT_NEAR(f.log_predictive[i], log_prob(f.predictive[i], row(e.observations, k - 1)), 1e-12);
        sum += f.log_predictive[i];
        EXPECT_NEAR(sum, joint.log_evidence(e.observations, k), 1e-11);
      }
      EXPECT_EQ(f.log_evidence, log_evidence(m, e.inputs, e.observations));
      EXPECT_NEAR(f.log_evidence, sum, 1e-12);
    }
}

// Scalar: P⁻ solves P = a² P r / (P + r) + q.
TEST(KalmanFilter, ComesToTheSolutionOfRiccatisEquation) {
  for (const double a : {0.9, 1.0, 1.3})
    for (const double q : {0.0, 0.01, 2.0}) {
      const double r = 0.7, b = r * (1 - a * a) - q, root = std::sqrt(b * b / 4 + q * r);
      const double exact = -b / 2 + root;  // of P² + b P - q r = 0
      if (exact < 1e-9) continue;          // q = 0, |a| <= 1: what is known grows without end
      const LinearGaussianModel m = scalar_model(a, q, r, 5);
      const KalmanFiltered f = filter(m, Matrix(3000, 0), Matrix(3000, 1));
      EXPECT_NEAR(covariance(f.predicted.back())[0] / exact, 1, 1e-12) << a << " " << q;
    }
}

// A constant that is read k times: precision 1/p + k/r, mean in proportion; also where next to nothing was
// known.
TEST(KalmanFilter, WithoutMotionAveragesWhatItSees) {
  Philox random(72);
  for (const double p : {2.0, 1e20}) {
    const LinearGaussianEpisode e = simulate(scalar_model(1, 0, 4, 2), Matrix(1000, 0), random);
    const KalmanFiltered f = filter(scalar_model(1, 0, 4, p), e.inputs, e.observations);
    double sum = 0;
    for (std::size_t k = 1; k <= 1000; ++k) {
      sum += e.observations[static_cast<Index>(k) - 1];
      const double precision = 1 / p + static_cast<double>(k) / 4;
      EXPECT_NEAR(covariance(f.filtered[k])[0] * precision, 1, 1e-12);
      EXPECT_NEAR(f.filtered[k].mean[0], sum / 4 / precision, 1e-12);
    }
  }
}

// Two readings of a uniform motion of which nothing was known: position y_2 and velocity y_2 - y_1, with the
// covariance of these differences of readings.
TEST(KalmanFilter, StartsFromNextToNothing) {
  LinearGaussianModel m = tracking(0, 0.25);
  m.start_covariance = 1e16 * identity(2);
  const KalmanFiltered f = filter(m, Matrix(2, 1), Matrix(2, 1, {3, 5}));
  EXPECT_LE(distance(f.filtered[2].mean, Matrix(2, 1, {5, 2})), 1e-6);
  EXPECT_LE(distance(covariance(f.filtered[2]), 0.25 * Matrix(2, 2, {1, 1, 1, 2})), 1e-6);
}

TEST(KalmanFilter, DoesNotDependOnTheBasisOfTheState) {
  Philox random(73);
  const auto [m, e] = random_run(3, 1, 2, 20, random);
  const Matrix t = random_matrix(3, 3, random) + 3 * identity(3);
  const Matrix square = t * transpose(t),
               inverse = transpose(t) * solve_with_factor(cholesky_factor(square), identity(3));
  const auto turned = [&](const Matrix& p) { return symmetric_part(t * p * transpose(t)); };
  LinearGaussianModel other = m;
  other.start_mean = t * m.start_mean;
  other.start_covariance = turned(m.start_covariance);
  other.transition = t * m.transition * inverse;
  other.transition_input = t * m.transition_input;
  other.transition_covariance = turned(m.transition_covariance);
  other.emission = m.emission * inverse;
  const KalmanFiltered f = filter(m, e.inputs, e.observations), g = filter(other, e.inputs, e.observations);
  EXPECT_NEAR(f.log_evidence, g.log_evidence, 1e-10);
  EXPECT_LE(distance(t * f.filtered.back().mean, g.filtered.back().mean), 1e-11);
  EXPECT_LE(distance(t * covariance(f.filtered.back()) * transpose(t), covariance(g.filtered.back())), 1e-11);
}

// C = 0: what is seen is noise. The evidence is its density, whatever the state does.
TEST(KalmanFilter, LearnsNothingWhereNothingIsSeen) {
  Philox random(74);
  LinearGaussianModel m = random_linear_gaussian(2, 1, 1, random);
  m.emission = Matrix(1, 2);
  const LinearGaussianEpisode e = simulate(m, random_matrix(30, 1, random), random);
  double noise = 0;
  const double r = m.emission_covariance[0];
  for (Index k = 0; k < 30; ++k) {
    const double x = e.observations[k] - m.emission_input[0] * e.inputs[k];
    noise -= (x * x / r + std::log(2 * std::numbers::pi * r)) / 2;
  }
  const KalmanFiltered f = filter(m, e.inputs, e.observations);
  EXPECT_NEAR(f.log_evidence, noise, 1e-12);
  for (std::size_t k = 1; k <= 30; ++k)
    EXPECT_LE(distance(f.filtered[k].mean, f.predicted[k - 1].mean), 1e-14);
}

// Inputs move means along and touch no covariance: without them, and with their effect subtracted, it is the
// same filter.
TEST(KalmanFilter, InputsShiftMeansOnly) {
  Philox random(75);
  LinearGaussianModel m = random_linear_gaussian(3, 2, 2, random);
  const LinearGaussianEpisode e = simulate(m, random_matrix(15, 2, random), random);
  LinearGaussianModel still = m;
  still.transition_input = Matrix(3, 0);
  still.emission_input = Matrix(2, 0);
  Matrix response(3, 1), reduced = e.observations;
  for (Index k = 0; k < 15; ++k) {
    const Matrix input = row(e.inputs, k);
    response = m.transition * response + m.transition_input * input;
    const Matrix shift = m.emission * response + m.emission_input * input;
    for (Index j = 0; j < 2; ++j) reduced(k, j) -= shift[j];
  }
  const KalmanFiltered with = filter(m, e.inputs, e.observations),
                       without = filter(still, Matrix(15, 0), reduced);
  EXPECT_NEAR(with.log_evidence, without.log_evidence, 1e-11);
  EXPECT_EQ(with.filtered.back().scale_tril.elements, without.filtered.back().scale_tril.elements);
  EXPECT_LE(distance(with.filtered.back().mean, without.filtered.back().mean + response), 1e-12);
}

// Under the model, S^-½ e are independent standard normals: moments and correlations within 5 standard
// errors.
TEST(KalmanFilter, WhitensItsInnovations) {
  Philox random(76);
  const LinearGaussianModel m = random_linear_gaussian(3, 1, 2, random);
  const Index steps = 20'000;
  const LinearGaussianEpisode e = simulate(m, random_matrix(steps, 1, random), random);
  const KalmanFiltered f = filter(m, e.inputs, e.observations);
  Matrix mean(2, 1), square(2, 2), lagged(2, 2);
  for (std::size_t k = 0; k < f.horizon(); ++k) {
    const Matrix& z = f.whitened_innovations[k];
    mean = mean + z;
    square = square + z * transpose(z);
    if (k > 0) lagged = lagged + z * transpose(f.whitened_innovations[k - 1]);
  }
  const double n = static_cast<double>(steps), error = 5 / std::sqrt(n);
  EXPECT_LE(largest_magnitude((1 / n) * mean), error);
  EXPECT_LE(distance((1 / n) * square, identity(2)), error * std::sqrt(2.0));
  EXPECT_LE(largest_magnitude((1 / n) * lagged), error);
}

TEST(KalmanFilter, StaysPositiveSemidefiniteOverAHundredThousandSteps) {
  for (const double r : {1.0, 1e-18})
    for (const double q : {1.0, 1e-12}) {
      Philox random(77);
      const LinearGaussianModel m = tracking(q, r);
      const LinearGaussianEpisode e = simulate(m, Matrix(100'000, 1), random);
      KalmanFilter filter(m);
      double squares = 0;
      for (Index k = 0; k < 100'000; ++k) {
        const KalmanFilter::Step step = filter.update(row(e.inputs, k), row(e.observations, k));
        squares += sum_of_squares(step.whitened_innovation);
      }
      const Matrix p = covariance(filter.belief());
      EXPECT_EQ(p(0, 1), p(1, 0));
      EXPECT_GT(p(0, 0), 0);
      EXPECT_LE(p(0, 0), r * (1 + 1e-12));  // not worse than the last reading alone
      EXPECT_GE(p(0, 0) * p(1, 1) - p(0, 1) * p(0, 1), -1e-15 * p(0, 0) * p(1, 1));
      EXPECT_TRUE(std::isfinite(filter.log_evidence()));
      EXPECT_NEAR(squares / 100'000, 1, 5 * std::sqrt(2.0 / 100'000)) << q << " " << r;
    }
}

// Nothing random but the readings: the start and the motion are known, and no reading changes that.
TEST(KalmanFilter, KnowsADeterministicMotion) {
  Philox random(78);
  const LinearGaussianModel m = tracking(0, 0.3);
  const LinearGaussianEpisode e = simulate(m, random_matrix(50, 1, random), random);
  const KalmanFiltered f = filter(m, e.inputs, e.observations);
  for (std::size_t k = 0; k <= 50; ++k) {
    EXPECT_EQ(largest_magnitude(covariance(f.filtered[k])), 0);
    EXPECT_EQ(f.filtered[k].mean.elements, row(e.states, static_cast<Index>(k)).elements);
  }
}

// Exact readings of one coordinate: it is known exactly, the other is not.
TEST(KalmanFilter, TakesExactReadings) {
  Philox random(79);
  LinearGaussianModel m = random_linear_gaussian(2, 0, 1, random);
  m.emission = Matrix(1, 2, {1, 0});
  m.emission_covariance = Matrix(1, 1);
  const LinearGaussianEpisode e = simulate(m, Matrix(5, 0), random);
  const KalmanFiltered f = filter(m, e.inputs, e.observations);
  const Joint joint(m, e.inputs);
  EXPECT_NEAR(f.filtered.back().mean[0], e.states(5, 0), 1e-13);
  EXPECT_LE(covariance(f.filtered.back())[0], 1e-25);
  EXPECT_NEAR(f.log_evidence, joint.log_evidence(e.observations, 5), 1e-11);
  m.emission = Matrix(1, 2);  // and of nothing: y = 0 with certainty has no density
  EXPECT_THROW(log_evidence(m, e.inputs, e.observations), std::domain_error);
}

TEST(GaussianBelief, DivergenceAndEntropyAreTheirDefinitions) {
  Philox random(82);
  const auto belief = [&] {
    return GaussianBelief{random_matrix(3, 1, random), cholesky_factor(random_positive_definite(3, random))};
  };
  const GaussianBelief q = belief(), p = belief();
  EXPECT_EQ(kl_divergence(q, q), 0);
  // E_q log q = -entropy and E_q log p, a quadratic, in closed form.
  const Matrix solved = solve_lower(p.scale_tril, q.scale_tril);
  const double cross = log_prob(p, q.mean) - sum_of_squares(solved) / 2;
  EXPECT_NEAR(kl_divergence(q, p), -entropy(q) - cross, 1e-12);
  EXPECT_NEAR(entropy(q), 1.5 - log_prob(q, q.mean), 1e-13);
  const GaussianBelief point{Matrix(3, 1), Matrix(3, 3)};
  EXPECT_EQ(kl_divergence(q, point), infinity);
  EXPECT_EQ(entropy(point), -infinity);
  EXPECT_THROW(log_prob(point, q.mean), std::domain_error);
  EXPECT_THROW(kl_divergence(point, point), std::domain_error);
}

}  // namespace
}  // namespace doxa::testing
