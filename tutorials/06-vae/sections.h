#pragma once

#include "doxa/models/vae/aggregate_posterior.h"
#include "doxa/models/vae/quadrature.h"
#include "plane_data.h"
#include "support/sample_mean.h"
#include "support/tutorial.h"
#include "training.h"

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
// What the chapter's training gains; no theory promises it to another.
void claim_gain(doxa::support::Chapter& chapter, const Averages& averages);

// The second term of the bound, averaged over the data and taken apart (06.12).
struct Surgery {
  doxa::AggregatePosterior aggregate;          // q̄, over the data density itself (06.11)
  double mean_kl;                              // E KL(q(z|x) ‖ p(z)), in closed form
  double kl_to_prior;                          // KL(q̄ ‖ p), by quadrature over z
  doxa::MeanEstimate information, sampled_kl;  // I(x; z) and KL(q̄ ‖ p), by sampling x and z
};
Surgery operate(doxa::Vae& vae, const PlaneData& data, const DataNodes& nodes, doxa::Index draws,
                std::uint64_t seed);
void report_surgery(doxa::support::Chapter& chapter, const Surgery& surgery, const Averages& averages);
void claim_surgery(doxa::support::Chapter& chapter, const Surgery& surgery, const Averages& averages);

// A model trained with a noise scale s that it may not change, by quadrature over x.
struct FixedScale {
  double variance;         // s²
  std::vector<double> kl;  // of each latent dimension, the larger first
  double bound;            // E[ELBO(x)]
  double linear;           // the best bound of a linear decoder (06.15)
};

struct Collapse {
  std::vector<double> eigenvalues;      // of the covariance of the data, the larger first
  std::vector<FixedScale> models = {};  // s² ascending; in the last, s² is above both eigenvalues
  double last_evidence = 0;             // E[log p_θ(x)] of the last
  double nothing = 0;                   // its bound if it uses no latent at all (06.14)
  double worst_tilt = 0;          // max_t of log E[e^{t·(x - m)}] - λ₁ |t|²/2, by (06.16) at most 0
  std::vector<double> four = {};  // the divergences of a model with four latents, the largest first
};

// ½ log(λ/s²) for λ > s², otherwise 0: what a linear decoder pays for a direction of variance λ (06.15).
double linear_kl(double eigenvalue, double variance);

Collapse collapse(const PlaneData& data, const DataLattice& lattice, const Training& training,
                  int four_latent_steps, doxa::Index hidden, std::uint64_t seed);
void report_collapse(doxa::support::Chapter& chapter, const Collapse& collapse);
// What holds for every model, and what those come to that are trained as in the text.
void claim_collapse(doxa::support::Chapter& chapter, const Collapse& collapse);
void claim_trained_collapse(doxa::support::Chapter& chapter, const Collapse& collapse);

// The chapter's pictures. Everything in nats a datum.

// Data and contours of their density; samples of the model and contours of its density.
doxa::support::Figure density_figure(doxa::Vae& vae, const Sample& held_out, const DataLattice& lattice,
                                     const Averages& averages, std::uint64_t seed);
// Posterior means in the latent plane; the latent plane decoded.
doxa::support::Figure latent_figure(doxa::Vae& vae, const Sample& held_out);
// The aggregate posterior beside the prior.
doxa::support::Figure aggregate_figure(const Surgery& surgery);
// The bound during training; the importance-weighted bounds afterwards.
doxa::support::Figure bounds_figure(const Curve& curve, const Scores& scores, const Averages& averages);
// The divergence of each latent dimension, during training and against the noise scale.
doxa::support::Figure collapse_figure(const Curve& curve, const Collapse& collapse);
