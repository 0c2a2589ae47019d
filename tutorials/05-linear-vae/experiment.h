#pragma once

#include <cstdint>
#include <vector>

#include "doxa/models/numerics/symmetric_eigen.h"
#include "doxa/models/vae/linear_vae.h"
#include "support/tutorial.h"

// What the chapter's experiments produce, and its tables, pictures and claims show. Everything in nats a
// datum.

// Where training ends is claimed of no shorter one.
inline constexpr int steps_to_the_maximum = 3000;

struct Settings {
  int steps = steps_to_the_maximum;
  doxa::Index data = 2000, latent = 3;
  double noise_variance = 5;  // held
  // Not on the command line.
  int starts = 10;                 // random ones, for the claim that all lead to the maximum
  doxa::Index draws_a_datum = 50;  // of z, for the bound by samples
};

// The sample, and the most that probabilistic PCA can make of it. Only the sample counts from here on: not
// the model that it was drawn from.
struct Problem {
  doxa::Tensor x;  // [n, d]
  doxa::SampleMoments moments;
  doxa::SymmetricEigen eigen;   // of the sample's covariance
  doxa::ProbabilisticPca best;  // (05.5) with R = I
  double maximum;               // its log-likelihood (05.6)

  double eigenvalue(doxa::Index j) const { return eigen.values[static_cast<std::size_t>(j)]; }
};
Problem problem_of(doxa::Tensor x, doxa::Index latent);
Problem draw_problem(const Settings& settings, std::uint64_t seed);

// A model on its way. `elbo` comes from the tape; the others are exact, in double precision.
struct Snapshot {
  int step;
  double elbo, log_likelihood, kl, noise_variance, angle;
  double gap(double maximum) const { return maximum - (log_likelihood - kl); }  // of the bound, by (05.12)
};
using Curve = std::vector<Snapshot>;
Snapshot snapshot(doxa::LinearVae& vae, const Problem& problem, int step);

// Raises the mean of (05.9) - (05.10) over all data in these parameters: Adam at `first_rate` for the first
// third of the steps, then falling geometrically to last_rate.
inline constexpr double last_rate = 1e-7;
Curve train(doxa::LinearVae& vae, const doxa::Parameters& parameters, const Problem& problem, int steps,
            double first_rate = 0.1);

// The starting points that a likelihood of several stationary points has.
doxa::ProbabilisticPca rotated_maximum(const Problem& problem);
doxa::ProbabilisticPca collapsed_start(const Problem& problem);  // w_k = 0, and the best of the rest
double largest_gradient(doxa::LinearVae& vae, const Problem& problem);

struct Special {  // a start that is not random
  doxa::ProbabilisticPca start;
  double start_elbo, start_gradient;
  Curve curve;
};
Special train_from(const doxa::ProbabilisticPca& start, const Problem& problem, const Settings& settings,
                   double perturbation, std::uint64_t seed);

// Training with σ² held at a value.
inline constexpr double alive_from = 0.01;  // nats of KL
struct Held {
  double noise_variance, elbo, exact;             // exact: (05.15)
  std::vector<double> kl = {}, exact_kl = {};     // of each latent, in descending order, and (05.16)
  std::vector<double> model_variance = {};        // along each eigenvector
  int active = 0, above = 0, expected_alive = 0;  // latents with KL, eigenvalues above σ² (at most k), and
                                                  // latents with exact KL; KL: of more than alive_from
};
doxa::LinearVae held_start(const Problem& problem, double noise_variance, doxa::Philox random);
Curve train_held(doxa::LinearVae& vae, const Problem& problem, int steps);
// Too small, right, between neighbouring eigenvalues, and above them all.
std::vector<double> held_values(const Problem& problem);
std::vector<Held> train_with_held_noise(const Problem& problem, const std::vector<double>& values, int steps,
                                        std::uint64_t seed);

// The bound by single draws of z against the closed form: the difference of the means in standard errors, and
// the deviation of one draw, with the divergence in closed form and with log q(z | x) − log p(z) of the draw.
struct Sampling {
  double deviation, scatter, scatter_of_ratio;
};
Sampling sample_bound(doxa::LinearVae& vae, const Problem& problem, doxa::Index draws, std::uint64_t seed);

struct Experiment {
  Problem problem;
  doxa::LinearVae trained;
  Curve curve;
  std::vector<double> start_gaps;  // after training from random starts
  Special rotated, collapsed;
  Sampling before, after;  // training
  bool trained_long_enough() const { return curve.back().step >= steps_to_the_maximum; }
};

// The columns of W, longest first: the order of the eigenvalues. Tables and pictures all use it.
doxa::Matrix sorted_columns(const doxa::Matrix& weight);
// Where the picture of the axes has column j, given along the eigenvectors: the first three are drawn as three
// axes, the third towards the reader, so that no column hides.
struct Drawn {
  double x, y;
};
Drawn drawn_at(const doxa::Matrix& columns, doxa::Index j);

void plane(doxa::support::Chapter& chapter, const Settings& settings);  // two dimensions, one latent

void report_training(doxa::support::Chapter& chapter, const Problem& problem, const doxa::LinearVae& trained,
                     const Curve& curve);
void report_other_starts(doxa::support::Chapter& chapter, const Experiment& e);
void report_held_noise(doxa::support::Chapter& chapter, const std::vector<Held>& held);
void record(doxa::support::Results& results, const Experiment& e);
void claim_maximum(doxa::support::Claims& claims, const Experiment& e);
void claim_collapse(doxa::support::Claims& claims, const Problem& problem, const std::vector<Held>& held);

doxa::support::Figure training_figure(const Experiment& e);
doxa::support::Figure axes_figure(const Experiment& e);
doxa::support::Figure collapse_figure(const Problem& problem, const std::vector<Held>& held);
