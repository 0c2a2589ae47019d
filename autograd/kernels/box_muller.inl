// The normal draws of one instruction set: box_muller_<set>.cpp defines DOXA_SET and includes this file. Compiled
// without fused multiply-add, so that every set draws the same bits.

#include "doxa/autograd/kernels/box_muller.h"

#define DOXA_JOIN_(a, b) a##b
#define DOXA_JOIN(a, b) DOXA_JOIN_(a, b)

namespace doxa {

void DOXA_JOIN(box_muller_, DOXA_SET)(Index pairs, const std::uint64_t* words, Real* out) {
#ifdef __GNUC__
#pragma omp simd
#endif
  for (Index i = 0; i < pairs; ++i) {
    const double r = __builtin_sqrt(-2 * log_of_uniform(uniform_of_word(words[2 * i])));
    const Turn t = turn(uniform_of_word(words[2 * i + 1]));
    out[2 * i] = static_cast<Real>(r * t.cos);
    out[2 * i + 1] = static_cast<Real>(r * t.sin);
  }
}

}  // namespace doxa
