#pragma once

#include <functional>
#include <span>
#include <vector>

namespace doxa {

/// Returns f(x) and writes ∇f(x) to the second argument, which has the size of x.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct LbfgsOptions {
  double gradient_norm = 1e-6;         ///< it has converged when ‖∇f‖₂ is at most this
  std::size_t iterations = 1000;       ///< at most
  std::size_t memory = 20;             ///< how many steps and changes of the gradient it remembers
  std::vector<double> curvature = {};  ///< a guess at the Hessian's diagonal, [n], positive; empty: all 1
};

struct Minimum {
  std::vector<double> x;
  double value, gradient_norm;
  std::size_t iterations, evaluations;
  bool converged;
};

/// A local minimum of a smooth f near x; if f is convex, its minimum. By the limited-memory BFGS method
/// (Nocedal & Wright, "Numerical optimization", 2nd ed., algorithms 7.4 and 7.5) with a bisection for the
/// weak Wolfe conditions (Lewis & Overton, Math. Programming 141, 2013, algorithm 2.6); in double, off the
/// tape, deterministic. It ends without having converged after options.iterations, or if rounding leaves no
/// step that descends. Throws std::invalid_argument for a curvature of the wrong size or one that is not
/// positive, and std::domain_error if f or its gradient is not finite at the start.
Minimum minimise_lbfgs(const SmoothFunction& f, std::vector<double> x, const LbfgsOptions& options = {});

}  // namespace doxa
