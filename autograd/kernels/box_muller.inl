// The normal draws for one instruction set, compiled by doxa_kernels (.cmake/DoxaKernels.cmake) without fused
// multiply-adds, so that every set draws the same bits.

#include "doxa/autograd/kernels/box_muller.h"
#include "doxa/autograd/kernels/loops.inl"

namespace doxa {

void DOXA_JOIN(box_muller_, DOXA_SET)(Index pairs, const std::uint64_t* words, Real* out) {
  DOXA_SIMD
  for (Index i = 0; i < pairs; ++i) {
    const double r = __builtin_sqrt(-2 * log_of_uniform(uniform_of_word(words[2 * i])));
    const Turn t = turn(uniform_of_word(words[2 * i + 1]));
    out[2 * i] = static_cast<Real>(r * t.cos);
    out[2 * i + 1] = static_cast<Real>(r * t.sin);
  }
}

}  // namespace doxa
