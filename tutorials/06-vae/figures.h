#pragma once

#include "aggregate.h"
#include "collapse.h"
#include "scores.h"
#include "support/figure.h"
#include "training.h"

// The chapter's pictures. Everything in nats a datum.

// Data and contours of their density; samples of the model and contours of its density.
doxa::support::Figure density_figure(doxa::Vae& vae, const Sample& held_out, const DataLattice& lattice,
                                     const Limits& limits, std::uint64_t seed);
// Posterior means in the latent plane; the latent plane decoded.
doxa::support::Figure latent_figure(doxa::Vae& vae, const Sample& held_out);
// The aggregate posterior beside the prior.
doxa::support::Figure aggregate_figure(const Surgery& surgery);
// The bound during training; the importance-weighted bounds afterwards.
doxa::support::Figure bounds_figure(const Curve& curve, const Scores& scores, const Limits& limits);
// The divergence of each latent dimension, during training and against the noise scale.
doxa::support::Figure collapse_figure(const Curve& curve, const Collapse& collapse);
