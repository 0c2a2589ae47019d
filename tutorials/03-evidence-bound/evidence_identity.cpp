// log p(x) = V + KL(q ‖ posterior) for any q, the three computed independently of one another.

#include "doxa/autograd/random.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

// Instrument 1 reads the sum of the two numbers, precisely and with a known offset; 2 and 3 read one each,
// poorly.
Problem three_instruments() {
  //! [three-instruments]
  const LinearGaussian model{{3, 2, {1, 1, 1, 0, 0, 1}},  // W, row by row
                             column({0.5, 0, 0}),         // b
                             column({0.3, 0.8, 1.2})};    // s
  const Matrix x = column({2.3, 1.6, -0.4});
  //! [three-instruments]
  return {representable(model), representable(x)};
}

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
  double unit = 0;
  for (const Var y :
       {log_evidence(p), elbo(p, approximate), kl_divergence(approximate, posterior(p)), kl_prior})
    unit += rounding_unit(y);
  return {log_evidence(model, x), elbo_terms(model, x, q), kl_divergence(approximate, exact).item(),
          kl_prior.item(), unit};
}

namespace {

Gaussian random_gaussian(Index d, Philox& random) {
  Gaussian g{Matrix(d, 1), Matrix(d, d)};
  for (double& m : g.mean.elements) m = 2 * random.normal();
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j <= i; ++j) g.factor(i, j) = i == j ? std::exp(random.normal()) : random.normal();
  return representable(g);
}

Problem random_problem(Philox& random) {
  const auto d = static_cast<Index>(1 + random.uniform_index(4)),
             n = static_cast<Index>(1 + random.uniform_index(5));
  Problem p{{Matrix(n, d), Matrix(n, 1), Matrix(n, 1)}, Matrix(n, 1)};
  for (double& w : p.model.loading.elements) w = random.normal();
  for (double& b : p.model.offset.elements) b = random.normal();
  for (double& s : p.model.noise_scale.elements) s = std::exp(random.normal() / 2);
  for (double& x : p.x.elements) x = 2 * random.normal();
  return {representable(p.model), representable(p.x)};
}

}  // namespace

void evidence_identity(Chapter& chapter, const Problem& problem) {
  const LinearGaussian& model = problem.model;
  const Matrix& x = problem.x;
  const Gaussian exact = posterior(model, x);
  std::cout << "\nTwo hidden numbers, " << x.rows
            << " readings of them; log p(x) = " << significant(log_evidence(model, x), 8) << ":\n\n";
  Philox random(chapter.seed(), random_problems);
  Table table({"q", "E_q log p(x|z)", "− KL(q ‖ prior)", {"= V", 8}, "KL(q ‖ posterior)", {"V + KL", 8}}, 5);
  const auto row = [&](const std::string& name, const Gaussian& q) {
    const EvidenceSplit s = evidence_split(model, x, representable(q));
    table.row({name, s.elbo.log_likelihood, -s.kl_to_prior, s.elbo.value(), s.kl_to_posterior,
               s.elbo.value() + s.kl_to_posterior});
  };
  row("the prior", standard_normal(2));
  row("a random one", random_gaussian(2, random));
  row("a point, nearly", diagonal_gaussian(exact.mean, {1e-6, 1e-6}));
  row("best diagonal", best_diagonal(model, x));
  row("the posterior", exact);
  chapter.print("identity", table);

  const int draws = chapter.quick() ? 300 : 3000;
  double worst = 0, worst_forms = 0;
  for (int i = 0; i < draws; ++i) {
    const Problem p = random_problem(random);
    const EvidenceSplit s = evidence_split(p.model, p.x, random_gaussian(p.model.latents(), random));
    worst = std::max(worst, s.miss());
    worst_forms = std::max(worst_forms, s.forms_miss());
  }
  std::cout << "\nOver " << draws << " random models, data and q the identity is missed by at most "
            << significant(worst, 2) << " units of rounding.\n";
  chapter.results.set("identity.worst_in_units_of_rounding", worst, rounding_noise);
  chapter.results.set("identity.forms_worst_in_units_of_rounding", worst_forms, rounding_noise);
  chapter.claims.at_most("(03.4) log p(x) = V + KL(q ‖ posterior) for " + std::to_string(draws) +
                             " random models, data and q: largest miss, in units of rounding",
                         worst, 0, units_allowed, why_units);
  chapter.claims.at_most(
      "(03.5) and (03.6), expected log joint + entropy and likelihood − KL to the prior, are the same V: "
      "largest difference, in units of rounding",
      worst_forms, 0, units_allowed, why_units);
}
