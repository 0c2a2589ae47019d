#pragma once

#include <vector>

#include "plane_data.h"
#include "support/chapter.h"
#include "training.h"

// A model trained with a noise scale s that it may not change, by quadrature over x.
struct FixedScale {
  double variance;         // s²
  std::vector<double> kl;  // of each latent dimension, the larger first
  double bound;            // E[ELBO(x)]
  double linear;           // the best bound of a linear decoder (06.15)
};

struct Collapse {
  std::vector<double> eigenvalues;  // of the covariance of the data, the larger first
  std::vector<FixedScale> models;   // s² ascending; in the last, s² is above both eigenvalues
  double last_evidence;             // E[log p_θ(x)] of the last
  double nothing;                   // its bound if it uses no latent at all (06.14)
  double worst_tilt;                // max_t of log E[e^{t·(x - m)}] - λ₁ |t|²/2, by (06.16) at most 0
  std::vector<double> four;         // the divergences of a model with four latents, the largest first
};

// ½ log(λ/s²) for λ > s², otherwise 0: what a linear decoder pays for a direction of variance λ (06.15).
double linear_kl(double eigenvalue, double variance);

Collapse collapse(const PlaneData& data, const DataLattice& lattice, const Training& training,
                  int four_latent_steps, doxa::Index hidden, std::uint64_t seed);
void report_collapse(doxa::support::Chapter& chapter, const Collapse& collapse);
void claim_collapse(doxa::support::Chapter& chapter, const Collapse& collapse);
