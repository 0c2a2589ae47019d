#pragma once

#include "doxa/models/vae/aggregate_posterior.h"
#include "plane_data.h"
#include "scores.h"

// The second term of the bound, averaged over the data and taken apart (06.12).
struct Surgery {
  doxa::AggregatePosterior aggregate;          // q̄, over the data density itself (06.11)
  double mean_kl;                              // E KL(q(z|x) ‖ p(z)), in closed form
  double kl_to_prior;                          // KL(q̄ ‖ p), by quadrature over z
  doxa::MeanEstimate information, sampled_kl;  // I(x; z) and KL(q̄ ‖ p), by sampling x and z
};
Surgery operate(doxa::Vae& vae, const PlaneData& data, const DataNodes& nodes, doxa::Index draws,
                std::uint64_t seed);
void report_surgery(doxa::support::Chapter& chapter, const Surgery& surgery, const Limits& limits);
void claim_surgery(doxa::support::Chapter& chapter, const Surgery& surgery, const Limits& limits);
