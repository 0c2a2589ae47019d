#pragma once

// What the parts of chapter 10's experiment hand to each other.

#include <string>
#include <vector>

#include "doxa/models/filtering_posterior.h"
#include "doxa/models/pomdp/pomdp.h"
#include "doxa/models/pomdp/score.h"
#include "doxa/models/pomdp/simulate.h"
#include "support/figure.h"

struct Settings {
  std::string pomdp;  // empty: Tiger
  std::vector<double> action_weights;
  doxa::Index horizon = 32, steps = 4000, batch = 32, latent = 4, hidden = 32, samples = 64;
  std::size_t training = 20000, held_out = 1000;
  doxa::Index curve_points = 16;
  double rate = 3e-3;
};

// The sequences, all from one model and one policy, and the two reference predictors' values on the held-out
// ones.
struct Data {
  doxa::Pomdp pomdp;
  std::vector<doxa::Trajectory> training, validation, held_out;
  std::vector<double> exact, last;  // (10.1) over T: nats per step, one a held-out trajectory

  Data(const Settings& s, std::uint64_t seed);
};

// How far the predictions are from the exact filter's on some validation episodes, as training goes on.
struct LearningCurve {
  std::vector<double> step, excess;  // nats per step
};

struct Variant {
  std::string name;
  doxa::FilteringPosterior model;
  LearningCurve curve = {};
  std::vector<std::vector<double>> predictions = {};  // on the held-out trajectories
  std::vector<double> elbo = {}, kl = {};             // nats per step, one a held-out trajectory
  double validation = 0;                              // nats per step
  doxa::MemoryScore score = {};
};

struct MeanAndError {
  double mean, standard_error;
};

MeanAndError mean_and_error(const std::vector<double>& x);
inline double mean(const std::vector<double>& x) { return mean_and_error(x).mean; }

doxa::support::Figure learning_figure(const std::vector<Variant>& variants, const Variant& best,
                                      const Data& data);
doxa::support::Figure track_figure(const Variant& best, const Data& data);
