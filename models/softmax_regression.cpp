#include "doxa/models/softmax_regression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace doxa {
namespace {

// Rows that go together through V and ∇f, so that each number of these is fetched once for all of them.
constexpr std::size_t block = 8;

// z[r·S+s] += Σ_p x[r·P+p] v[p·S+s]
void add_logits(const double* x, std::size_t inputs, const double* v, std::size_t classes, double* z) {
  for (std::size_t p = 0; p < inputs; ++p, v += classes)
    for (std::size_t r = 0; r < block; r += 4) {
      const double *a = x + r * inputs + p, x0 = a[0], x1 = a[inputs], x2 = a[2 * inputs], x3 = a[3 * inputs];
      double *z0 = z + r * classes, *z1 = z0 + classes, *z2 = z1 + classes, *z3 = z2 + classes;
      for (std::size_t s = 0; s < classes; ++s) {
        z0[s] += x0 * v[s];
        z1[s] += x1 * v[s];
        z2[s] += x2 * v[s];
        z3[s] += x3 * v[s];
      }
    }
}

// gradient[p·S+s] += Σ_r x[r·P+p] d[r·S+s]
void add_gradient(const double* x, std::size_t inputs, const double* d, std::size_t classes,
                  double* gradient) {
  const double *d0 = d, *d1 = d0 + classes, *d2 = d1 + classes, *d3 = d2 + classes;
  const double *d4 = d3 + classes, *d5 = d4 + classes, *d6 = d5 + classes, *d7 = d6 + classes;
  for (std::size_t p = 0; p < inputs; ++p, gradient += classes) {
    std::array<double, block> a;
    for (std::size_t r = 0; r < block; ++r) a[r] = x[r * inputs + p];
    for (std::size_t s = 0; s < classes; ++s)
      gradient[s] += ((a[0] * d0[s] + a[1] * d1[s]) + (a[2] * d2[s] + a[3] * d3[s])) +
                     ((a[4] * d4[s] + a[5] * d5[s]) + (a[6] * d6[s] + a[7] * d7[s]));
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
  std::fill(gradient.begin(), gradient.end(), 0.0);
  std::vector<double> z(block * classes), last(block * inputs);
  double cross_entropy = 0;
  for (std::size_t i = 0; i < count(); i += block) {
    const std::size_t many = std::min(block, count() - i);
    const double* x = rows.data() + i * inputs;
    if (many < block) {  // the last rows, with zeros after them
      std::copy(x, x + many * inputs, last.data());
      x = last.data();
    }
    for (std::size_t r = 0; r < block; ++r) std::ranges::copy(log_prior, z.data() + r * classes);
    add_logits(x, inputs, v.data(), classes, z.data());
    for (std::size_t r = 0; r < many; ++r) {
      const std::span<double> row(z.data() + r * classes, classes);
      const double* b = labels.data() + (i + r) * classes;
      double expected = 0;  // Σ_s b(s) z_s
      for (std::size_t s = 0; s < classes; ++s) expected += b[s] * row[s];
      cross_entropy += softmax_in_place(row) - expected;
      for (std::size_t s = 0; s < classes; ++s) row[s] -= b[s];
    }
    std::fill(z.begin() + static_cast<std::ptrdiff_t>(many * classes), z.end(), 0.0);
    add_gradient(x, inputs, z.data(), classes, gradient.data());
  }
  const double n = static_cast<double>(count());
  double squares = 0;
  for (std::size_t j = 0; j < size; ++j) {
    squares += v[j] * v[j];
    gradient[j] = gradient[j] / n + ridge * v[j];
  }
  return cross_entropy / n + ridge / 2 * squares;
}

Minimum SoftmaxRegression::minimise(LbfgsOptions options) const {
  if (options.curvature.empty())
    // At V = 0 the Hessian is the rows' second moment times diag(π) - ππᵀ, which a change of all of a row's
    // weights alike does not feel, so that diag(π) serves as well.
    for (std::size_t p = 0; p < inputs; ++p)
      for (const double prior : log_prior) options.curvature.push_back(std::exp(prior) + ridge);
  return minimise_lbfgs(
      [this](std::span<const double> v, std::span<double> gradient) { return (*this)(v, gradient); },
      std::vector<double>(inputs * classes, 0.0), options);
}

}  // namespace doxa
