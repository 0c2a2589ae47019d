// The objectives that other tools for differentiation are timed on, written with the public ops: their values
// against their formulas in plain loops of extended precision, their gradients against differences.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "objectives/elementwise_lstm.h"
#include "objectives/gaussian_mixture.h"
#include "tests/support/rounding.h"

namespace doxa::benchmarks {
namespace {

using Wide = long double;

Wide log_sum_exp(const std::vector<Wide>& x) {
  const Wide largest = *std::ranges::max_element(x);
  Wide total = 0;
  for (const Wide v : x) total += std::exp(v - largest);
  return largest + std::log(total);
}

Wide by_formula(const GaussianMixture& m) {
  const auto [n, d, count] = m.size;
  std::vector<std::vector<Wide>> factors;  // rows of lower triangles
  std::vector<Wide> log_weights;
  Wide prior = 0;
  for (Index k = 0; k < count; ++k) {
    std::vector<Wide> factor(static_cast<std::size_t>(d * d));
    Wide log_weight = m.alpha.value[k];
    Index next = 0;
    for (Index j = 0; j < d; ++j) {
      const Wide q = m.log_diagonals.value(k, j);
      log_weight += q;
      factor[static_cast<std::size_t>(j * d + j)] = std::exp(q);
      for (Index i = j + 1; i < d; ++i)
        factor[static_cast<std::size_t>(i * d + j)] = m.below.value(k, next++);
    }
    for (const Wide v : factor) prior += v * v / 2;
    factors.push_back(factor);
    log_weights.push_back(log_weight);
  }
  Wide total = 0;
  for (Index i = 0; i < n; ++i) {
    std::vector<Wide> terms = log_weights;
    for (Index k = 0; k < count; ++k)
      for (Index row = 0; row < d; ++row) {
        Wide y = 0;
        for (Index j = 0; j <= row; ++j)
          y += factors[static_cast<std::size_t>(k)][static_cast<std::size_t>(row * d + j)] *
               (static_cast<Wide>(m.data(j, i)) - static_cast<Wide>(m.means.value[k * d + j]));
        terms[static_cast<std::size_t>(k)] -= y * y / 2;
      }
    total += log_sum_exp(terms);
  }
  std::vector<Wide> alpha(m.alpha.value.span().begin(), m.alpha.value.span().end());
  return -(total - static_cast<Wide>(n) * log_sum_exp(alpha) + prior + static_cast<Wide>(m.constant()));
}

Wide by_formula(const ElementwiseLstm& m) {
  const auto [layers, length, width] = m.size;
  const auto sigmoid = [](Wide x) { return 1 / (1 + std::exp(-x)); };
  std::vector<Wide> states(m.states.span().begin(), m.states.span().end());
  Wide total = 0;
  for (Index t = 0; t + 1 < length; ++t) {
    Wide of_target = 0, exponentials = 2, targets = 0;
    for (Index j = 0; j < width; ++j) {
      Wide u = static_cast<Wide>(m.ends.value(0, j)) * m.data(t, j);
      for (Index l = 0; l < layers; ++l) {
        Wide &h = states[static_cast<std::size_t>((2 * l) * width + j)],
             &c = states[static_cast<std::size_t>((2 * l + 1) * width + j)];
        const auto w = [&](Index k) { return static_cast<Wide>(m.weights.value(l, k, j)); };
        const auto b = [&](Index k) { return static_cast<Wide>(m.biases.value(l, k, j)); };
        const Wide f = sigmoid(w(0) * u + b(0)), i = sigmoid(w(1) * h + b(1)), o = sigmoid(w(2) * u + b(2));
        c = f * c + i * std::tanh(w(3) * h + b(3));
        u = h = o * std::tanh(c);
      }
      const Wide y = static_cast<Wide>(m.ends.value(1, j)) * u + m.ends.value(2, j);
      exponentials += std::exp(y);
      of_target += static_cast<Wide>(m.data(t + 1, j)) * y;
      targets += m.data(t + 1, j);
    }
    total += of_target - targets * std::log(exponentials);
  }
  return -total / static_cast<Wide>((length - 1) * width);
}

// `roundings`: numbers of the size of the result that are added up.
template <class Model>
void expect_formula_and_gradient(typename Model::Sizes sizes, double roundings) {
  Model model{sizes};
  Philox none(1);
  Tape tape;
  const double exact = static_cast<double>(by_formula(model));
  EXPECT_NEAR(static_cast<double>(model.loss(tape, 0, 1, none).item()), exact,
              roundings * unit_roundoff * std::abs(exact));
  if (sizeof(Real) < sizeof(double)) return;  // most of the derivatives are below single precision's rounding
  std::vector<CheckedLeaf> leaves;
  for (Parameter* p : parameters(model)) leaves.push_back({p->name, &p->value, &p->gradient});
  const GradientReport report =
      check_gradients([&](Tape& t) { return model.loss(t, 0, 1, none); }, leaves, {});
  EXPECT_TRUE(report.passed()) << report.str();
}

TEST(Objectives, TheGaussianMixture) {
  for (const GaussianMixture::Sizes s : {GaussianMixture::Sizes{.points = 7, .dimension = 2, .components = 3},
                                         {.points = 5, .dimension = 4, .components = 1},
                                         {.points = 3, .dimension = 1, .components = 2}})
    expect_formula_and_gradient<GaussianMixture>(s, 1000);
}

TEST(Objectives, TheElementwiseLstm) {
  for (const ElementwiseLstm::Sizes s : {ElementwiseLstm::Sizes{.layers = 2, .length = 9, .width = 3},
                                         {.layers = 1, .length = 2, .width = 1},
                                         {.layers = 4, .length = 5, .width = 14}})
    expect_formula_and_gradient<ElementwiseLstm>(s, 1000);
}

}  // namespace
}  // namespace doxa::benchmarks
