#pragma once

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/tape.h"

namespace doxa {

bool all_finite(const Kernels& kernels, Index n, const Real* x);
bool all_operands_finite(const Record& r);

/// The adjoint of a matrix product Y = X W for X [m,k] and W [k,n], from the cotangents G [m,n]; all are
/// stored by rows. A cotangent of 0 adds 0, also where it meets a NaN or infinity in X or W.
///
/// That costs nothing where X and W are finite. A NaN or infinity in one of them makes numbers of Y NaN or
/// infinite, so a rule that finds Y finite says `finite` and nothing more is looked at. Otherwise X and W are
/// looked through; a factor that is not finite is copied without the numbers that are not, and these are
/// multiplied one by one with the cotangents that are not 0. If cotangents are not finite either, all of the
/// product is computed one by one, because the zeros in the copy would make them NaN.
class ProductAdjoint {
 public:
  ProductAdjoint(const Kernels& kernels, bool finite, Index m, Index k, Index n)
      : kernels_(kernels), finite_(finite), m_(m), k_(k), n_(n) {}

  /// The numbers of memory that the two functions below need, each for itself.
  Index memory() const { return finite_ ? 0 : k_ * (m_ > n_ ? m_ : n_); }

  /// dX (+)= G Wᵀ
  void to_left(const Real* g, const Real* w, Real* dx, bool add, Real* memory) const {
    if (!finite_ && !all_finite(kernels_, k_ * n_, w)) return to_left_of_any(g, w, dx, add, memory);
    kernels_.matmul(m_, k_, n_, g, n_, 1, w, 1, n_, dx, add);
  }
  /// dW (+)= Xᵀ G
  void to_right(const Real* g, const Real* x, Real* dw, bool add, Real* memory) const {
    if (!finite_ && !all_finite(kernels_, m_ * k_, x)) return to_right_of_any(g, x, dw, add, memory);
    kernels_.matmul(k_, n_, m_, x, 1, k_, g, n_, 1, dw, add);
  }

 private:
  void to_left_of_any(const Real* g, const Real* w, Real* dx, bool add, Real* memory) const;
  void to_right_of_any(const Real* g, const Real* x, Real* dw, bool add, Real* memory) const;

  const Kernels& kernels_;
  bool finite_;
  Index m_, k_, n_;
};

}  // namespace doxa
