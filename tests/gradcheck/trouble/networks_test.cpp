// The gradients of the networks, against differences of a second implementation: plain loops in extended
// precision.

#include "networks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "mutants.h"

namespace doxa::trouble {
namespace {

using Number = long double;
using Vector = std::vector<Number>;

// A matrix in row-major order.
struct Matrix {
  std::size_t rows = 0, columns = 0;
  Vector entries = {};
  Matrix(std::size_t m, std::size_t n) : rows(m), columns(n), entries(m * n) {}
  explicit Matrix(const Tensor& x)
      : Matrix(x.shape().rank() < 2 ? 1 : static_cast<std::size_t>(x.shape()[0]),
               static_cast<std::size_t>(x.shape()[x.shape().rank() - 1])) {
    entries.assign(x.span().begin(), x.span().end());
  }
  Number& operator()(std::size_t i, std::size_t j) { return entries[i * columns + j]; }
  Number operator()(std::size_t i, std::size_t j) const { return entries[i * columns + j]; }
};
using Parameters = std::vector<Matrix>;

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix y(a.rows, b.columns);
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t k = 0; k < a.columns; ++k)
      for (std::size_t j = 0; j < b.columns; ++j) y(i, j) += a(i, k) * b(k, j);
  return y;
}

Number logistic(Number x) { return 1 / (1 + std::exp(-x)); }

Number activation(const std::string& name, Number x) {
  if (name.starts_with("elu")) return x > 0 ? x : std::expm1(x);
  if (name.starts_with("relu³")) return x > 0 ? x * x * x : 0;
  if (name.starts_with("relu")) return x > 0 ? x : 0;
  if (name.starts_with("gelu")) return x * std::erfc(-x / std::numbers::sqrt2_v<Number>) / 2;
  if (name.starts_with("softplus")) return std::log1p(std::exp(x));
  return std::tanh(x);
}

Number mean_square_of(const Matrix& y) {
  Number sum = 0;
  for (const Number y_i : y.entries) sum += (y_i - 1) * (y_i - 1);
  return sum / static_cast<Number>(y.entries.size());
}

Number loss_of_perceptron(const std::string& name, const Parameters& p, Index points) {
  Matrix h(network_points(points, static_cast<Index>(p[0].rows)));
  for (std::size_t l = 0; l < p.size(); l += 2) {
    h = product(h, p[l]);
    for (std::size_t i = 0; i < h.rows; ++i)
      for (std::size_t j = 0; j < h.columns; ++j) {
        h(i, j) += p[l + 1](0, j);
        if (l + 2 < p.size()) h(i, j) = activation(name, h(i, j));
      }
  }
  if (name.ends_with("mean square")) return mean_square_of(h);
  Number sum = 0;
  if (name.ends_with("cross entropy")) {
    const std::vector<Index> labels = network_labels(points, static_cast<Index>(h.columns));
    for (std::size_t i = 0; i < h.rows; ++i) {
      Number largest = h(i, 0), exponentials = 0;
      for (std::size_t j = 0; j < h.columns; ++j) largest = std::max(largest, h(i, j));
      for (std::size_t j = 0; j < h.columns; ++j) exponentials += std::exp(h(i, j) - largest);
      sum += largest + std::log(exponentials) - h(i, static_cast<std::size_t>(labels[i]));
    }
    return sum / static_cast<Number>(h.rows);
  }
  for (const Number y : h.entries) sum += y;
  return name.ends_with("mean") ? sum / static_cast<Number>(h.entries.size()) : sum;
}

Number loss_of_attention(const Parameters& w) {
  const Matrix x(network_points(6, static_cast<Index>(w[0].rows)));
  const Matrix q = product(x, w[0]), k = product(x, w[1]), v = product(x, w[2]);
  Matrix mixed(q.rows, v.columns);
  for (std::size_t i = 0; i < q.rows; ++i) {
    Vector weight(k.rows);
    Number total = 0;
    for (std::size_t j = 0; j < k.rows; ++j) {
      Number score = 0;
      for (std::size_t d = 0; d < q.columns; ++d) score += q(i, d) * k(j, d);
      total += weight[j] = std::exp(score / std::sqrt(static_cast<Number>(q.columns)));
    }
    for (std::size_t j = 0; j < k.rows; ++j)
      for (std::size_t d = 0; d < v.columns; ++d) mixed(i, d) += weight[j] / total * v(j, d);
  }
  return mean_square_of(product(mixed, w[3]));
}

