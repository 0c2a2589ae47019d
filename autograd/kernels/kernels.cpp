#include "doxa/autograd/kernels/kernels.h"

#include <array>
#include <vector>

#include "doxa/autograd/tensor.h"

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

Real* memory_of_thread(Index n) {
  thread_local std::vector<Real, CacheAligned<Real>> memory;
  if (static_cast<Index>(memory.size()) < n) memory.resize(static_cast<std::size_t>(n));
  return memory.data();
}

const Kernels& kernels() { return *available_kernels().back(); }

}  // namespace doxa
