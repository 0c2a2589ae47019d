#pragma once

#include <map>
#include <optional>

#include "doxa/models/vae/aggregate_posterior.h"
#include "doxa/models/vae/quadrature.h"
#include "plane_data.h"
#include "support/sample_mean.h"
#include "support/tutorial.h"
#include "training.h"

// What the command line sets, and how finely things are computed.
struct Settings {
  std::string data = data_names.front();
  int steps = 20'000, batch = 256, hidden = 32;
  double scale = 0.3;        // of the noise, s, before training
  doxa::Index samples = 10;  // K of the bound that the second model is trained on
  double broken_scale = 3;   // the same of the model that goes wrong
  double broken_rate = Training{}.first_rate;
  int broken_steps = 4000;
  // Not on the command line.
  int many_batch = 64;  // data a step of that training
  doxa::Index held_out = 2000, importance_samples = 1000, checked = 12;
  double spacing = 0.03;  // of the lattices of latents that log p(x) is summed over
  double finer = 1.5;     // by this factor, of the model that is trained on many draws
  int collapse_steps = 1500, four_latent_steps = 3000;
};

// Averages over the data density itself, by quadrature over x: without sampling error.
struct Averages {
  double entropy;                                         // -E[log p*(x)]
  double one_gaussian;                                    // E[log N(x)] of the best normal
  double evidence;                                        // E[log p_θ(x)]
  double bound;                                           // E[ELBO(x)]
  std::vector<double> model;                              // p_θ(x) on the lattice
  double missing() const { return -entropy - evidence; }  // KL(p* ‖ p_θ) (06.12)
  double shortfall() const { return -entropy - bound; }   // (06.13)
};
// The spacings are those of the lattices of latents for log p(x) and, in units of q's scales, for E_q.
Averages averages(doxa::Vae& vae, const PlaneData& data, const DataLattice& lattice, const DataNodes& nodes,
                  double spacing, double spacing_of_q);
// The learned density on the lattice over x.
std::vector<double> learned_density(doxa::Vae& vae, const DataLattice& lattice, double spacing, double angle);

// A decoder that draws clean islands has edges between them, often along the axes of z. The lattices of
// latents are turned, so that no row of nodes falls as a whole on one side of an edge.
inline constexpr double turned = 0.6;

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

// A trained model.
struct Fitted {
  doxa::Vae vae;
  Curve curve;
  Averages averages;
  std::optional<Scores> scores = {};
};

// What the sections share. Each asks for the models it needs; a model is trained when it is first asked for.
struct Experiment {
  Settings settings;
  PlaneData data;
  DataLattice lattice;
  DataNodes nodes;
  Sample held_out;
  std::map<doxa::Index, Fitted> models = {};  // by the K of their bound

  Experiment(const Settings& settings, std::uint64_t seed);
};
Fitted& model(Experiment& experiment, doxa::Index K, std::uint64_t seed);
const Scores& scores(Experiment& experiment, doxa::Index K, std::uint64_t seed);

// ---- one number is wrong

// Two trainings of the eight round Gaussians that differ in nothing but s before the first step.
void broken(doxa::support::Chapter& chapter, const Settings& settings);

// ---- the bound, beside the exact answers

// E[ELBO(x)] over the nodes, the expectation under q by the rule given for its noise.
double expected_bound(doxa::Vae& vae, const DataNodes& nodes, const doxa::NormalQuadrature& noise);

// Equation (06.3) at some data, every expectation a sum over a fine lattice of latents.
struct Identity {
  double worst, least_gap;  // the largest error, and the smallest KL to the posterior
};
Identity check_identity(doxa::Vae& vae, const Sample& data, doxa::Index count);

// With `checks`, also what the claims about them need: a coarser lattice of latents, a second set of samples.
Scores score(doxa::Vae& vae, const PlaneData& data, const Sample& held_out, const Settings& settings,
             bool checks, std::uint64_t seed);
