// The gradients of the functions of numerical trouble are right: equal to numbers of 60 digits, and for
// networks and expressions to differences of a second implementation in extended precision.

#include "trouble.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

#include "exact_gradient.h"
#include "expression.h"
#include "mutants.h"
#include "networks.h"

namespace doxa::trouble {
namespace {

constexpr bool double_precision = std::numeric_limits<Real>::digits == 53;
constexpr bool extended_precision = std::numeric_limits<long double>::digits >= 64;

const Trouble* find(const std::vector<Trouble>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &Trouble::name);
  return found == all.end() ? nullptr : &*found;
}

// The inputs with the elements of `flat`, in the shapes that the function draws.
std::vector<Tensor> inputs_of(const Trouble& trouble, const std::vector<double>& flat) {
  Philox random(1);
  std::vector<Tensor> inputs = trouble.draw(random);
  std::size_t next = 0;
  for (Tensor& x : inputs)
    for (Real& x_i : x.span()) x_i = static_cast<Real>(flat.at(next++));
  EXPECT_EQ(next, flat.size()) << trouble.name;
  return inputs;
}

void expect_exact(const std::vector<Trouble>& all, const ExactGradient& exact) {
  const Trouble* trouble = find(all, exact.name);
  ASSERT_TRUE(trouble) << exact.name;
  const std::vector<Tensor> inputs = inputs_of(*trouble, exact.x);
  const Tensor y = Forward(trouble->function)(inputs);
  ASSERT_EQ(static_cast<std::size_t>(y.size()), exact.value.size()) << exact.name;
  for (std::size_t m = 0; m < exact.value.size(); ++m) {
    const long double value = static_cast<long double>(y[static_cast<Index>(m)]);
    EXPECT_LE(std::abs(value - exact.value[m]), exact.noise + 1e-12L * std::abs(exact.value[m]))
        << exact.name << ": " << value << " for " << exact.value[m];
  }
  const Jacobian j = analytic_jacobian(trouble->function, inputs);
  const bool diagonal = static_cast<Index>(exact.gradient.size()) != j.rows() * j.columns();
  for (Index m = 0; m < j.rows(); ++m)
    for (Index n = 0; n < j.columns(); ++n) {
      const auto at = static_cast<std::size_t>(diagonal ? n : m * j.columns() + n);
      const long double right = diagonal && m != n ? 0 : exact.gradient.at(at);
      EXPECT_LE(std::abs(static_cast<long double>(j.entries(m, n)) - right),
                exact.gradient_tolerance * std::abs(right))
          << exact.name << " [" << m << "," << n << "]: " << j.entries(m, n) << " for " << right;
    }
}

TEST(Trouble, GradientsAreThoseOfSixtyDigits) {
  if (!double_precision) GTEST_SKIP() << "the inputs are of double precision";
  if (!extended_precision) GTEST_SKIP() << "the closed forms are computed in extended precision";
  const std::vector<Trouble> all = trouble_functions();
  for (const auto& table : {exact_algorithms(), exact_arithmetic(), exact_extremes()})
    for (const ExactGradient& exact : table) expect_exact(all, exact);
}

TEST(Trouble, EveryClosedFormHasItsNumbers) {
  std::set<std::string> listed;
  for (const auto& table : {exact_algorithms(), exact_arithmetic(), exact_extremes()})
    for (const ExactGradient& exact : table) listed.insert(exact.name);
  for (const Trouble& t : trouble_functions())
    if (t.family != "networks" && t.family != "expressions" && t.family != "ties") {
      EXPECT_TRUE(listed.contains(t.name)) << t.name;
    }
}

TEST(Trouble, HasNamesOfItsOwn) {
  std::set<std::string> names;
  for (const Trouble& t : trouble_functions()) EXPECT_TRUE(names.insert(t.name).second) << t.name;
  if (!double_precision) return;
  EXPECT_EQ(names.size(), 156u);  // tests/README.md says so
}

// A mistake has the value of the function, and another gradient.
TEST(Trouble, MistakesDifferInTheGradientAlone) {
  Philox random(5);
  for (const Trouble& t : trouble_functions()) {
    const std::vector<Tensor> inputs = t.draw(random);
    for (const auto& [name, wrong] : t.mistakes) {
      EXPECT_TRUE(std::ranges::equal(Forward(t.function)(inputs).span(), Forward(wrong)(inputs).span()))
          << t.name << ", " << name;
      EXPECT_FALSE(std::ranges::equal(analytic_jacobian(t.function, inputs).entries.span(),
                                      analytic_jacobian(wrong, inputs).entries.span()))
          << t.name << ", " << name;
    }
  }
}

TEST(Trouble, ValuesAndGradientsAreFinite) {
  Philox random(2);
  for (const Trouble& t : trouble_functions())
    for (int draw = 0; draw < 3; ++draw) {
      const std::vector<Tensor> inputs = t.draw(random);
      Pullback pullback(t.function, inputs);
      for (const Real y : pullback.value().span()) EXPECT_TRUE(std::isfinite(y)) << t.name;
      for (const Tensor& g : pullback(Tensor(pullback.value().shape(), 1)))
        for (const Real g_i : g.span()) EXPECT_TRUE(std::isfinite(g_i)) << t.name;
    }
}

// ---- ties: along any direction the slope lies between the limits from both sides --------------------------

TEST(Trouble, TiedGradientsFitTogetherInEveryDirection) {
  Philox random(3);
  for (const Trouble& t : trouble_functions()) {
    if (t.family != "ties") continue;
    for (int draw = 0; draw < 20; ++draw) {
      const std::vector<Tensor> inputs = t.draw(random);
      Pullback pullback(t.function, inputs);
      Tensor v(pullback.value().shape());
      v[random.uniform_index(v.size())] = 1;
      const std::vector<Tensor> gradient = pullback(v);
      std::vector<Tensor> direction;
      double slope = 0;
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        direction.push_back(normal_noise(inputs[k].shape(), random));
        for (Index i = 0; i < inputs[k].size(); ++i)
          slope += static_cast<double>(gradient[k][i]) * static_cast<double>(direction[k][i]);
      }
      const auto one_sided = [&](double h) {
        std::vector<Tensor> moved = inputs;
        for (std::size_t k = 0; k < moved.size(); ++k)
          for (Index i = 0; i < moved[k].size(); ++i)
            moved[k][i] += static_cast<Real>(h * static_cast<double>(direction[k][i]));
        const Tensor y = Forward(t.function)(moved);
        double difference = 0;
        for (Index m = 0; m < v.size(); ++m)
          difference += static_cast<double>(v[m]) * static_cast<double>(y[m] - pullback.value()[m]);
        return difference / h;
      };
      // The functions are piecewise linear along the direction, up to √ of the norm's argument.
      const double h = double_precision ? 1e-6 : 1e-3, right = one_sided(h), left = one_sided(-h);
      const double margin = double_precision ? 1e-8 : 1e-2;
      EXPECT_GE(slope, std::min(left, right) - margin) << t.name;
      EXPECT_LE(slope, std::max(left, right) + margin) << t.name;
    }
  }
}

