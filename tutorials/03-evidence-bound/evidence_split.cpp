#include "evidence_split.h"

#include "on_tape.h"

using namespace doxa;

const char* const why_units =
    "a unit, Σ u |v ∂y/∂v|, is what rounding every number v on the way to y once does to y; the library's "
    "functions are "
    "within 2 ulp, which is 4 u";

EvidenceSplit evidence_split(const LinearGaussian& model, const Matrix& x, const Gaussian& q) {
  Tape tape;
  const ModelOnTape p = on_tape(tape, model, x);
  const MultivariateNormal approximate = on_tape(tape, q), exact = on_tape(tape, posterior(model, x)),
                           before = on_tape(tape, standard_normal(model.latents()));
  const Var kl_prior = kl_divergence(approximate, before);
  return {log_evidence(model, x), elbo_terms(model, x, q), kl_divergence(approximate, exact).item(),
          kl_prior.item(),
          rounding_unit(log_evidence(p)) + rounding_unit(elbo(p, approximate)) +
              rounding_unit(kl_divergence(approximate, posterior(p))) + rounding_unit(kl_prior)};
}
