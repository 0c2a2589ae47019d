#pragma once

#include "doxa/autograd/kernels/kernels.h"

namespace doxa {

/// The loops of the GRU and LSTM cells and of Adam.
struct NnKernels {
  /// The cell's gates and its new state y for m rows: see models/nn/gru.h for the equations. x and s [m, 3w]
  /// are the affine maps of its input and of its state h [m, w]. `gates` [m, 4w] is written for the adjoint.
  void (*gru)(Index m, Index w, const Real* x, const Real* s, const Real* h, Real* gates, Real* y);
  /// Sets dx and ds, the adjoints of the two maps, and adds to dh.
  void (*gru_adjoint)(Index m, Index w, const Real* gates, const Real* h, const Real* g, Real* dx, Real* ds,
                      Real* dh);

  /// The LSTM cell's output y and memory y_c for m rows: see models/nn/lstm.h. z [m, 4w] is the sum of the
  /// two products, to which the biases b_x and b_h [4w] are added, c [m, w] the memory before. `gates`
  /// [m, 5w] is written for the adjoint.
  void (*lstm)(Index m, Index w, const Real* z, const Real* b_x, const Real* b_h, const Real* c, Real* gates,
               Real* y, Real* y_c);
  /// From the cotangents g of y and g_c of y_c: sets dz and adds to dc.
  void (*lstm_adjoint)(Index m, Index w, const Real* gates, const Real* c, const Real* g, const Real* g_c,
                       Real* dz, Real* dc);

  struct Adam {
    Real decay1, decay2, rate, epsilon, gradient_scale, variance_scale;
  };
  /// One step of Adam for n parameters: see models/nn/adam.h. It sets the gradient to zero.
  void (*adam)(Index n, const Adam& step, Real* gradient, Real* mean, Real* variance, Real* value);
  /// Σ x_i², added up in double precision in 32 sums side by side.
  double (*sum_of_squares)(Index n, const Real* x);
};

const NnKernels& nn_kernels(InstructionSet set);

}  // namespace doxa
