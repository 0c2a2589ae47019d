#pragma once

#include <string>
#include <vector>

#include "doxa/models/vae.h"
#include "doxa/models/vae_quadrature.h"
#include "support/figure.h"

// What the chapter's experiment produces and its pictures show. Everything in nats a datum.

struct Data {
  doxa::Tensor x;                        // [n, 2]
  std::vector<doxa::PlanePoint> points;  // the same numbers in double
  std::vector<std::size_t> arm;          // which component of the mixture each came from
};

// The training steps, and the bound averaged over the batches since the point before.
struct Curve {
  std::vector<double> steps, elbo;
};

// The true density and the model's, by quadrature, on a square lattice.
struct DataLattice {
  std::vector<double> at;  // the coordinates of columns and of rows
  double spacing;
  std::vector<double> truth, model;  // p*(x) and p_θ(x), row by row

  // The trapezoidal rule for ∫ f(p*(x), p_θ(x)) dx.
  template <class F>
  double integral(F f) const {
    double sum = 0;
    for (std::size_t i = 0; i < model.size(); ++i) sum += f(truth[i], model[i]);
    return sum * spacing * spacing;
  }
};

// Averages over the held-out data.
struct Summary {
  std::vector<double> K, bound;                // the importance-weighted bounds
  double elbo, evidence, truth, one_gaussian;  // E[log p] under each model
};

doxa::support::Figure density_figure(doxa::Vae& vae, const Data& held_out, const DataLattice& lattice,
                                     std::uint64_t seed);
doxa::support::Figure latent_figure(doxa::Vae& vae, const Data& held_out);
doxa::support::Figure bounds_figure(const Curve& curve, const Summary& summary);
