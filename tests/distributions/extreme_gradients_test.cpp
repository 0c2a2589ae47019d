// Gradients where the numerical ones of the gradient checker cannot tell: far tails, scales of 1e-6 and 1e6,
// nearly equal pairs, logits of hundreds, probabilities next to 0 and 1. The exact ones are closed forms in
// extended precision, of the very numbers that the tape has; a tolerance is a few u times what relative
// errors of u in the parameters amount to.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/categorical.h"
#include "doxa/distributions/mixture.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

using Exact = long double;

Exact exact(Var x, std::size_t i = 0) { return x.value()[i]; }

// `terms`: the largest of the terms that the exact derivative is a sum of.
void expect_adjoint(Var x, std::size_t i, Exact derivative, Exact terms, double units = 16) {
  const double off = static_cast<double>(std::abs(static_cast<Exact>(x.adjoint()[i]) - derivative));
  const double most = units * unit_roundoff * static_cast<double>(std::abs(terms));
  EXPECT_LE(off, most + double{std::numeric_limits<Real>::min()})
      << "element " << i << ": " << x.adjoint()[i] << ", exactly " << static_cast<double>(derivative);
}
void expect_adjoint(Var x, Exact derivative) { expect_adjoint(x, 0, derivative, derivative); }

Var row(Tape& tape, const std::vector<double>& x) {
  Tensor t(Shape{static_cast<Index>(x.size())});
  for (std::size_t i = 0; i < x.size(); ++i) t[static_cast<Index>(i)] = static_cast<Real>(x[i]);
  return tape.variable(t);
}

// ---- Normal -------------------------------------------------------------------------------------

TEST(ExtremeGradients, OfTheDensityOfANormal) {
  for (const double s : {1e-6, 1.0, 1e6})
    for (const double z : {-40.0, -1.5, 1e-7, 3.0, 40.0}) {
      Tape tape;
      const Var loc = number(tape, 0.3 * s), scale = number(tape, s), x = number(tape, 0.3 * s + z * s);
      tape.backward(log_prob(Normal(loc, scale), x));
      const Exact t = (exact(x) - exact(loc)) / exact(scale), by_loc = t / exact(scale);
      expect_adjoint(x, -by_loc);
      expect_adjoint(loc, by_loc);
      expect_adjoint(scale, 0, (t - 1) * (t + 1) / exact(scale), (t * t + 1) / exact(scale));
      Tape other;
      const Var log_scale = number(other, std::log(s));
      const Normal q = Normal::from_log_scale(other.constant(loc.item()), log_scale);
      other.backward(log_prob(q, other.constant(x.item())));
      const Exact w = (exact(x) - exact(loc)) / exact(q.scale);
      expect_adjoint(log_scale, 0, w * w - 1, w * w + 1);
    }
}

// d/ds = g (z² - 1)/s where g z² overflows: it is 2^1048, and in single precision, whose exponents go an
// eighth as far, 2^131.
TEST(ExtremeGradients, OfTheDensityOfANormalWithALargeScale) {
  const auto two_to = [](int x) { return static_cast<Real>(std::ldexp(1.0, sizeof(Real) > 4 ? x : x / 8)); };
  Tape tape;
  const Var loc = number(tape, 0), scale = number(tape, two_to(400)), x = number(tape, two_to(696));
  tape.backward(two_to(456) * log_prob(Normal(loc, scale), x));
  EXPECT_EQ(x.adjoint()[0], -two_to(352));
  EXPECT_EQ(scale.adjoint()[0], two_to(648));
}

TEST(ExtremeGradients, OfTheEntropyOfANormal) {
  for (const double s : {1e-30, 1e-6, 1e6, 1e30}) {
    Tape tape;
    const Var scale = number(tape, s);
    tape.backward(entropy(Normal(tape.constant(0), scale)));
    expect_adjoint(scale, 1 / exact(scale));
  }
}

TEST(ExtremeGradients, OfTheDivergenceOfNormals) {
  struct Pair {
    double q_loc, q_scale, p_loc, p_scale;
  };
  for (const Pair& at : {Pair{0, 1e-6, 0, 1e6},
                         {0, 1e6, 1, 1e-6},
                         {5, 1e-6, -5, 1e-6},
                         {40, 1, 0, 1},
                         {1, 2, 1 + 1e-3, 2 + 2e-3},
                         {1, 2, 1 + 1e-7, 2 - 2e-7},
                         {3, 1e6, 3, 1e6 + 1}}) {
    Tape tape;
    const Var q_loc = number(tape, at.q_loc), q_scale = number(tape, at.q_scale);
    const Var p_loc = number(tape, at.p_loc), p_scale = number(tape, at.p_scale);
    tape.backward(kl_divergence(Normal(q_loc, q_scale), Normal(p_loc, p_scale)));
    const Exact a = exact(q_scale), b = exact(p_scale), d = exact(q_loc) - exact(p_loc);
    const Exact excess = (a - b) * (a + b) / (b * b);
    expect_adjoint(q_loc, d / (b * b));
    expect_adjoint(p_loc, -d / (b * b));
    expect_adjoint(q_scale, excess / a);
    expect_adjoint(p_scale, 0, -(excess + d * d / (b * b)) / b, (std::abs(excess) + d * d / (b * b)) / b);
  }
}

