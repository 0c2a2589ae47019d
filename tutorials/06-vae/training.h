#pragma once

#include <functional>
#include <vector>

#include "plane_data.h"

// What each random stream of the seed is for: what is drawn for one purpose does not move when another draws
// more.
enum Stream : std::uint64_t {
  initial_weights = 1,
  training_data,
  training_noise,
  held_out_data,
  bound_noise,
  shown_samples,
  terms_noise,
  aggregate_noise,
  collapse_weights,
  collapse_data,
  collapse_noise,
  many_data,
  many_noise
};

struct Training {
  int steps, batch;
  doxa::Index samples = 1;  // K: 1 is the ELBO (06.4), more is the importance-weighted bound (06.9)
  bool learn_scale = true;  // of the likelihood: s of (06.1)
  double first_rate = 7e-3;
};

// Ascends the bound by Adam, the rate a cosine from first_rate to 0. Every batch is drawn afresh: there is
// nothing to over-fit. `after_step` is told how many steps are done and the bound of the last batch, in nats
// a datum.
void train(doxa::Vae& vae, const PlaneData& data, const Training& training, doxa::Philox& data_random,
           doxa::Philox& noise_random, const std::function<void(int, double)>& after_step);

// Σ_i w_i KL(q(z_j | x_i) ‖ p(z_j)) of each latent dimension j (06.6).
std::vector<double> average_kl(doxa::Vae& vae, const doxa::Tensor& x, const std::vector<double>& weights);

// The terms of the bound (06.4) after a number of steps, averages over the same held-out data.
struct Terms {
  int step;
  double log_likelihood, scale;
  std::vector<double> kl;  // of each latent dimension (06.6)
  double bound() const;
};
Terms terms(doxa::Vae& vae, const Sample& data, int step, doxa::Philox noise_random);

// How far a run of the same seed may be from the committed one where another machine's rounding leads
// training another way: four standard deviations over seeds 1 to 4 on the pinwheel, rounded up. What does not
// depend on training has no such tolerance.
struct TrainingSpread {
  double scale = 0.015, variance = 0.004, bound = 0.05, standard_error = 0.011, gap = 0.03, share = 0.03;
  double kl = 0.25, kl_of_dimension = 1;    // which dimension carries more is chance
  double untrained_bound = 3;               // the ELBO of a model that was trained on another bound
  double side_kl = 0.2, side_bound = 0.02;  // of the smaller models: scale held, or four latents
};
inline constexpr TrainingSpread spread;

// What the model looks like at one moment: draws of its own, and where it puts the data in the latent plane.
struct Snapshot {
  int step;
  std::vector<doxa::PlanePoint> samples, means;
};
// `count` draws of the model, and the posterior means of the first `count` data.
Snapshot snapshot(doxa::Vae& vae, const Sample& data, std::size_t count, int step, std::uint64_t seed);

// A training with its records.
struct Curve {
  std::vector<double> steps, bound;     // the bound averaged over the batches since the point before
  std::vector<std::vector<double>> kl;  // of each latent dimension, at these steps
  std::vector<Terms> terms;             // from time to time
  std::vector<Snapshot> film;           // at the same steps
};
Curve train_with_curve(doxa::Vae& vae, const PlaneData& data, const Training& training,
                       const Sample& held_out, std::uint64_t seed, const std::string& label);
