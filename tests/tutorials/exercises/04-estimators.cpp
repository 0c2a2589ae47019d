// What the solutions of chapter 04's exercises say.

#include <gtest/gtest.h>

#include "choice_model.h"
#include "doxa/distributions/estimators.h"
#include "parabola.h"
#include "sections.h"

namespace doxa {
namespace {

constexpr double rounding = 100 * double{std::numeric_limits<Real>::epsilon()};
const Triple logits{0.8, -0.6, 0.2};

TEST(Exercise04, ButtonsThatPayNothingOrOne) {
  Philox random(1);
  for (int run = 0; run < 200; ++run) {
    double logit = 0, least = 0;
    for (int step = 0; step < 1000; ++step) {
      const double p = 1 / (1 + std::exp(-logit)), z = random.uniform() < p ? 1 : 0;
      logit += z * (z - p);
      EXPECT_GE(logit, least);
      least = logit;
    }
    EXPECT_GT(1 / (1 + std::exp(-logit)), 0.99);
  }
}

TEST(Exercise04, AConstantAddedToFIsNoise) {
  const Parabola p;
  constexpr Index n = 8;
  // f + 100 less b is f less b - 100.
  const double none = p.score(-100, n), stale = p.score(p.best_baseline() - 100, n);
  EXPECT_NEAR(none, 5178, 0.5);
  EXPECT_NEAR(stale, 5001, 0.5);

  const auto lifted = [](Var z) { return squared_length(z) + Real(100); };
  Philox random(1);
  const auto measured = [&](auto estimator) {
    return measure({p.delta, std::log(p.sigma)}, isotropic, lifted, estimator, {.count = 20'000}, random);
  };
  const Moments m = measured(ScoreFunction{.samples = n});
  EXPECT_NEAR(m.variance[0], none, 4.5 * m.variance_error[0]);
  const auto b = static_cast<Real>(p.best_baseline());
  const Moments s = measured(ScoreFunction{.samples = n, .baseline = ConstantBaseline{b}});
  EXPECT_NEAR(s.variance[0], stale, 4.5 * s.variance_error[0]);
  const Moments loo = measured(ScoreFunction{.samples = n, .baseline = LeaveOneOutBaseline{}});
  EXPECT_NEAR(loo.variance[0], p.leave_one_out(n), 4.5 * loo.variance_error[0]);
}

TEST(Exercise04, TheMeanOfAllDrawsShrinks) {
  constexpr Index n = 4;
  const Parabola p;
  Tape tape;
  const Var row =
      tape.variable(Tensor({1, 2}, {static_cast<Real>(p.delta), static_cast<Real>(std::log(p.sigma))}));
  std::vector<double> f, score;  // of each draw, by μ
  const auto watched = [&](Var z) {
    const Var y = squared_length(z);
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      f.push_back(y.value()[i]);
      score.push_back((z.value()[i] - p.delta) / (p.sigma * p.sigma));
    }
    return y;
  };
  Philox random(1);
  tape.backward(sum(expectation(isotropic(row), watched,
                                ScoreFunction{.samples = n, .baseline = LeaveOneOutBaseline{}}, random)));
  double mean = 0, about_mean = 0;
  for (const double y : f) mean += y / n;
  for (std::size_t i = 0; i < f.size(); ++i) about_mean += (f[i] - mean) * score[i] / n;
  EXPECT_NEAR(about_mean, 0.75 * double{row.adjoint()[0]}, 10 * rounding);
  EXPECT_GT(std::abs(about_mean), 0.1);
}

TEST(Exercise04, StraightThroughIsExactForALinearF) {
  // With w = 0 the datum says nothing, and f is c · z + constant, c = log π - log p.
  const ChoiceModel linear{.w = {0, 0, 0}};
  const Triple truth = gradient_of_bound(linear, logits);
  const ExactMoments exact = straight_through_moments(linear, logits);
  EXPECT_LT(length(minus(exact.mean, truth)), 1e-15);
  EXPECT_LT(total(exact.variance), 1e-15);
  const auto bias = [&](double temperature) {
    return length(minus(gumbel_softmax_moments(linear, logits, temperature).mean, truth)) / length(truth);
  };
  EXPECT_NEAR(bias(1), 0.140, 5e-4);
  EXPECT_NEAR(bias(0.5), 0.044, 5e-4);
  EXPECT_NEAR(bias(0.25), 0.013, 5e-4);
}

TEST(Exercise04, ManyDrawsWantItCool) {
  const ChoiceModel model;
  const Triple truth = gradient_of_bound(model, logits);
  std::vector<double> temperature, bias, variance;
  for (double log_t = std::log(0.3); log_t < std::log(3.0); log_t += 0.05) {
    temperature.push_back(std::exp(log_t));
    const ExactMoments m = gumbel_softmax_moments(model, logits, temperature.back());
    bias.push_back(length(minus(m.mean, truth)));
    variance.push_back(total(m.variance));
  }
  const auto best = [&](double n) {
    std::size_t least = 0;
    const auto error = [&](std::size_t i) { return bias[i] * bias[i] + variance[i] / n; };
    for (std::size_t i = 1; i < bias.size(); ++i)
      if (error(i) < error(least)) least = i;
    return temperature[least];
  };
  EXPECT_NEAR(best(1), 1.6, 0.05);
  EXPECT_NEAR(best(10), 0.9, 0.05);
  EXPECT_NEAR(best(100), 0.58, 0.03);
}

TEST(Exercise04, TwoEqualDrawsSayNothing) {
  const ChoiceModel model;
  const Triple sure{8, 0, -8}, p = softmax_of(sure);
  constexpr Index events = 20'000;
  Tensor rows(Shape{events, 3});
  for (Index i = 0; i < rows.size(); ++i) rows[i] = static_cast<Real>(sure[static_cast<std::size_t>(i % 3)]);
  Tape tape;
  const Var l = tape.variable(rows);
  const auto f = [&](Var z, const OneHotCategorical& q) { return model.log_weight(z, q); };
  Philox random(1);
  tape.backward(sum(expectation(OneHotCategorical(l), f,
                                ScoreFunction{.samples = 2, .baseline = LeaveOneOutBaseline{}}, random)));
  Index silent = 0;
  for (std::size_t i = 0; i < events; ++i) silent += l.adjoint()[3 * i] == 0;
  const double equal = p[0] * p[0] + p[1] * p[1] + p[2] * p[2];
  EXPECT_NEAR(equal, 0.99933, 5e-6);
  EXPECT_NEAR(static_cast<double>(silent) / events, equal, 4.5 * std::sqrt(equal * (1 - equal) / events));

  const ExactMoments loo = leave_one_out(model, sure, 2), none = score_function(model, sure, 0);
  EXPECT_NEAR(std::sqrt(loo.variance[0]), 0.150, 5e-4);
  EXPECT_NEAR(std::sqrt(none.variance[0] / 2), 0.074, 5e-4);
  const Triple joint = model.log_joint();
  const double f1 = joint[0] - std::log(p[0]), f2 = joint[1] - std::log(p[1]);
  EXPECT_NEAR(f1, -5.89, 5e-3);
  EXPECT_NEAR(f2, 5.72, 5e-3);
  EXPECT_NEAR(std::sqrt(2 * loo.variance[0] / none.variance[0]), (f2 - f1) / f2, 0.01);
}

}  // namespace
}  // namespace doxa
