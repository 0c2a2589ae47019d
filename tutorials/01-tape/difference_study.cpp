#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/random.h"
#include "expression.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The best step (01.12), where the third derivative is not 0 and f not known exactly.
void best_of_central(Chapter& chapter, const AlongX2& along, double best_step, double worst_ridders) {
  const double noise = along.noise(), third = std::abs(along.exact().third);
  const double best_bound = third * best_step * best_step / 2;
  const Difference at_best = along.central_difference(best_step);
  const double variation = std::abs(at_best.bound - best_bound);
  std::cout << "\nThe central difference is at its best near h* = (3cu/|f'''|)^⅓ = "
            << significant(best_step, 2) << ", with an error of " << significant(at_best.error, 2)
            << "; what it can promise there is " << significant(best_bound, 2) << ".\n";
  chapter.results.set("central.best_step", best_step);
  // An error made of roundings, which differs from machine to machine below what bounds it.
  chapter.results.set("central.error_at_best_step", at_best.error, best_bound);
  chapter.results.set("central.bound_at_best_step", best_bound);
  chapter.claims.at_most("at h* the central difference keeps its best promise, |f'''| h*²/2", at_best.error,
                         best_bound, variation,
                         "the least value of (01.11); the tolerance is what f''' and c vary over the step");
  const auto promise = [&](double step) { return third * step * step / 6 + noise / step; };  // (01.11)
  double off = 0;
  for (const double k : {0.5, 2.0, 100.0})  // (01.12)
    off = worse(off, std::abs(promise(k * best_step) / best_bound - (k * k / 3 + 2 / (3 * k))));
  chapter.results.set("central.twice", promise(2 * best_step) / best_bound);
  chapter.results.set("central.half", promise(best_step / 2) / best_bound);
  chapter.results.set("central.hundredfold", promise(100 * best_step) / best_bound);
  chapter.claims.equal(
      "at half, twice and a hundred times h* the promise is k²/3 + 2/3k times the best (largest difference)",
      off, 0, 1e4 * 8 * u, "eight roundings of numbers up to 3334");
  if (along.at.x1 == default_point.x1 && along.at.x2 == default_point.x2)
    chapter.claims.at_most(
        "Ridders' extrapolation from any h in (0.05, 1] does better than that promise (worst error)",
        worst_ridders, best_bound, variation, "the same number");
}

}  // namespace

void finite_differences(Chapter& chapter, const Point& at) {
  constexpr int per_decade = 8;
  const AlongX2 along{at};
  const Sweep s = sweep_steps(along, per_decade);
  std::cout << "\n∂f/∂x₂ at " << at.text() << " from differences: how far they are off with a step h\n\n";
  Table table({{"h", 1}, "one-sided", "central"}, 2);
  Table ridders_table({{"first step", 1}, "Ridders", "its estimate"}, 2);
  double worst = 0, worst_ridders = 0, estimate = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto& [step, forward, central, extrapolated] = s[i];
    worst = worse(worst, worse(forward.error / forward.bound, central.error / central.bound));
    if (step > 0.05) {
      worst_ridders = worse(worst_ridders, extrapolated.error);
      estimate = worse(estimate, extrapolated.bound);
    }
    if (i % (2 * per_decade) == per_decade && step > 1e-14) table.row({step, forward.error, central.error});
    if (i % per_decade == 0 && i <= 3 * per_decade)
      ridders_table.row({step, extrapolated.error, extrapolated.bound});
  }
  chapter.print("differences", table);
  std::cout << "\nThe same by Ridders' extrapolation:\n\n";
  chapter.print("ridders", ridders_table);

  const double noise = along.noise(), third = std::abs(along.exact().third);
  const double best_step = std::min(1.0, std::cbrt(3 * noise / third));  // (01.12)
  draw_differences(chapter, along, s, best_step);
  chapter.results.set("roundings_c", roundings(at.x1, at.x2));
  chapter.results.set("ridders.worst_error_from_large_steps", worst_ridders, estimate);

  // The furthest any comes to its bound, where a last rounding decides: the tolerance is that of the claim.
  chapter.results.set("differences.worst_error_over_bound", worst, 1e-3);
  chapter.claims.at_most("at " + std::to_string(s.size()) +
                             " steps h, no forward or central difference is off by more than truncation plus "
                             "rounding allow (worst error over bound)",
                         worst, 1, 1e-3,
                         "(01.10) and (01.11), every rounding counted; 0.001 for terms in u²");
  const double h = std::pow(u, 0.2);
  const double rounding = along.central_difference(h).bound - std::min(2.0, third + 4.1 * h) * h * h / 6;
  chapter.claims.equal("the central difference's truncation error is |f'''|/6 h² (error at h = u^⅕, over h²)",
                       along.central_difference(h).error / (h * h), third / 6,
                       16 * h * h / 120 + rounding / (h * h),
                       "Taylor's remainder |f⁗'| h⁴/120, f⁗' being at most 16, and rounding, cu/h, over h²");
  if (best_step > 0 && best_step < 1) best_of_central(chapter, along, best_step, worst_ridders);
}

