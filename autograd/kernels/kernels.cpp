#include "doxa/autograd/kernels/kernels.h"

#include <array>

namespace doxa {

extern const Kernels kernels_baseline;
#ifdef DOXA_KERNELS_X86
extern const Kernels kernels_avx2, kernels_avx512;
#endif

namespace {

struct Available {
  std::array<const Kernels*, 3> sets{};
  std::size_t count = 0;

  Available() {
    sets[count++] = &kernels_baseline;
#ifdef DOXA_KERNELS_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
      sets[count++] = &kernels_avx2;
      if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        sets[count++] = &kernels_avx512;
    }
#endif
  }
};

}  // namespace

std::span<const Kernels* const> available_kernels() {
  static const Available available;
  return {available.sets.data(), available.count};
}

const Kernels& kernels() { return *available_kernels().back(); }

}  // namespace doxa
