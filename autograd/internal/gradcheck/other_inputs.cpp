// The gradient belongs to the inputs that were recorded, not to those of the first call or the latest.

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <limits>

#include "doxa/autograd/internal/gradcheck/properties.h"

namespace doxa {

// Between a recording and its backward, the function is recorded at other inputs on a tape of its own.
void Properties::other_inputs() {
  Numbers there, gradient;
  for (const double distance : {0.1, 0.01}) {
    there = other_point(distance);
    if (std::isfinite(contracted_value(there))) break;
  }
  Tape other;  // outlives the backward of `y`, whose rules may hold handles on it by mistake
  const Var y = f_.record();
  f_.move_to(there);
  try {
    const Var z = f_.record_on(other);
    other.backward(z, v_);
    gradient = f_.last_gradient();
  } catch (const std::exception&) {
    // The function is not defined there.
  }
  f_.restore();
  try {
    report("after the function was recorded at other inputs on another tape, its gradient here is another",
           difference(f_.gradient(y, v_), of_v_));
  } catch (const std::exception&) {
    // A function that refuses to be used twice at once is not silently wrong.
  }
  if (!gradient.empty()) compare_elsewhere(there, gradient);
}

// Each element is moved by `distance` of itself, times noise; a zero, by that of the largest element of its
// input.
Properties::Numbers Properties::other_point(double distance) {
  Numbers x(f_.inputs());
  for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
    double largest = 0;
    for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j)
      largest = std::max(largest, std::abs(f_.input(j)));
    for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j) {
      const double size = f_.input(j) != 0 ? std::abs(f_.input(j)) : largest > 0 ? largest : 1;
      x[j] = static_cast<double>(static_cast<Real>(f_.input(j) + distance * size * random_.normal()));
    }
  }
  return x;
}

// Σ v·y at x; NaN where the function is not defined.
double Properties::contracted_value(const Numbers& x) const {
  f_.move_to(x);
  double sum = std::numeric_limits<double>::quiet_NaN();
  try {
    const Numbers y = f_.plain();
    if (y.size() == f_.outputs()) {
      sum = 0;
      for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(v_[static_cast<Index>(i)]) * y[i];
    }
  } catch (const std::exception&) {
  }
  f_.restore();
  return sum;
}

// The derivative of Σ v·y along a direction, from plain central differences. Nothing, unless those of three
// very different steps agree.
std::optional<double> Properties::plain_derivative(const Numbers& at, const Numbers& direction) const {
  const double agreement = std::max(1e-4, std::pow(unit_roundoff, 0.4));  // 1e-4 in double precision
  std::array<double, 3> quotients;
  const std::array<double, 3> steps{std::pow(unit_roundoff, 1.0 / 5), std::pow(unit_roundoff, 1.0 / 3),
                                    4 * std::sqrt(unit_roundoff)};
  for (std::size_t k = 0; k < steps.size(); ++k) {
    Numbers up = at, down = at;
    for (std::size_t j = 0; j < at.size(); ++j) {
      up[j] += steps[k] * direction[j];
      down[j] -= steps[k] * direction[j];
    }
    quotients[k] = (contracted_value(up) - contracted_value(down)) / (2 * steps[k]);
    if (!std::isfinite(quotients[k])) return {};
    if (quotients[k] == 0) return {};  // a function that is rounded looks constant to small steps
    if (std::abs(quotients[k] - quotients[0]) > agreement * std::abs(quotients[0])) return {};
  }
  return quotients[1];
}

// Relative changes of all inputs show whether the rules belong to the inputs at `there`. Differences are
// believed there only if here, where the gradient is checked thoroughly, they agree with it.
void Properties::compare_elsewhere(const Numbers& there, const Numbers& gradient) {
  Numbers here(f_.inputs());
  for (std::size_t j = 0; j < here.size(); ++j) here[j] = f_.input(j);
  struct Comparison {
    double analytic, numeric;
    bool equal;
  };
  const auto compare = [&](const Numbers& at, const Numbers& g,
                           const Numbers& direction) -> std::optional<Comparison> {
    const std::optional<double> numeric = plain_derivative(at, direction);
    if (!numeric) return {};
    double analytic = 0, squares = 0;
    for (std::size_t j = 0; j < g.size(); ++j) {
      analytic += g[j] * direction[j];
      squares += g[j] * direction[j] * g[j] * direction[j];
    }
    const double size = std::max(std::sqrt(squares), std::abs(*numeric));
    const double tolerance = std::max(0.01, 10 * resolution_);
    return Comparison{analytic, *numeric, std::abs(analytic - *numeric) <= tolerance * size};
  };
  for (int k = 0; k < 3; ++k) {
    Numbers direction = other_point(1);
    for (std::size_t j = 0; j < here.size(); ++j) direction[j] -= here[j];
    const std::optional<Comparison> first = compare(here, of_v_, direction);
    if (!first || !first->equal) return;
    const std::optional<Comparison> second = compare(there, gradient, direction);
    if (!second) return;
    if (second->equal) continue;
    violation(
        "at other inputs than those of the first call the gradient is wrong: in a random direction it is " +
        text(second->analytic) + ", differences give " + text(second->numeric));
    return;
  }
}

}  // namespace doxa