// How many u of their result std::log and std::tanh are off by at random points, beside the allowance.
void library_roundings(Chapter& chapter) {
  const int points = chapter.quick() ? 4000 : 40000;
  Philox random(chapter.seed(), 4);
  long double log_off = 0, tanh_off = 0;
  for (int i = 0; i < points; ++i) {
    const auto x1 = static_cast<Real>(std::exp(random.normal())), x2 = static_cast<Real>(random.normal());
    const auto off = [](Real rounded, long double right) {
      return std::abs((static_cast<long double>(rounded) - right) / right) / static_cast<long double>(u);
    };
    if (x1 != 1) log_off = std::max(log_off, off(std::log(x1), std::log(static_cast<long double>(x1))));
    if (x2 != 0) tanh_off = std::max(tanh_off, off(std::tanh(x2), std::tanh(static_cast<long double>(x2))));
  }
  const auto log_u = static_cast<double>(log_off), tanh_u = static_cast<double>(tanh_off);
  chapter.results.set("roundings.log", log_u, log_allowance);  // of this machine's library
  chapter.results.set("roundings.tanh", tanh_u, tanh_allowance);
  std::cout << "\nAt " << points << " random points std::log is off by at most " << significant(log_u, 2)
            << " u of its result, std::tanh by " << significant(tanh_u, 2) << " u.\n";
  chapter.claims.at_most(
      "std::log keeps to the allowance of 2u (worst of " + std::to_string(points) + " points, in u)", log_u,
      log_allowance, 0.01, "beside long double, which some machines have no longer than double");
  chapter.claims.at_most("and std::tanh to that of 4u", tanh_u, tanh_allowance, 0.01, "the same");
}

// Ridders' estimate against the error it estimates, at random points; what rounding may do left out, and not.
void ridders_estimate(Chapter& chapter) {
  const int points = chapter.quick() ? 500 : 5000;
  Philox random(chapter.seed(), 3);
  double worst = 0;
  int misled = 0;
  for (int i = 0; i < points; ++i) {
    const auto x1 = static_cast<Real>(std::exp(random.normal())), x2 = static_cast<Real>(random.normal());
    const auto along = [&](Real at) { return f(x1, at); };
    const auto truth = static_cast<double>(exact_gradient(x1, x2).x2);
    const Extrapolation full =
        ridders(along, x2, 0.5, [&](Real at) { return u * roundings(double{x1}, double{at}); });
    const Extrapolation plain = ridders(along, x2, 0.5, [](Real) { return 0.0; });
    worst = worse(worst, std::abs(full.value - truth) / full.error);
    misled += std::abs(plain.value - truth) > ratio_limit * plain.error;
  }
  const double share = static_cast<double>(misled) / points;
  chapter.results.set("ridders.worst_error_over_estimate", worst, 1);  // of roundings; the bound of the claim
  // Which points are misled is a matter of roundings too: four standard errors of a frequency.
  chapter.results.set("ridders.misled_without_floor", share, 4 * std::sqrt(share * (1 - share) / points));
  std::cout << "\nRidders' ∂f/∂x₂ at " << points << " random points is off by at most "
            << significant(worst, 2) << " times its estimate. Without the floor of rounding it would be "
            << "off by more than " << significant(ratio_limit, 2) << " times the estimate at "
            << significant(100 * share, 2) << " % of them.\n";
  chapter.claims.at_most("Ridders' error is below its own estimate at " + std::to_string(points) +
                             " random points (worst ratio)",
                         worst, 1, 0.01, "(01.14) is an estimate and meant as a bound; 0.01 for terms in u²");
}
