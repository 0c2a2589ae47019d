// evidence = bound + gap for any Gaussian chain, term by term; for the posterior's own chain the gap is 0.

#include "doxa/models/kalman/square_root.h"
#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The posterior's chain with every number of it disturbed: shifted by half a standard deviation or so.
GaussianChain disturbed(GaussianChain q, Philox& random) {
  for (GaussianKernel& kernel : q) {
    for (double& x : kernel.gain.elements) x += 0.005 * random.normal();
    Matrix shift(kernel.offset.rows, 1);
    for (double& x : shift.elements) x = 0.5 * random.normal();
    kernel.offset = kernel.offset + kernel.scale_tril * shift;
    for (Index i = 0; i < kernel.scale_tril.rows; ++i)
      for (Index j = 0; j <= i; ++j) kernel.scale_tril(i, j) *= std::exp(0.2 * random.normal());
  }
  return q;
}

// (07.16): the largest difference between what a step's three terms add up to and what the future loses.
double worst_step(const ChainBound& b) {
  double worst = 0;
  for (std::size_t k = 0; k < b.gap.size(); ++k)
    worst = std::max(
        worst, std::abs(b.log_emission[k] - b.divergence[k] + b.gap[k] - (b.ahead[k] - b.ahead[k + 1])));
  return worst;
}

}  // namespace

void decomposition(Chapter& chapter) {
  const LinearGaussianModel m = vehicle();
  Philox random(chapter.seed(), random_chains);
  const LinearGaussianEpisode e = simulate(m, thrust(8), random);
  const GaussianChain exact = path_posterior(m, e.inputs, e.observations);
  GaussianChain q = disturbed(exact, random);
  for (double& x : q[0].gain.elements) x = 0;  // there is no s_0 to look at
  const ChainBound b = chain_bound(m, e.inputs, e.observations, q);
  std::cout << "\nA chain q drawn at random, on an episode of eight steps, in nats:\n";
  Table table(
      {"k", "E log p(y_k|s_k)", "E KL(q ‖ transition)", "gap: E KL(q ‖ posterior)", "E log p(y_k:T|s_k-1)"});
  for (std::size_t k = 0; k < b.gap.size(); ++k)
    table.row({k + 1, b.log_emission[k], b.divergence[k], b.gap[k], b.ahead[k]});
  table.row({"sum", total(b.log_emission), total(b.divergence), total(b.gap), ""});
  chapter.print("decomposition", table);
  std::cout << "  bound " << significant(b.bound, 8) << " + gap " << significant(total(b.gap), 8)
            << " = evidence " << significant(b.log_evidence, 8) << "\n";
  const double size = std::max(largest_magnitude(column(b.ahead)), largest_magnitude(column(b.log_emission)));
  chapter.claims.equal("(07.15) bound + gap of a random Gaussian chain is the evidence",
                       b.bound + total(b.gap), b.log_evidence, rounding(size), rounding_of_sums);
  chapter.claims.equal("(07.16) and so term by term (largest difference of a step)", worst_step(b), 0,
                       rounding(size), rounding_of_sums);
  const ChainBound tight = chain_bound(m, e.inputs, e.observations, exact);
  chapter.claims.equal("(07.12) with q(s_k|s_{k-1}, y_{k:T}) the bound (07.14) is the evidence", tight.bound,
                       tight.log_evidence, rounding(size), rounding_of_sums);
}
