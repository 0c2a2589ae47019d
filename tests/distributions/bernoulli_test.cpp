#include "doxa/distributions/bernoulli.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "doxa/distributions/categorical.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// log of the smallest positive number: e^-deepest is one, e^-(deepest + 1) is none.
constexpr Real deepest = sizeof(Real) == 8 ? 744 : 103;
const double tiniest = static_cast<double>(std::numeric_limits<Real>::denorm_min());

Bernoulli coin(Tape& tape, double logit) { return Bernoulli(number(tape, logit)); }

// A few roundings, relative to the value; and half of the last place where numbers are not normal.
double rounding_of(double value) { return 16 * unit_roundoff * std::abs(value) + tiniest / 2; }

const double moderate_logits[] = {0,     1e-9,  -0.3, 1,      -1.5, 4,   -8, 12.75,
                                  -16.5, 17.25, 30,   -36.75, 37.5, -60, 85};

TEST(Bernoulli, ItsProbabilitiesSumToOne) {
  for (const double l : moderate_logits) {
    Tape tape;
    const Bernoulli q = coin(tape, l);
    const Var log_p = log_prob(q, tape.constant({2}, {0, 1}));
    EXPECT_NEAR(std::exp(double{log_p.value()[0]}) + std::exp(double{log_p.value()[1]}), 1, rounding_of(1))
        << l;
    // their ratio is what a logit is
    EXPECT_NEAR(double{log_p.value()[1]} - double{log_p.value()[0]}, q.logits.item(),
                rounding_of(std::abs(l) + 1));
  }
}

TEST(Bernoulli, ItsProbabilitiesAreOneThirdAndTwoAtALogitOfLogTwo) {
  Tape tape;
  const Bernoulli q(log(number(tape, 2)));
  EXPECT_NEAR(mean(q).item(), 2.0 / 3, rounding_of(1));
  EXPECT_NEAR(variance(q).item(), 2.0 / 9, rounding_of(1));
  EXPECT_NEAR(log_prob(q, number(tape, 1)).item(), std::log(2.0 / 3), rounding_of(1));
  EXPECT_NEAR(log_prob(q, number(tape, 0)).item(), std::log(1.0 / 3), rounding_of(2));
  EXPECT_NEAR(entropy(q).item(), std::log(3.0) - std::log(2.0) * 2 / 3, rounding_of(1));
}

TEST(Bernoulli, IsTheSameWithItsSidesExchanged) {
  for (const double l : moderate_logits) {
    Tape tape;
    const Bernoulli q = coin(tape, l), turned = coin(tape, -l);
    EXPECT_EQ(log_prob(q, number(tape, 1)).item(), log_prob(turned, number(tape, 0)).item());
    EXPECT_EQ(entropy(q).item(), entropy(turned).item());
    EXPECT_EQ(variance(q).item(), variance(turned).item());
    for (const double k : moderate_logits)
      EXPECT_EQ(kl_divergence(q, coin(tape, k)).item(), kl_divergence(turned, coin(tape, -k)).item());
  }
}

TEST(Bernoulli, IsTheCategoricalOfTwoValues) {
  Tape tape;
  Philox random(1);
  const Var l = 2 * tape.variable(normal_noise(Shape{40}, random)),
            k = 2 * tape.variable(normal_noise(Shape{40}, random));
  const auto two = [&](Var x) { return Categorical(stack({tape.constant(Shape{40}, Real{0}), x}, 1)); };
  const std::vector<Index> ones(40, 1);
  const auto expect_equal = [](Var a, Var b) {
    for (std::size_t i = 0; i < 40; ++i)
      EXPECT_NEAR(a.value()[i], b.value()[i], 2 * rounding_of(1 + std::abs(double{b.value()[i]}) + 8));
  };
  expect_equal(log_prob(Bernoulli(l), tape.constant(1)), log_prob(two(l), ones));
  expect_equal(entropy(Bernoulli(l)), entropy(two(l)));
  expect_equal(kl_divergence(Bernoulli(l), Bernoulli(k)), kl_divergence(two(l), two(k)));
}

TEST(Bernoulli, ItsLogProbIsLinearBetweenTheTwoValues) {
  Tape tape;
  const Bernoulli q(vector(tape, {-3, 0, 2}));
  const Var between = log_prob(q, tape.constant(Real(0.25))), zero = log_prob(q, tape.constant(0)),
            one = log_prob(q, tape.constant(1));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(between.value()[i], 0.75 * double{zero.value()[i]} + 0.25 * double{one.value()[i]},
                rounding_of(3));
}

