#include "doxa/models/numerics/softmax_regression.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace doxa {
namespace {

// A block of rows goes through V and ∇f together, so that each number of V and ∇f is fetched once for all of
// them. The sums of a tile of classes are kept in registers; weights of 0 fill up the last tile.
constexpr std::size_t rows_at_once = 8, tile = 4;

std::size_t whole_tiles(std::size_t classes) { return (classes + tile - 1) / tile * tile; }

// z[r·S+s] = Σ_p x[r·P+p] v[p·S+s]
void block_logits(const double* x, std::size_t inputs, const double* v, std::size_t classes, double* z) {
  for (std::size_t row = 0; row < rows_at_once; row += 4)
    for (std::size_t s = 0; s < classes; s += tile) {
      double sum[4][tile] = {};
      for (std::size_t p = 0; p < inputs; ++p)
        for (std::size_t r = 0; r < 4; ++r)
          for (std::size_t c = 0; c < tile; ++c)
            sum[r][c] += x[(row + r) * inputs + p] * v[p * classes + s + c];
      for (std::size_t r = 0; r < 4; ++r) std::copy_n(sum[r], tile, z + (row + r) * classes + s);
    }
}

// gradient[p·S+s] += Σ_r x[r·P+p] d[r·S+s]
void add_block_gradient(const double* x, std::size_t inputs, const double* d, std::size_t classes,
                        double* gradient) {
  for (std::size_t s = 0; s < classes; s += tile) {
    double difference[rows_at_once][tile];
    for (std::size_t r = 0; r < rows_at_once; ++r) std::copy_n(d + r * classes + s, tile, difference[r]);
    for (std::size_t p = 0; p < inputs; ++p) {
      double sum[tile] = {};
      for (std::size_t r = 0; r < rows_at_once; ++r)
        for (std::size_t c = 0; c < tile; ++c) sum[c] += x[r * inputs + p] * difference[r][c];
      for (std::size_t c = 0; c < tile; ++c) gradient[p * classes + s + c] += sum[c];
    }
  }
}

}  // namespace

double softmax_in_place(std::span<double> z) {
  const double largest = *std::ranges::max_element(z);
  double sum = 0;
  for (double& x : z) sum += x = std::exp(x - largest);
  for (double& x : z) x /= sum;
  return largest + std::log(sum);
}

SoftmaxRegression::SoftmaxRegression(std::size_t p, std::size_t s, std::vector<double> x,
                                     std::vector<double> b, double r)
    : inputs(p), classes(s), rows(std::move(x)), labels(std::move(b)), ridge(r), log_prior(s, 0.5) {
  if (inputs == 0 || classes == 0 || rows.empty() || rows.size() % inputs != 0 ||
      labels.size() != count() * classes)
    throw std::invalid_argument("SoftmaxRegression: " + std::to_string(rows.size()) + " numbers in rows of " +
                                std::to_string(inputs) + " and " + std::to_string(labels.size()) +
                                " in labels of " + std::to_string(classes));
  if (!(ridge > 0)) throw std::invalid_argument("SoftmaxRegression: ridge is not positive");
  for (const double value : rows)
    if (!std::isfinite(value)) throw std::invalid_argument("SoftmaxRegression: a row is not finite");
  const double n = static_cast<double>(count());
  for (std::size_t i = 0; i < count(); ++i) {
    double sum = 0;
    bool probabilities = true;
    for (std::size_t j = 0; j < classes; ++j) {
      const double label = labels[i * classes + j];
      probabilities = probabilities && label >= 0;
      sum += label;
      log_prior[j] += label;
    }
    if (!probabilities || !(std::abs(sum - 1) <= 1e-9))
      throw std::invalid_argument("SoftmaxRegression: label " + std::to_string(i) + " is no distribution");
  }
  for (double& prior : log_prior) prior = std::log(prior / (n + 0.5 * static_cast<double>(classes)));
}

double SoftmaxRegression::operator()(std::span<const double> v, std::span<double> gradient) const {
  const std::size_t size = inputs * classes;
  if (v.size() != size || gradient.size() != size)
    throw std::invalid_argument("SoftmaxRegression: V is not of size " + std::to_string(size));
  const std::size_t stride = whole_tiles(classes);
  std::vector<double> weights(inputs * stride), sums(inputs * stride), z(rows_at_once * stride),
      last(rows_at_once * inputs);
  for (std::size_t p = 0; p < inputs; ++p)
    std::copy_n(v.data() + p * classes, classes, weights.data() + p * stride);
  double cross_entropy = 0;
  for (std::size_t i = 0; i < count(); i += rows_at_once) {
    const std::size_t many = std::min(rows_at_once, count() - i);
    const double* x = rows.data() + i * inputs;
    if (many < rows_at_once) {  // the last rows; zeros follow them
      std::copy(x, x + many * inputs, last.data());
      x = last.data();
    }
    block_logits(x, inputs, weights.data(), stride, z.data());
    for (std::size_t r = 0; r < many; ++r) {
      const std::span<double> row(z.data() + r * stride, classes);
      const double* b = labels.data() + (i + r) * classes;
      double expected = 0;  // Σ_s b(s) z_s
      for (std::size_t s = 0; s < classes; ++s) {
        row[s] += log_prior[s];
        expected += b[s] * row[s];
      }
      cross_entropy += softmax_in_place(row) - expected;
      for (std::size_t s = 0; s < classes; ++s) row[s] -= b[s];
    }
    std::fill(z.begin() + static_cast<std::ptrdiff_t>(many * stride), z.end(), 0.0);
    add_block_gradient(x, inputs, z.data(), stride, sums.data());
  }
  const double n = static_cast<double>(count());
  double squares = 0;
  for (std::size_t p = 0; p < inputs; ++p)
    for (std::size_t s = 0; s < classes; ++s) {
      const double weight = v[p * classes + s];
      squares += weight * weight;
      gradient[p * classes + s] = sums[p * stride + s] / n + ridge * weight;
    }
  return cross_entropy / n + ridge / 2 * squares;
}

Minimum SoftmaxRegression::minimise(LbfgsOptions options) const {
  if (options.curvature.empty())
    // At V = 0 the Hessian is the second moment of the rows times diag(π) - ππᵀ. Adding the same number to
    // all weights of an input changes no prediction, so only changes v with πᵀv = 0 matter, and for them
    // diag(π) does the same.
    for (std::size_t p = 0; p < inputs; ++p)
      for (const double prior : log_prior) options.curvature.push_back(std::exp(prior) + ridge);
  return minimise_lbfgs(
      [this](std::span<const double> v, std::span<double> gradient) { return (*this)(v, gradient); },
      std::vector<double>(inputs * classes, 0.0), options);
}

}  // namespace doxa
