#pragma once

#include <cmath>

#include "mixture.h"
#include "sections.h"

struct Minimum {
  Fit fit;
  double kl;
  int steps;
};

// The normal distribution of least divergence(q), by natural gradient steps in (μ, log σ), whose Fisher
// information is diag(1/σ², 2).
//! [natural-gradient]
template <class Divergence>
Minimum natural_gradient(Fit at, Divergence divergence, double rate) {
  using namespace doxa;
  using support::u;
  Tape tape;
  for (int step = 1;; ++step) {
    tape.clear();
    const Var mu = tape.variable(Tensor(Shape{}, static_cast<Real>(at.loc)));
    const Var log_sigma = tape.variable(Tensor(Shape{}, static_cast<Real>(std::log(at.scale))));
    const Var kl = divergence(Normal::from_log_scale(mu, log_sigma));
    tape.backward(kl);
    const double move = at.scale * mu.adjoint()[0], grow = log_sigma.adjoint()[0] / 2;
    at.loc -= rate * at.scale * move;  // (02.24)
    at.scale *= std::exp(-rate * grow);
    if (std::abs(move) + std::abs(grow) < 64 * u || step == 300) return {at, kl.item(), step};
  }
}
//! [natural-gradient]
