// The distribution function of the normal, Φ(z) with z = (x - loc) / scale, and its logarithm.

#include <cmath>
#include <numbers>

#include "doxa/autograd/internal/broadcast.h"
#include "doxa/autograd/internal/exp_minus_square.h"
#include "doxa/distributions/internal/arguments.h"
#include "doxa/distributions/normal.h"

namespace doxa {
namespace {

// All in double, also in single precision.
constexpr double inverse_sqrt2 = std::numbers::sqrt2 / 2;
constexpr double inverse_sqrt_2pi = std::numbers::inv_sqrtpi * inverse_sqrt2;

double standard_density(double z) { return inverse_sqrt_2pi * exp_minus_square(z, 0.5); }

// Mills' ratio Φ(-t) / φ(t) for t >= 3, by Laplace's continued fraction 1 / (t + 1 / (t + 2 / (t + 3 / …))).
double mills_ratio(double t) {
  double below = t;
  for (int k = 80; k > 0; --k) below = t + k / below;
  return 1 / below;
}

constexpr double lower_tail = -3;  // below, Φ is φ times Mills' ratio

// erfc(t) / 2 with t = -z / √2, and with the derivative of erfc times what is lost where t is rounded.
double standard_cdf(double z) {
  if (z < lower_tail) return standard_density(z) * mills_ratio(-z);
  constexpr double inverse_sqrt2_low = -4.833646656726457e-17;
  const double t = -z * inverse_sqrt2, lost = std::fma(-z, inverse_sqrt2, -t) - z * inverse_sqrt2_low;
  const double half = std::erfc(t) / 2;
  return z < 10 ? half - std::numbers::inv_sqrtpi * exp_minus_square(t) * lost : half;
}

double log_standard_cdf(double z) {
  if (z > 0) return std::log1p(-standard_cdf(-z));
  if (z < lower_tail) return -z * z / 2 + std::log(inverse_sqrt_2pi * mills_ratio(-z));
  return std::log(standard_cdf(z));
}

// φ / Φ, which grows like -z in the lower tail
double log_standard_cdf_slope(double z) {
  return z < lower_tail ? 1 / mills_ratio(-z) : standard_density(z) / standard_cdf(z);
}

// y = f(z)                                dx += g f'(z) / s,  dm -= g f'(z) / s,  d(log s) -= g f'(z) z
// The whole derivative with respect to the scale goes to its logarithm, as in kl_divergence.
template <class Value, class Slope>
Var function_of_z(const char* name, const char* function, const Normal& q, Var x, Value f, Slope slope) {
  return record(
      name, shape_with_values({function, q.tape()}, q.shape(), "x", x.shape()),
      {x, q.loc, q.scale, q.log_scale},
      [=](Record& r) {
        const auto& [v, m, s, log_s] = Broadcast<4>(r).value;
        for (Index i = 0; i < r.size(); ++i)
          r.value()[i] = static_cast<Real>(f(static_cast<double>((v[i] - m[i]) / s[i])));
      },
      [=](Record& r) {
        const Broadcast<4> all(r, adjoints);
        const auto& [v, m, s, log_s] = all.value;
        const auto& [dv, dm, ds, dlog_s] = all.adjoint;
        for (Index i = 0; i < r.size(); ++i) {
          const Real g = r.adjoint()[i];
          if (g == 0) continue;
          const Real z = (v[i] - m[i]) / s[i], at = static_cast<Real>(slope(static_cast<double>(z)));
          dv[i] += g * at / s[i];
          dm[i] -= g * at / s[i];
          if (at != 0) dlog_s[i] -= g * at * z;  // 0 also where z is infinite
        }
        all.add_sums();
      });
}

}  // namespace

Var cdf(const Normal& q, Var x) {
  return function_of_z("normal_cdf", "cdf", q, x, standard_cdf, standard_density);
}

Var log_cdf(const Normal& q, Var x) {
  return function_of_z("normal_log_cdf", "log_cdf", q, x, log_standard_cdf, log_standard_cdf_slope);
}

}  // namespace doxa
