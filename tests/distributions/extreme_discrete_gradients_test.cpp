// Of coins and categoricals, whose probabilities are next to 0 and 1.

#include <algorithm>
#include <array>

#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/categorical.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "tests/support/extreme_gradients.h"

namespace doxa {
namespace {

// ---- Bernoulli ----------------------------------------------------------------------------------

Exact sigma(Exact x) { return 1 / (1 + std::exp(-x)); }
// σ(a) - σ(b)
Exact sigma_difference(Exact a, Exact b) {
  return std::sinh((a - b) / 2) / (2 * std::cosh(a / 2) * std::cosh(b / 2));
}

constexpr std::array extreme_logits{-600.0, -300.0, -40.0, -36.5, -5.0, 0.01, 8.0, 36.0, 45.0, 200.0, 650.0};

TEST(ExtremeGradients, OfABernoulli) {
  for (const double at : extreme_logits) {
    Tape tape;
    const Var l = scalar(tape, at);
    const Bernoulli q(l);
    const Exact e = exact(l), condition = 1 + std::abs(e);  // of e^l
    const auto expect = [&](Var y, Exact derivative) {
      tape.backward(y);
      expect_adjoint(l, 0, derivative, derivative * condition, 8);
    };
    expect(log_prob(q, tape.constant(1)), sigma(-e));
    expect(log_prob(q, tape.constant(0)), -sigma(e));
    expect(entropy(q), -e * sigma(e) * sigma(-e));
  }
}

TEST(ExtremeGradients, OfTheDivergenceOfBernoullis) {
  for (const double at : extreme_logits)
    for (const double to : {at + 1e-8, at * (1 + 1e-3), at - 0.9, at + 7, -at, at / 2}) {
      Tape tape;
      const Var l = scalar(tape, at), k = scalar(tape, to);
      tape.backward(kl_divergence(Bernoulli(l), Bernoulli(k)));
      const Exact a = exact(l), b = exact(k), condition = 1 + std::abs(a) + std::abs(b);
      const Exact by_q = sigma(a) * sigma(-a) * (a - b), by_p = sigma_difference(b, a);
      expect_adjoint(l, 0, by_q, by_q * condition, 8);
      expect_adjoint(k, 0, by_p, by_p * condition, 8);
    }
}

// ---- Categorical --------------------------------------------------------------------------------

// Of a row of logits: p_i, 1 - p_i, log p_i, none of which cancels.
struct ExactRow {
  std::vector<Exact> p, others, log_p;
  Exact entropy = 0, condition = 1;