TEST(Bernoulli, LogitsAndValuesBroadcast) {
  Tape tape;
  const Bernoulli q(tape.constant(Tensor(Shape{2, 1})));
  EXPECT_EQ(log_prob(q, tape.constant(Tensor(Shape{2, 3}))).shape(), Shape({2, 3}));
  EXPECT_EQ(kl_divergence(q, Bernoulli(tape.constant(Tensor(Shape{3})))).shape(), Shape({2, 3}));
  EXPECT_THROW(log_prob(Bernoulli(tape.constant(Tensor(Shape{2}))), tape.constant(Tensor(Shape{3}))),
               Refused);
}

// ---- entropy ------------------------------------------------------------------------------------

TEST(BernoulliEntropy, IsMinusTheExpectedLogProbability) {
  for (const double l : moderate_logits) {
    Tape tape;
    const Bernoulli q = coin(tape, l);
    double expected = 0;
    for (const double x : {0, 1}) {
      const double log_p = log_prob(q, number(tape, x)).item();
      expected -= std::exp(log_p) * log_p;
    }
    EXPECT_NEAR(entropy(q).item(), expected, 4 * rounding_of(expected * (1 + std::abs(l)))) << l;
  }
}

TEST(BernoulliEntropy, IsLogTwoForAFairCoinAndThatIsItsMaximum) {
  Tape tape;
  const Bernoulli fair(number(tape, 0));
  const Var h = entropy(fair);
  EXPECT_NEAR(h.item(), std::log(2.0), rounding_of(1));
  tape.backward(h);
  EXPECT_EQ(fair.logits.adjoint()[0], 0);
}

// ---- saturated logits: with z = e^-|l| far below u, log(1 + z) = z and the entropy is (1 + |l|) z, to first
// order

TEST(BernoulliSaturated, NothingRoundsToZero) {
  for (const double l : {40.0, 60.0, 80.0, double{deepest} - 3, double{deepest}}) {
    Tape tape;
    const double z = std::exp(-l);  // of a float build a normal double
    for (const double sign : {-1.0, 1.0}) {
      const Bernoulli q = coin(tape, sign * l);
      const double likely = log_prob(q, number(tape, sign > 0)).item();
      EXPECT_LT(likely, 0);
      EXPECT_NEAR(likely, -z, rounding_of(z) + tiniest / 2);
      EXPECT_EQ(log_prob(q, number(tape, sign < 0)).item(), static_cast<Real>(-l));
      const double exact =
          static_cast<double>((1 + static_cast<long double>(l)) * std::exp(-static_cast<long double>(l)));
      EXPECT_NEAR(entropy(q).item(), exact, rounding_of(exact));
      EXPECT_GT(variance(q).item(), 0);
    }
  }
}

TEST(BernoulliSaturated, NothingOverflows) {
  Tape tape;
  const double far = 1e30;
  for (const double l : {-far, far}) {
    const Bernoulli q = coin(tape, l);
    EXPECT_EQ(log_prob(q, number(tape, l > 0)).item(), 0);
    EXPECT_EQ(log_prob(q, number(tape, l < 0)).item(), static_cast<Real>(-far));
    EXPECT_EQ(entropy(q).item(), 0);
    EXPECT_EQ(kl_divergence(q, q).item(), 0);
    EXPECT_EQ(kl_divergence(q, coin(tape, -l)).item(), static_cast<Real>(far));
  }
}

// Between two coins that nearly always show the same, KL = z_q (t_p - t_q - 1) + z_p, with z = e^-t.
TEST(BernoulliSaturated, ItsDivergenceDoesNotRoundToZero) {
  for (const auto& [a, b] : {std::pair{60.0, 70.0}, {70.0, 60.0}, {80.0, 79.5}, {50.0, 85.0}}) {
    Tape tape;
    const long double za = std::exp(-static_cast<long double>(a)),
                      zb = std::exp(-static_cast<long double>(b));
    const double exact = static_cast<double>(za * (b - a - 1) + zb);
    // two roundings of a number as large as the larger of the two terms, e^-a and e^-b each being off by 2
    // ulp
    EXPECT_NEAR(kl_divergence(coin(tape, a), coin(tape, b)).item(), exact, 4 * rounding_of(exact))
        << a << ' ' << b;
    EXPECT_NEAR(kl_divergence(coin(tape, -a), coin(tape, -b)).item(), exact, 4 * rounding_of(exact));
  }
}

TEST(BernoulliSaturated, ItsGradientKeepsItsDigits) {
  Tape tape;
  const double l = 60, z = std::exp(-l);
  const Bernoulli q = coin(tape, l), p = coin(tape, l + 2);
  tape.backward(log_prob(q, number(tape, 1)));
  EXPECT_NEAR(q.logits.adjoint()[0], z, rounding_of(z));
  tape.backward(entropy(q));
  EXPECT_NEAR(q.logits.adjoint()[0], -l * z, rounding_of(l * z));
  tape.backward(kl_divergence(q, p));
  EXPECT_NEAR(q.logits.adjoint()[0], -2 * z, rounding_of(2 * z));
  EXPECT_NEAR(p.logits.adjoint()[0], z - z * std::exp(-2.0), 2 * rounding_of(z));
}

