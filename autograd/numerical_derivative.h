#pragma once

#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace doxa {

/// F along a line: writes F(x + t d) to `y` and returns the t that rounding x + t d has left. Where F is not
/// defined, y is NaN.
using LineFunction = std::function<double(double t, std::span<double> y)>;

/// One component of dF/dt at t = 0, as far as differences of F can tell.
struct NumericalDerivative {
  double value = 0;
  double error = std::numeric_limits<double>::infinity();  ///< what the value may be off by
  double slope = 0;  ///< the largest quotient, of either side, at the steps that told
  bool kink =
      false;  ///< at some scale the quotients from the left and from the right have limits of their own:
  double left = 0, right = 0, side_error = std::numeric_limits<double>::infinity();
};

/// The derivatives of the m components of F, from central differences extrapolated to step 0:
///
///   D(h) = [F(h) - F(-h)] / 2h = F' + c₂h² + c₄h⁴ + …,   A_i0 = D(h / s^i),
///   A_ij = (s^2j A_i,j-1 - A_i-1,j-1) / (s^2j - 1)
///
/// (C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Adv. Eng. Software 4(2), 1982). The
/// error of A_ij is the largest of its distances to its neighbours in the tableau and of `noise`, what each
/// F_i may be off by, carried through the same sums. The quotients of either side, [F(±h) - F(0)] / ±h, are
/// extrapolated as well (powers of h instead of h²): where their limits agree, F is smooth at that scale and
/// A may be believed; where they differ by more than their errors, there is a kink.
///
/// The right step is unknown beforehand (a scale of 1e-6 inside F wants one a million times smaller than a
/// smooth polynomial does): the tableau starts at `first_step` and then ever closer to 0, not below
/// `last_step`, until the error of each component is of the order of rounding or gets no smaller.
std::vector<NumericalDerivative> differentiate(const LineFunction& f, std::span<const double> here,
                                               std::span<const double> noise, double first_step,
                                               double last_step);

/// What rounding does to F, from third differences at neighbouring points, where F itself is all but linear
/// (J. J. Moré & S. M. Wild, "Estimating computational noise", SIAM J. Sci. Comput. 33(3), 2011, eq. 2.3: the
/// k-th difference of independent errors of variance ε² has variance ε² (2k)!/(k!)²). `f` moves all inputs by
/// the relative amount t.
std::vector<double> rounding_noise(const LineFunction& f, std::span<const double> here);

}  // namespace doxa
