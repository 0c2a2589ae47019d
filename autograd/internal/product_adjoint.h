#pragma once

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/tape.h"

namespace doxa {

bool all_finite(const Kernels& kernels, Index n, const Real* x);

/// The adjoint of a matrix product Y = X W for X [m,k] and W [k,n], from the cotangents G [m,n]; all are stored
/// by rows. A cotangent of 0 adds 0, also where it meets a NaN or infinity in X or W.
///
/// That costs nothing where X and W are finite. A NaN or infinity in one of them makes numbers of Y NaN or
/// infinite, so a rule that finds Y finite says `finite` and nothing more is looked at. Otherwise X and W are
/// looked through; a factor that is not finite is copied without the numbers that are not, and these are
/// multiplied one by one with the cotangents that are not 0.
class ProductAdjoint {
 public:
  ProductAdjoint(const Kernels& kernels, bool finite, Index m, Index k, Index n)
      : kernels_(kernels), finite_(finite), m_(m), k_(k), n_(n) {}

  /// The numbers of memory that the two functions below need, each for itself.
  Index memory() const { return finite_ ? 0 : k_ * (m_ > n_ ? m_ : n_); }

  /// dX (+)= G Wᵀ
  void to_left(const Real* g, const Real* w, Real* dx, bool add, Real* memory) const {
    const Real* finite = finite_part(k_ * n_, w, memory);
    kernels_.matmul(m_, k_, n_, g, n_, 1, finite, 1, n_, dx, add);
    if (finite != w) add_rest_to_left(g, w, dx);
  }
  /// dW (+)= Xᵀ G
  void to_right(const Real* g, const Real* x, Real* dw, bool add, Real* memory) const {
    const Real* finite = finite_part(m_ * k_, x, memory);
    kernels_.matmul(k_, n_, m_, finite, 1, k_, g, n_, 1, dw, add);
    if (finite != x) add_rest_to_right(g, x, dw);
  }

 private:
  const Real* finite_part(Index count, const Real* x, Real* memory) const;
  void add_rest_to_left(const Real* g, const Real* w, Real* dx) const;
  void add_rest_to_right(const Real* g, const Real* x, Real* dw) const;

  const Kernels& kernels_;
  bool finite_;
  Index m_, k_, n_;
};

}  // namespace doxa
