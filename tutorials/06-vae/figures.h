#pragma once

#include "sections.h"

// The chapter's pictures. Everything in nats a datum. Blue is the model trained on the ELBO, vermillion the one
// trained on the importance-weighted bound.

// Draws of a model while it learns, a row for each training, over contours of the true density.
doxa::support::Figure broken_figure(const DataLattice& lattice, const std::vector<Curve>& trainings,
                                    const std::vector<std::string>& names);
// Draws of the model while it learns, and below them where it puts the data in the latent plane.
doxa::support::Figure film_figure(const DataLattice& lattice, const Sample& held_out, const Curve& curve);
// The true density and those of the two models; data and draws.
doxa::support::Figure density_figure(const Sample& held_out, const DataLattice& lattice, Fitted& by_elbo,
                                     Fitted& by_many, doxa::Index K, std::uint64_t seed);
// Posterior means in the latent plane; the latent plane decoded.
doxa::support::Figure latent_figure(doxa::Vae& vae, const Sample& held_out);
// The aggregate posterior beside the prior.
doxa::support::Figure aggregate_figure(const Surgery& surgery);
// What the importance-weighted bounds of both models, which have their scores, lack to the truth, against K.
doxa::support::Figure bounds_figure(const Fitted& by_elbo, const Fitted& by_many, doxa::Index K);
// K times the gap of the importance-weighted bound.
doxa::support::Figure gaps_figure(const std::vector<double>& variances,
                                  const std::vector<std::vector<double>>& gaps, const Scores& scores);
// The divergence of each latent dimension against the noise scale.
doxa::support::Figure collapse_figure(const Collapse& collapse);