void report_terms(doxa::support::Chapter& chapter, const Curve& curve, const Averages& averages);
void report_scores(doxa::support::Chapter& chapter, const Scores& scores, const Averages& averages);
void claim_scores(doxa::support::Chapter& chapter, const Scores& scores, const Averages& averages,
                  const DataLattice& lattice, const Identity& identity, bool as_in_the_text);
// What the chapter's training gains; no theory promises it to another.
void claim_gain(doxa::support::Chapter& chapter, const Averages& averages);

// ---- how fast the importance-weighted bound closes

// E_q[w²]/p(x)² of the weight of a coordinate that the decoder ignores, with q = N(0, variance): (06.10) by
// hand. Infinite for a variance of 1/2 or less.
double second_moment(double variance);
// log p(x) - L_K there, for K = 1, 10, 100 … up to 10^decades; for a variance of at most 1.
std::vector<double> gaps_of_ignored_latent(double variance, int decades);
// Of each posterior the smaller σ_j²: by (06.10) E_q[w²] is finite where it exceeds 1/2.
std::vector<double> smaller_variances(doxa::Vae& vae, const doxa::Tensor& x);
void weights(doxa::support::Chapter& chapter, doxa::Vae& vae, const Sample& held_out, const Scores& scores,
             bool as_in_the_text);

// ---- training on it

void compare(doxa::support::Chapter& chapter, Experiment& experiment, bool as_in_the_text);

// ---- the aggregate posterior

// The second term of the bound, averaged over the data and taken apart (06.15).
struct Surgery {
  doxa::AggregatePosterior aggregate;          // q̄, over the data density itself (06.14)
  double mean_kl;                              // E KL(q(z|x) ‖ p(z)), in closed form
  double kl_to_prior;                          // KL(q̄ ‖ p), by quadrature over z
  doxa::MeanEstimate information, sampled_kl;  // I(x; z) and KL(q̄ ‖ p), by sampling x and z
};
Surgery operate(doxa::Vae& vae, const PlaneData& data, const DataNodes& nodes, doxa::Index draws,
                std::uint64_t seed);
void report_surgery(doxa::support::Chapter& chapter, const Surgery& surgery, const Averages& averages);
void claim_surgery(doxa::support::Chapter& chapter, const Surgery& surgery, const Averages& averages);

// ---- posterior collapse

// A model trained with a noise scale s that it may not change, by quadrature over x.
struct FixedScale {
  double variance;         // s²
  std::vector<double> kl;  // of each latent dimension, the larger first
  double bound;            // E[ELBO(x)]
  double linear;           // the best bound of a linear decoder (06.18)
};

struct Collapse {
  std::vector<double> eigenvalues;      // of the covariance of the data, the larger first
  std::vector<FixedScale> models = {};  // s² ascending; in the last, s² is above both eigenvalues
  double last_evidence = 0;             // E[log p_θ(x)] of the last
  double nothing = 0;                   // its bound if it uses no latent at all (06.17)
  double worst_tilt = 0;          // max_t of log E[e^{t·(x - m)}] - λ₁ |t|²/2, by (06.19) at most 0
  std::vector<double> four = {};  // the divergences of a model with four latents, the largest first
};

// Σ_i max over a of E[log N(x_i; 0, a² + s²)], the best bound of a linear decoder (06.18), and what is left of
// it when no a is allowed (06.17).
double best_linear_bound(const std::vector<double>& eigenvalues, double variance);
double bound_without_latents(const std::vector<double>& eigenvalues, double variance);
// ½ log(λ/s²) for λ > s², otherwise 0: what a linear decoder pays for a direction of variance λ (06.18).
double linear_kl(double eigenvalue, double variance);

Collapse collapse(const PlaneData& data, const DataLattice& lattice, const Training& training,
                  int four_latent_steps, doxa::Index hidden, std::uint64_t seed);
void report_collapse(doxa::support::Chapter& chapter, const Collapse& collapse);
// What holds for every model, and what those come to that are trained as in the text.
void claim_collapse(doxa::support::Chapter& chapter, const Collapse& collapse);
void claim_trained_collapse(doxa::support::Chapter& chapter, const Collapse& collapse);