// ---- KL -----------------------------------------------------------------------------------------

TEST(BernoulliKL, IsZeroForEqualOnesAndPositiveForOthers) {
  for (const double l : moderate_logits)
    for (const double k : moderate_logits) {
      Tape tape;
      const Bernoulli q = coin(tape, l), p = coin(tape, k);
      const double kl = kl_divergence(q, p).item();
      if (q.logits.item() == p.logits.item())
        EXPECT_EQ(kl, 0);
      else
        EXPECT_GT(kl, 0) << l << ' ' << k;
    }
}

TEST(BernoulliKL, IsTheExpectedLogRatio) {
  for (const double l : {-6.0, -2.0, -0.1, 0.4, 3.0, 5.5})
    for (const double k : {-5.0, -2.5, 0.0, 0.45, 3.5}) {
      Tape tape;
      const Bernoulli q = coin(tape, l), p = coin(tape, k);
      double expected = 0, size = 0;
      for (const double x : {0, 1}) {
        const double log_q = log_prob(q, number(tape, x)).item(), log_p = log_prob(p, number(tape, x)).item();
        expected += std::exp(log_q) * (log_q - log_p);
        size += std::exp(log_q) * (std::abs(log_q) + std::abs(log_p));
      }
      EXPECT_NEAR(kl_divergence(q, p).item(), expected, rounding_of(size));
    }
}

// KL = σ'(l) d²/2 + O(d³) for logits that differ by d: it has digits however close they are. (l and d are
// powers of two, so that l + d is exact.)
TEST(BernoulliKL, OfNearlyEqualOnesDoesNotCancel) {
  for (const double l : {0.0, 1.0, -4.0}) {
    Tape tape;
    const double d = std::ldexp(1.0, -std::numeric_limits<Real>::digits + 4);
    const double p = 1 / (1 + std::exp(-l)), leading = p * (1 - p) * d * d / 2;
    EXPECT_NEAR(kl_divergence(coin(tape, l), coin(tape, l + d)).item(), leading,
                rounding_of(leading) + d * leading);
  }
}

// ---- draws --------------------------------------------------------------------------------------

TEST(BernoulliDraw, OfACoinThatAlwaysShowsTheSame) {
  Tape tape;
  Philox random(3);
  const Var l = tape.variable(Tensor(Shape{1000}, deepest));
  const Var heads = sample(Bernoulli(l), random), tails = sample(Bernoulli(-l), random);
  EXPECT_FALSE(heads.needs_gradient());
  for (const Real x : heads.value()) EXPECT_EQ(x, 1);
  for (const Real x : tails.value()) EXPECT_EQ(x, 0);
}

// ---- wrong parameters and values ----------------------------------------------------------------

TEST(Bernoulli, RefusesLogitsThatAreNotFiniteNamingTheirIndex) {
  Tape tape;
  for (const Real wrong : {infinity, -infinity, nan}) {
    const std::string text = thrown<Refused>([&] { Bernoulli(vector(tape, {1, 2, wrong})); });
    EXPECT_EQ(text.substr(0, 23), "Bernoulli: logits[2] is");
    EXPECT_NE(text.find(", expected a finite number"), std::string::npos) << text;
  }
}

TEST(Bernoulli, RefusesAValueThatIsNone) {
  Tape tape;
  const Bernoulli q(vector(tape, {0, 1}));
  EXPECT_SAYS(Refused, "log_prob of Bernoulli: x[1] is 255, expected a number from 0 to 1",
              log_prob(q, vector(tape, {1, 255})));
  EXPECT_THROW(log_prob(q, vector(tape, {Real(-0.5), 1})), Refused);
  EXPECT_THROW(log_prob(q, number(tape, nan)), Refused);
}

static_assert(Distribution<Bernoulli> && !Reparametrised<Bernoulli>);

// d/dl = x - σ(l), and of p: x/p - (1 - x)/(1 - p).
TEST(Bernoulli, ItsGradientAtAFairCoin) {
  for (const Real zero : {Real{0}, -Real{0}})
    for (const Real x : {Real{0}, Real(0.25), Real{1}}) {
      Tape tape;
      const Var logit = tape.variable(zero), p = tape.variable(Real(0.5));
      tape.backward(log_prob(Bernoulli(logit), tape.constant(x)));
      EXPECT_EQ(logit.adjoint()[0], x - Real(0.5)) << zero;
      tape.backward(log_prob(Bernoulli::from_probs(p), tape.constant(x)));
      EXPECT_EQ(p.adjoint()[0], 4 * x - 2);
    }
}

}  // namespace
}  // namespace doxa
