#include "peers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "doxa/autograd/random.h"

namespace doxa {
namespace {

using Tensors = std::vector<Tensor>;

double dot(const Tensor& a, const Tensor& b) {
  double total = 0;
  for (Index i = 0; i < a.size(); ++i) total += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return total;
}

double total(const Tensor& x) {
  double all = 0;
  for (const Real x_i : x.span()) all += static_cast<double>(x_i);
  return all;
}

Tensor plus(const Tensor& x, double scale, const Tensor& u) {
  Tensor moved = x;
  for (Index i = 0; i < x.size(); ++i) moved[i] += static_cast<Real>(scale * static_cast<double>(u[i]));
  return moved;
}

bool equal(const Tensors& a, const Tensors& b) {
  for (std::size_t k = 0; k < a.size(); ++k)
    if (!std::ranges::equal(a[k].span(), b[k].span())) return false;
  return true;
}

bool close(double a, double n, double absolute, double relative) {
  return std::abs(a - n) <= absolute + relative * std::abs(n);  // false for NaN
}

// Uniform on [0,1), then normalised: no entry is negative.
Tensor non_negative_direction(const Shape& shape, Philox& random) {
  Tensor u(shape);
  for (Real& u_i : u.span()) u_i = static_cast<Real>(random.uniform());
  const double length = std::sqrt(dot(u, u));
  for (Real& u_i : u.span()) u_i = static_cast<Real>(static_cast<double>(u_i) / length);
  return u;
}

// What PyTorch asks of a backward rule beside its numbers.
bool zero_cotangent_gives_zero(Pullback& pullback) {
  for (const Tensor& gradient : pullback(Tensor(pullback.value().shape())))
    for (const Real g : gradient.span())
      if (g != 0) return false;
  return true;
}

Outcome outcome(bool accepted) { return accepted ? Outcome::accepted : Outcome::refused; }

struct PyTorch {
  static constexpr double step = 1e-6, absolute = 1e-5, relative = 1e-3;
};

bool pytorch_entries_agree(const TensorFunction& f, std::span<const Tensor> inputs, Pullback& pullback) {
  const Shape shape = pullback.value().shape();
  const auto rows = [&] {
    std::vector<Tensors> all;
    Tensor unit(shape);
    for (Index m = 0; m < unit.size(); ++m) {
      unit[m] = 1;
      all.push_back(pullback(unit));
      unit[m] = 0;
    }
    return all;
  };
  const std::vector<Tensors> analytic = rows(), again = rows();
  for (std::size_t m = 0; m < analytic.size(); ++m)
    if (!equal(analytic[m], again[m])) return false;

  Forward forward(f);
  Tensors at(inputs.begin(), inputs.end());
  for (std::size_t k = 0; k < at.size(); ++k)
    for (Index i = 0; i < at[k].size(); ++i) {
      const Real x = at[k][i];
      at[k][i] = x - static_cast<Real>(PyTorch::step);
      const Tensor below = forward(at);
      at[k][i] = x + static_cast<Real>(PyTorch::step);
      const Tensor above = forward(at);
      at[k][i] = x;
      for (Index m = 0; m < above.size(); ++m) {
        const double n = static_cast<double>(above[m] - below[m]) / (2 * PyTorch::step);
        const double a = static_cast<double>(analytic[static_cast<std::size_t>(m)][k][i]);
        if (!close(a, n, PyTorch::absolute, PyTorch::relative)) return false;
      }
    }
  return true;
}

bool pytorch_directions_agree(const TensorFunction& f, std::span<const Tensor> inputs, Pullback& pullback,
                              Philox random) {
  Tensors directions;
  for (const Tensor& x : inputs) directions.push_back(non_negative_direction(x.shape(), random));
  const Tensor v = non_negative_direction(pullback.value().shape(), random);
  const Tensors gradient = pullback(v);
  if (!equal(gradient, pullback(v))) return false;

  Forward forward(f);
  Tensors at(inputs.begin(), inputs.end());
  for (std::size_t k = 0; k < at.size(); ++k) {
    const Tensor& u = directions[k];
    at[k] = plus(inputs[k], -PyTorch::step, u);
    const double below = dot(v, forward(at));
    at[k] = plus(inputs[k], PyTorch::step, u);
    const double above = dot(v, forward(at));
    at[k] = inputs[k];
    const double n = (above - below) / (2 * PyTorch::step);
    if (!close(dot(gradient[k], u), n, PyTorch::absolute * total(u) * total(v), PyTorch::relative))
      return false;
  }
  return true;
}

}  // namespace

Outcome pytorch_slow(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t) {
  Pullback pullback(f, inputs);
  return outcome(pytorch_entries_agree(f, inputs, pullback) && zero_cotangent_gives_zero(pullback));
}

Outcome pytorch_fast(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed) {
  Pullback pullback(f, inputs);
  return outcome(pytorch_directions_agree(f, inputs, pullback, Philox(seed)) &&
                 zero_cotangent_gives_zero(pullback));
}

Outcome pytorch(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed) {
  Index elements = 0;
  for (const Tensor& x : inputs) elements += x.size();
  return elements <= 1000 ? pytorch_slow(f, inputs, seed) : pytorch_fast(f, inputs, seed);
}

Outcome jax(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed) {
  constexpr double step = 1e-4, tolerance = sizeof(Real) == 8 ? 1e-5 : 2e-3;
  Philox random(seed);
  Pullback pullback(f, inputs);
  Tensors above, below, directions;
  for (const Tensor& x : inputs) {
    directions.push_back(normal_noise(x.shape(), random));
    above.push_back(plus(x, step, directions.back()));
    below.push_back(plus(x, -step, directions.back()));
  }
  const Tensor v = normal_noise(pullback.value().shape(), random);
  const Tensors gradient = pullback(v);
  double a = 0;
  for (std::size_t k = 0; k < gradient.size(); ++k) a += dot(gradient[k], directions[k]);
  Forward forward(f);
  const double n = (dot(v, forward(above)) - dot(v, forward(below))) * (0.5 / step);
  return outcome(close(a, n, tolerance, tolerance));
}

Outcome stan(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t) {
  constexpr std::array<std::pair<int, int>, 6> stencil{
      {{3, 1}, {2, -9}, {1, 45}, {-3, -1}, {-2, 9}, {-1, -45}}};  // Σ w f(x + s h) = 60 h f'(x) + O(h⁷)
  constexpr double relative = 1e-4, absolute = 1e-8;
  Forward forward(f);
  Tensors at(inputs.begin(), inputs.end());
  const Shape shape = forward(at).shape();

  std::vector<Tensors> analytic;  // each output is a function of its own: evaluated anew
  Tensor unit(shape);
  for (Index m = 0; m < unit.size(); ++m) {
    unit[m] = 1;
    analytic.push_back(Pullback(f, inputs)(unit));
    unit[m] = 0;
  }
  for (std::size_t k = 0; k < at.size(); ++k)
    for (Index i = 0; i < at[k].size(); ++i) {
      const Real x = at[k][i];
      const double h = std::pow(static_cast<double>(std::numeric_limits<Real>::epsilon()), 1.0 / 7) *
                       std::max(1.0, std::abs(static_cast<double>(x)));
      std::vector<double> difference(static_cast<std::size_t>(shape.size()));
      for (const auto& [steps, weight] : stencil) {
        at[k][i] = static_cast<Real>(static_cast<double>(x) + h * steps);
        const Tensor y = forward(at);
        for (Index m = 0; m < y.size(); ++m)
          difference[static_cast<std::size_t>(m)] += weight * static_cast<double>(y[m]);
      }
      at[k][i] = x;
      for (std::size_t m = 0; m < difference.size(); ++m) {
        const double n = difference[m] / (60 * h), a = static_cast<double>(analytic[m][k][i]);
        const double tolerance = std::max(relative * (std::abs(a) + std::abs(n)) / 2, absolute);
        if (!(std::abs(a - n) <= tolerance)) return Outcome::refused;
      }
    }
  return Outcome::accepted;
}

std::vector<Rule> rules() {
  return {{"doxa, Jacobian", doxa_jacobian},
          {"doxa, directions", doxa_directions},
          {"PyTorch, slow", pytorch_slow},
          {"PyTorch, fast", pytorch_fast},
          {"JAX", jax},
          {"Stan", stan}};
}

std::vector<Rule> trouble_rules() {
  return {
      {"doxa, Jacobian", doxa_jacobian, 1024}, {"doxa, directions", doxa_directions}, {"PyTorch", pytorch}};
}

}  // namespace doxa
