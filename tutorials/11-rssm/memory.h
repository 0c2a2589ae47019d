#pragma once

#include <cstddef>
#include <functional>
#include <vector>

// Tiger while one listens, exactly: what a model can predict whose memory is made of samples.

inline constexpr double ear = 0.85;  // how often a roar comes from the tiger's side

// What the summary is fed: s_1 … s_{k-1}, or o_1 … o_{k-1}. The context c_k of step k is one number for each
// such past.
enum class Fed { samples, observations };

// A table for each step k and context c_k: of q(s_k | c_k, o_k) at [o · classes + s], of p(s_k | c_k) at [s],
// or of p(o_k | s_k, c_k) at [s · 2 + o].
using Tables = std::vector<std::vector<std::vector<double>>>;

struct LatentModel {
  Tables prior, emission;
};

// The terms of (11.5) on average over the roars and the samples of q, in nats for all steps.
struct MemoryTerms {
  double log_likelihood = 0, kl = 0;             // of the bound (11.3)
  double forgotten = 0;                          // Σ_k H(o_k | c_k)
  double prior_misses = 0, emission_misses = 0;  // Σ_k E KL(ρ ‖ p) of the two factors of the model
  double information = 0;                        // Σ_k I(s_k; o_k | c_k)
  double bound() const { return log_likelihood - kl; }
};
// Of a given model, or of the best one for this q if `model` is null: its factors are those of ρ.
MemoryTerms memory_terms(Fed fed, std::size_t classes, const Tables& q, const LatentModel* model);

// E log p(o_1 … o_T), in nats.
double mean_log_evidence(std::size_t steps);

// q for a latent that is the roar, but for a share of roars that it has the wrong way round.
Tables misheard(std::size_t steps, double share);
// q for a latent that is the tiger's side, drawn from the exact belief; fed with observations.
Tables drawn_from_belief(std::size_t steps);

// Two roars, fed with samples: q(s_1 | o_1) is N(-d, 1) or N(d, 1), the prior the closest normal to the
// mixture of the two, N(0, 1 + d²), the emission the best one; s_2 is empty.
MemoryTerms roar_in_a_normal(double d);

// Σ_k H(o_k | s_{<k}, a_{<k}) / T where one listens with this probability at each step, else opens a door,
// and s_k is misheard that often: the least −bound of a model that is fed with such samples.
double nats_a_step(double listening, double misheard_share, std::size_t steps);
