#include "sections.h"

namespace {

// A model of one step.
struct OneStep {
  double prior[2] = {0.95, 0.05}, likelihood[2] = {0.01, 0.9};
  double evidence = prior[0] * likelihood[0] + prior[1] * likelihood[1];
  double posterior[2] = {prior[0] * likelihood[0] / evidence, prior[1] * likelihood[1] / evidence};

  //! [one-step-bound]
  // E_q[log p(o | s)] - KL(q ‖ p), or with KL(p ‖ q), at q = the exact posterior.
  double bound(bool reversed) const {
    double value = 0;
    for (int s = 0; s < 2; ++s) {
      const double log_ratio = std::log(posterior[s] / prior[s]);
      value += posterior[s] * std::log(likelihood[s]) -
               (reversed ? -prior[s] * log_ratio : posterior[s] * log_ratio);
    }
    return value;
  }
  //! [one-step-bound]
};

double kl(const double (&a)[2], const double (&b)[2]) {
  return a[0] * std::log(a[0] / b[0]) + a[1] * std::log(a[1] / b[1]);
}

}  // namespace

void one_step(doxa::support::Chapter& chapter) {
  const OneStep one;
  chapter.claims.equal("one step, exact posterior: the bound (10.6) is the log-evidence", one.bound(false),
                       std::log(one.evidence), 1e-14,
                       "rounding of a handful of operations on numbers of order 1");
  const double excess = kl(one.posterior, one.prior) - kl(one.prior, one.posterior);
  chapter.claims.equal("the same with the KL reversed exceeds it by KL(q‖p) − KL(p‖q) > 0: it is no bound",
                       one.bound(true) - std::log(one.evidence), std::max(excess, 0.0), 1e-14,
                       "rounding of a handful of operations on numbers of order 1");
  chapter.results.set("one_step.evidence", std::log(one.evidence));
  chapter.results.set("one_step.reversed", one.bound(true));
  chapter.results.set("one_step.excess", excess);
}
