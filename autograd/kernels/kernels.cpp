#include "doxa/autograd/kernels/kernels.h"

#include <array>

namespace doxa {
namespace {

struct Available {
  std::array<const Kernels*, 3> sets{};
  std::size_t count = 0;

  Available() {
    sets[count++] = &kernels(InstructionSet::baseline);
#ifdef DOXA_X86_KERNELS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
      sets[count++] = &kernels(InstructionSet::avx2);
      if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        sets[count++] = &kernels(InstructionSet::avx512);
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