Number loss_of_layer_norm(const Parameters& in) {
  Matrix y = in[0];
  for (std::size_t i = 0; i < y.rows; ++i) {
    const Number n = static_cast<Number>(y.columns);
    Number mean = 0, variance = 0;
    for (std::size_t j = 0; j < y.columns; ++j) mean += y(i, j) / n;
    for (std::size_t j = 0; j < y.columns; ++j) variance += (y(i, j) - mean) * (y(i, j) - mean) / n;
    for (std::size_t j = 0; j < y.columns; ++j)
      y(i, j) = (y(i, j) - mean) / std::sqrt(variance + static_cast<Number>(static_cast<Real>(1e-5))) *
                    in[1](0, j) +
                in[2](0, j);
  }
  return mean_square_of(y);
}

Number loss_of_recurrence(const Parameters& w) {
  const Matrix x(network_points(50, 2));
  Matrix h(1, 4), c(1, 4);
  for (std::size_t t = 0; t < x.rows; ++t) {
    Vector gate(16);
    for (std::size_t j = 0; j < 16; ++j) {
      gate[j] = w[2](0, j);
      for (std::size_t i = 0; i < 2; ++i) gate[j] += x(t, i) * w[0](i, j);
      for (std::size_t i = 0; i < 4; ++i) gate[j] += h(0, i) * w[1](i, j);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      c(0, i) = logistic(gate[i]) * c(0, i) + logistic(gate[4 + i]) * std::tanh(gate[8 + i]);
      h(0, i) = logistic(gate[12 + i]) * std::tanh(c(0, i));
    }
  }
  return mean_square_of(h);
}

Number loss_of(const std::string& name, const Parameters& p) {
  if (name == "attention") return loss_of_attention(p);
  if (name.starts_with("layer norm")) return loss_of_layer_norm(p);
  if (name.starts_with("recurrence")) return loss_of_recurrence(p);
  const Index points =
      name.starts_with("elu 5")                                                                    ? 256
      : name.starts_with("elu 8") || name.starts_with("relu³")                                     ? 128
      : name.starts_with("relu 20") || name.starts_with("relu 40") || name.starts_with("relu 100") ? 32
                                                                                                   : 64;
  return loss_of_perceptron(name, p, points);
}

// Some entries of each parameter; the difference is of the fourth order.
TEST(Trouble, GradientsOfNetworksAreThoseOfExtendedPrecision) {
  if (std::numeric_limits<Real>::digits != 53 || std::numeric_limits<Number>::digits < 64) GTEST_SKIP();
  Philox random(6);
  for (const Trouble& t : trouble_functions()) {
    if (t.family != "networks") continue;
    const std::vector<Tensor> inputs = t.draw(random);
    Pullback pullback(t.function, inputs);
    const std::vector<Tensor> gradient = pullback(Tensor(Shape{}, 1));
    Parameters at;
    for (const Tensor& x : inputs) at.emplace_back(x);
    Index elements = 0;
    for (const Tensor& x : inputs) elements += x.size();
    const Number loss = loss_of(t.name, at);
    EXPECT_NEAR(static_cast<double>(pullback.value().item()), static_cast<double>(loss),
                1e-13 * std::abs(static_cast<double>(loss)))
        << t.name;
    for (std::size_t k = 0; k < at.size(); ++k)
      for (int sample = 0; sample < (elements > 10000 ? 1 : 3); ++sample) {
        const Index i = random.uniform_index(inputs[k].size());
        Number& x = at[k].entries[static_cast<std::size_t>(i)];
        const Number before = x;
        const auto shifted = [&](Number step) {
          x = before + step;
          const Number y = loss_of(t.name, at);
          x = before;
          return y;
        };
        const Number h = 1e-6L;
        const Number near = shifted(h) - shifted(-h), far = shifted(2 * h) - shifted(-2 * h);
        const Number exact = (8 * near - far) / (12 * h);
        EXPECT_NEAR(static_cast<double>(gradient[k][i]), static_cast<double>(exact),
                    1e-9 * std::abs(static_cast<double>(exact)) + 1e-12 * std::abs(static_cast<double>(loss)))
            << t.name << ", parameter " << k << "[" << i << "]";
      }
  }
}

}  // namespace
}  // namespace doxa::trouble
