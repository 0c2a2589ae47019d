#pragma once

#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "doxa/autograd/real.h"

namespace doxa {

inline constexpr double unit_roundoff = std::numeric_limits<Real>::epsilon() / 2.0;

/// F along a line: writes F(x + t d) to `y`, and returns the t that was really used, because x + t d is
/// rounded. Where F is not defined, y is NaN.
using LineFunction = std::function<double(double t, std::span<double> y)>;

/// One component of dF/dt at t = 0, estimated from differences of F.
struct NumericalDerivative {
  double value = 0;
  double error = std::numeric_limits<double>::infinity();  ///< the estimated error of the value
  double slope = 0;  ///< the largest one-sided quotient at the steps that gave the value
  /// At some scale the quotients from the left and from the right have different limits.
  bool kink = false;
  double left = 0, right = 0;  ///< these limits
  double side_error = std::numeric_limits<double>::infinity();
};

/// The derivatives of the m components of F, from central differences extrapolated to step 0:
///
///   D(h) = [F(h) - F(-h)] / 2h = F' + c₂h² + c₄h⁴ + …,   A_i0 = D(h / s^i),
///   A_ij = (s^2j A_i,j-1 - A_i-1,j-1) / (s^2j - 1)
///
/// (C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Adv. Eng. Software 4(2), 1982). The
/// error of A_ij is the largest of two things: its distances to its neighbours in the tableau, and the error
/// `noise` of each F_i, carried through the same sums. The one-sided quotients [F(±h) - F(0)] / ±h are
/// extrapolated as well, in powers of h instead of h². If their limits agree, F is smooth at that scale and A
/// may be believed; if they differ by more than their errors, there is a kink.
///
/// The right step is not known beforehand: a scale of 1e-6 inside F needs a step a million times smaller than
/// a smooth polynomial does. So the tableau is computed from `first_step`, then from ever smaller steps down
/// to `last_step`, until the error of each component is of the order of rounding or no longer decreases.
std::vector<NumericalDerivative> differentiate(const LineFunction& f, std::span<const double> here,
                                               std::span<const double> noise, double first_step,
                                               double last_step);

/// The rounding error of F, estimated from third differences at neighbouring points, between which F itself
/// is nearly linear (J. J. Moré & S. M. Wild, "Estimating computational noise", SIAM J. Sci. Comput. 33(3),
/// 2011, eq. 2.3: the k-th difference of independent errors of variance ε² has variance ε² (2k)!/(k!)²). `f`
/// must move all inputs by the relative amount t.
std::vector<double> rounding_noise(const LineFunction& f, std::span<const double> here);

}  // namespace doxa
