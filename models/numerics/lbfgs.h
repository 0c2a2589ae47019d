#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace doxa {

/// f(x), and its gradient into the second argument, which has x's size.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct LbfgsOptions {
  double gradient_norm = 1e-6;         ///< converged where ‖∇f‖₂ is at most this
  std::size_t iterations = 1000;       ///< at most
  std::size_t memory = 20;             ///< pairs of steps and gradient changes
  std::vector<double> curvature = {};  ///< a guess at the Hessian's diagonal, [n], positive; none: all 1
};

struct Minimum {
  std::vector<double> x;
  double value, gradient_norm;
  std::size_t iterations, evaluations;
  bool converged;
};

/// A local minimum of a smooth f near x, the minimum of a convex one: the limited-memory BFGS method (Nocedal
/// & Wright, "Numerical optimization", 2nd ed., algorithms 7.4 and 7.5) in double, off the tape, with a
/// bisection for the weak Wolfe conditions (Lewis & Overton, Math. Programming 141, 2013, algorithm 2.6).
/// Deterministic. Ends unconverged after options.iterations, or where rounding leaves no step that descends.
/// Throws std::invalid_argument for a curvature of another size or that is not positive, and
/// std::domain_error where f or its gradient is not finite at the start.
Minimum minimise_lbfgs(const SmoothFunction& f, std::vector<double> x, const LbfgsOptions& options = {});

}  // namespace doxa