// ---- expressions: the same graph on numbers of extended precision
// ------------------------------------------

using Extended = std::vector<std::vector<long double>>;

Extended extended(const std::vector<Tensor>& inputs) {
  Extended x;
  for (const Tensor& input : inputs) x.emplace_back(input.span().begin(), input.span().end());
  return x;
}

// f' along element i of input k: a difference of the fourth order.
long double derivative(const std::function<long double(const Extended&)>& f, Extended x, std::size_t k,
                       std::size_t i, long double h) {
  const long double at = x[k][i];
  const auto shifted = [&](long double step) {
    x[k][i] = at + step;
    return f(x);
  };
  const long double near = shifted(h) - shifted(-h), far = shifted(2 * h) - shifted(-2 * h);
  return (8 * near - far) / (12 * h);
}

TEST(Trouble, GradientsOfExpressionsAreThoseOfExtendedPrecision) {
  if (!extended_precision) GTEST_SKIP();
  const std::vector<Trouble> all = trouble_functions();
  Philox random(4);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Trouble* t = find(all, "expression " + std::to_string(seed));
    ASSERT_TRUE(t);
    const std::vector<Tensor> inputs = t->draw(random);
    const Expression expression = random_expression(seed);
    Pullback pullback(t->function, inputs);
    const Tensor v = normal_noise(pullback.value().shape(), random);
    const auto f = [&](const Extended& x) {
      long double total = 0;
      for (std::size_t e = 0; e < x[0].size(); ++e)
        total += static_cast<long double>(v[expression.reduced ? 0 : static_cast<Index>(e)]) *
                 value_of(expression, std::vector<long double>{x[0][e], x[1][e], x[2][e]});
      return total;
    };
    const std::vector<Tensor> gradient = pullback(v);
    for (std::size_t k = 0; k < inputs.size(); ++k)
      for (std::size_t i = 0; i < 4; ++i) {
        const long double exact = derivative(f, extended(inputs), k, i, 1e-4L);
        EXPECT_NEAR(static_cast<double>(gradient[k][static_cast<Index>(i)]), static_cast<double>(exact),
                    (double_precision ? 1e-11 : 1e-3) * std::max(1.0, static_cast<double>(std::abs(exact))))
            << t->name << " input " << k << "[" << i << "]";
      }
  }
}

}  // namespace
}  // namespace doxa::trouble
