#pragma once

#include <vector>

#include "doxa/models/vae/quadrature.h"
#include "plane_data.h"
#include "support/sample_mean.h"
#include "support/tutorial.h"

// The importance-weighted bound with K samples of each held-out datum, from two independent sets of samples.
struct ImportanceWeighted {
  doxa::Index K;
  std::vector<double> bound, again;
};

// The bounds and what they bound, one number a held-out datum, in nats.
struct Scores {
  std::vector<double> kl, elbo, evidence, evidence_coarser, truth, one_gaussian;
  std::vector<ImportanceWeighted> by_K;  // K ascends from 1
};
Scores score(doxa::Vae& vae, const PlaneData& data, const Sample& held_out, doxa::Index importance_samples,
             std::uint64_t seed);

// Averages over the data density itself, by quadrature over x: without sampling error.
struct Averages {
  double entropy;                                         // -E[log p*(x)]
  double one_gaussian;                                    // E[log N(x)] of the best normal
  double evidence;                                        // E[log p_θ(x)]
  double bound;                                           // E[ELBO(x)]
  std::vector<double> model;                              // p_θ(x) on the lattice
  double missing() const { return -entropy - evidence; }  // KL(p* ‖ p_θ) (06.10)
};
Averages averages(doxa::Vae& vae, const PlaneData& data, const DataLattice& lattice, const DataNodes& nodes);

// E[ELBO(x)] over the nodes, the expectation under q by the rule given for its noise.
double expected_bound(doxa::Vae& vae, const DataNodes& nodes, const doxa::NormalQuadrature& noise);

// Equation (06.3) at some data, every expectation a sum over a fine lattice of latents.
struct Identity {
  double worst, least_gap;  // the largest error, and the smallest KL to the posterior
};
Identity check_identity(doxa::Vae& vae, const Sample& data, doxa::Index count);

void report_scores(doxa::support::Chapter& chapter, const Scores& scores, const Averages& averages);
void claim_scores(doxa::support::Chapter& chapter, const Scores& scores, const Averages& averages,
                  const DataLattice& lattice, const Identity& identity);
