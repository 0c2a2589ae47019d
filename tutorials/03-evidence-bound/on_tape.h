#pragma once

#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "linear_gaussian.h"

// The model and the approximate posterior as the library's distributions, to be sampled and differentiated.

// θ = (W, b, log s) and the datum x, as variables of a tape.
struct ModelOnTape {
  doxa::Var loading, offset, log_scale, x;
};
ModelOnTape on_tape(doxa::Tape& tape, const LinearGaussian& model, const doxa::Matrix& x);
// N(mean, L Lᵀ), whose loc and scale_tril are variables of the tape.
doxa::MultivariateNormal on_tape(doxa::Tape& tape, const Gaussian& q);

doxa::DiagonalNormal prior(const ModelOnTape& p);                         // p(z) = N(0, I)
doxa::DiagonalNormal likelihood(const ModelOnTape& p, doxa::Var z);       // p(x|z) = N(W z + b, S), (03.11)
doxa::Var log_joint(const ModelOnTape& p, doxa::Var z);                   // log p(x, z)
doxa::MultivariateNormal posterior(const ModelOnTape& p);                 // p(z|x), (03.12)
doxa::Var log_evidence(const ModelOnTape& p);                             // log N(x; b, W Wᵀ + S), (03.13)
doxa::Var elbo(const ModelOnTape& p, const doxa::MultivariateNormal& q);  // V in closed form, (03.14)
// log w = log p(x, z) - log q(z) for each row of z [K, d], (03.7)
doxa::Var log_weights(const ModelOnTape& p, const doxa::MultivariateNormal& q, doxa::Var z);

// Numbers of a double precision answer as the tape has them: those that Real can represent.
doxa::Matrix representable(const doxa::Matrix& a);
LinearGaussian representable(const LinearGaussian& model);
Gaussian representable(const Gaussian& q);

// u Σ |v ∂y/∂v| over every value v on the way to y: to first order, what y is off by if each of them is
// rounded once. Runs backward on y's tape, which is then one that keeps all adjoints.
double rounding_unit(doxa::Var y);
