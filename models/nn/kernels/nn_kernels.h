#pragma once

#include "doxa/autograd/kernels/kernels.h"

namespace doxa {

/// The loops of the GRU cell and of Adam.
struct NnKernels {
  /// The cell's gates and its new state y for m rows: see models/nn/gru.h for the equations. x and s [m, 3w]
  /// are the affine maps of its input and of its state h [m, w]. `gates` [m, 4w] is written for the adjoint.
  void (*gru)(Index m, Index w, const Real* x, const Real* s, const Real* h, Real* gates, Real* y);
  /// Sets dx and ds, the adjoints of the two maps, and adds to dh.
  void (*gru_adjoint)(Index m, Index w, const Real* gates, const Real* h, const Real* g, Real* dx, Real* ds,
                      Real* dh);

  struct Adam {
    Real decay1, decay2, rate, epsilon, gradient_scale, variance_scale;
  };
  /// One step of Adam for n parameters: see models/nn/adam.h. It sets the gradient to zero.
  void (*adam)(Index n, const Adam& step, Real* gradient, Real* mean, Real* variance, Real* value);
};

const NnKernels& nn_kernels(InstructionSet set);

}  // namespace doxa