// ---- MultivariateNormal -------------------------------------------------------------------------

// A diagonal factor makes it a product of normals, whatever their scales; the other elements of the triangle
// have derivatives too, (L⁻ᵀ z zᵀ)_ij = z_i z_j / s_i.
TEST(ExtremeGradients, OfTheDensityOfAMultivariateNormal) {
  Tape tape;
  const Tensor diagonal(Shape{3, 3}, {Real(1e-6), 0, 0, 0, 1, 0, 0, 0, Real(1e6)});
  const Var l = tape.variable(diagonal), loc = row(tape, {0, 2, -1e6}), x = row(tape, {4e-5, 1.5, 3e6});
  tape.backward(log_prob(MultivariateNormal(loc, l), x));
  std::array<Exact, 3> z, s;
  for (std::size_t i = 0; i < 3; ++i) {
    s[i] = exact(l, 4 * i);
    z[i] = (exact(x, i) - exact(loc, i)) / s[i];
  }
  for (std::size_t i = 0; i < 3; ++i) {
    expect_adjoint(x, i, -z[i] / s[i], z[i] / s[i]);
    expect_adjoint(loc, i, z[i] / s[i], z[i] / s[i]);
    for (std::size_t j = 0; j < i; ++j) expect_adjoint(l, 3 * i + j, z[i] * z[j] / s[i], z[i] * z[j] / s[i]);
    expect_adjoint(l, 4 * i, (z[i] - 1) * (z[i] + 1) / s[i], (z[i] * z[i] + 1) / s[i]);
  }
}

// Those of two by two: with r = Q_00/P_00, u = Q_11/P_11 and m = (Q_10 - P_10 r) / P_11, the divergence is
// (r² - 1)/2 - log r + (u² - 1)/2 - log u + m²/2.
TEST(ExtremeGradients, OfTheDivergenceOfMultivariateNormals) {
  for (const double apart : {-0.5, 1e-3, 1e-6, -1e-6, 0.0})
    for (const double s : {1e-6, 1.0, 1e6}) {
      Tape tape;
      const double e = 1 + apart;
      const Var q = tape.variable(Tensor(
          Shape{2, 2}, {Real(2 * s * e), 0, Real(-0.7 * s * (1 + apart / 3)), Real(0.3 * s * (1 - apart))}));
      const Var p = tape.variable(Tensor(Shape{2, 2}, {Real(2 * s), 0, Real(-0.7 * s), Real(0.3 * s)}));
      const Var loc = tape.constant(Tensor(Shape{2}));
      tape.backward(kl_divergence(MultivariateNormal(loc, q), MultivariateNormal(loc, p)));
      const auto a = [&](std::size_t i) { return exact(q, i); };
      const auto b = [&](std::size_t i) { return exact(p, i); };
      const Exact r = a(0) / b(0), dr = (a(0) - b(0)) / b(0), du = (a(3) - b(3)) / b(3);
      const Exact m = ((a(2) - b(2)) - b(2) * dr) / b(3);
      const Exact m_terms = (std::abs(a(2) - b(2)) + std::abs(b(2) * dr)) / b(3);
      const Exact r2 = dr * (2 + dr), u2 = du * (2 + du);  // r² - 1, u² - 1
      const Exact m_by_r = b(2) / b(3);
      expect_adjoint(q, 0, r2 / a(0) - m * m_by_r / b(0),
                     std::abs(r2 / a(0)) + std::abs(m_terms * m_by_r / b(0)));
      expect_adjoint(q, 2, m / b(3), m_terms / b(3));
      expect_adjoint(q, 3, u2 / a(3), u2 / a(3));
      expect_adjoint(p, 0, -r2 / b(0) + m * m_by_r * r / b(0),
                     std::abs(r2 / b(0)) + std::abs(m_terms * m_by_r * r / b(0)));
      expect_adjoint(p, 2, -m * r / b(3), m_terms * r / b(3));
      expect_adjoint(p, 3, -(u2 + m * m) / b(3), (std::abs(u2) + m_terms * m_terms) / b(3));
    }
}

// ---- Mixture ------------------------------------------------------------------------------------

// Far from all its components a mixture's gradient is the nearest one's, and the responsibilities of the
// others keep their digits.
TEST(ExtremeGradients, OfTheDensityOfAMixture) {
  Tape tape;
  const Var w = row(tape, {0, 0.5}), loc = row(tape, {-1, 1}), x = number(tape, 40);
  const Mixture q(Categorical(w), Normal(loc, tape.constant(1)));
  tape.backward(log_prob(q, x));
  // log of the odds of component 0: the weights' -1/2, and ((x - 1)² - (x + 1)²)/2 = -2x.
  const Exact odds = std::exp(-0.5L - 2 * exact(x)), r0 = odds / (1 + odds), prior = 1 / (1 + std::exp(0.5L));
  const Exact condition = exact(x) * exact(x);
  expect_adjoint(w, 0, r0 - prior, prior, 8);
  expect_adjoint(w, 1, prior - r0, prior, 8);
  expect_adjoint(loc, 0, r0 * 41, r0 * 41 * condition, 8);
  expect_adjoint(loc, 1, 39, 39);
  expect_adjoint(x, 0, -39, 39);
}

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
    const Var l = number(tape, at);
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
      const Var l = number(tape, at), k = number(tape, to);
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