  explicit ExactRow(Var l) {
    const std::size_t k = l.value().size();
    for (std::size_t i = 0; i < k; ++i) {
      Exact rest = 0;
      for (std::size_t j = 0; j < k; ++j)
        if (j != i) rest += std::exp(exact(l, j) - exact(l, i));
      p.push_back(1 / (1 + rest));
      others.push_back(1 / (1 + 1 / rest));
      log_p.push_back(-std::log1p(rest));
      entropy -= p[i] * log_p[i];
      condition = std::max(condition, 1 + 2 * std::abs(exact(l, i)));
    }
  }
};

const std::vector<std::vector<double>> rows{{300, -250, 10},   {0, -40, -60, -37}, {-500, 20, 21, 19},
                                            {1, 1, 1},         {80, 0, 0, 0, 41},  {-3, 700, 5},
                                            {5, 4.999999, -90}};

TEST(ExtremeGradients, OfTheLogProbabilityOfACategorical) {
  for (const auto& x : rows)
    for (std::size_t c = 0; c < x.size(); ++c) {
      Tape tape;
      const Var l = row(tape, x);
      const auto value = static_cast<Index>(c);
      const ExactRow q(l);
      const auto expect = [&](Var y) {
        tape.backward(y);
        for (std::size_t i = 0; i < x.size(); ++i) {
          const Exact derivative = i == c ? q.others[i] : -q.p[i];
          expect_adjoint(l, i, derivative, derivative * q.condition, 8);
        }
      };
      expect(log_prob(Categorical(l), {&value, 1}));
      expect(gather(Categorical(l).log_probs(), {&value, 1}));
      expect(log_prob(OneHotCategorical(l), reshape(one_hot(tape, {&value, 1}, l.size()), {l.size()})));
    }
}

TEST(ExtremeGradients, OfTheEntropyOfACategorical) {
  for (const auto& x : rows) {
    Tape tape;
    const Var l = row(tape, x);
    const ExactRow q(l);
    tape.backward(entropy(Categorical(l)));
    for (std::size_t i = 0; i < x.size(); ++i)
      expect_adjoint(l, i, -q.p[i] * (q.log_p[i] + q.entropy),
                     q.p[i] * (std::abs(q.log_p[i]) + q.entropy) * q.condition, 8);
  }
}

TEST(ExtremeGradients, OfTheDivergenceOfCategoricals) {
  for (const auto& x : rows)
    for (std::size_t turn = 1; turn <= x.size(); ++turn) {  // p is q with its logits halved and turned
      Tape tape;
      std::vector<double> y;
      for (std::size_t i = 0; i < x.size(); ++i) y.push_back(x[(i + turn) % x.size()] / 2);
      const Var a = row(tape, x), b = row(tape, y), kl = kl_divergence(Categorical(a), Categorical(b));
      const ExactRow q(a), p(b);
      Exact total = 0;
      for (std::size_t i = 0; i < x.size(); ++i) total += q.p[i] * (q.log_p[i] - p.log_p[i]);
      tape.backward(kl);
      const Exact condition = q.condition + p.condition;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const Exact t = p.log_p[i] - q.log_p[i];
        expect_adjoint(a, i, -q.p[i] * (t + total), q.p[i] * (std::abs(t) + total) * condition, 8);
        // Of probabilities that are both next to 1 what is left is the difference of the others.
        const bool likely = q.p[i] > 0.5L && p.p[i] > 0.5L;
        const Exact by_p = likely ? q.others[i] - p.others[i] : p.p[i] - q.p[i];
        const Exact terms = likely ? q.others[i] + p.others[i] : p.p[i] + q.p[i];
        expect_adjoint(b, i, by_p, terms * condition, 8);
      }
    }
}

// Of two values, with logits l_0 - l_1 = a and b, it is that of coins, which is exact however close they are.
TEST(ExtremeGradients, OfTheDivergenceOfNearlyEqualCategoricals) {
  for (const double at : {0.25, 3.0, -20.0, 90.0})
    for (const double apart : {1e-3, 1e-6, -1e-6}) {
      Tape tape;
      const Var q = row(tape, {at, 0}), p = row(tape, {at * (1 + apart), 0});
      const Var kl = kl_divergence(Categorical(q), Categorical(p));
      const Exact a = exact(q), b = exact(p);
      tape.backward(kl);
      const Exact by_q = sigma(a) * sigma(-a) * (a - b), by_p = sigma_difference(b, a);
      const Exact condition = 1 + std::abs(a);
      for (const std::size_t i : {0u, 1u}) {
        const Exact sign = i == 0 ? 1 : -1;
        expect_adjoint(q, i, sign * by_q, by_q * condition, 8);
        expect_adjoint(p, i, sign * by_p, by_p * condition, 8);
      }
      // KL = ∫ (1 - s) v(a + s d) d² ds over s from 0 to 1 with d = b - a, v = σσ', |v'| <= v: v(a) d²/2 with
      // a relative error of |d| e^|d| / 3 at most.
      const Exact quadratic = sigma(a) * sigma(-a) * (a - b) * (a - b) / 2;
      const Exact relative = std::abs(a - b) * std::exp(std::abs(a - b)) / 3;
      EXPECT_NEAR(kl.item(), static_cast<double>(quadratic),
                  static_cast<double>(quadratic * (relative + 8 * condition * unit_roundoff)) +
                      double{std::numeric_limits<Real>::min()});
    }
}

}  // namespace
}  // namespace doxa
