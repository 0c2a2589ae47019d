// Products of beliefs and α-vectors for one instruction set, compiled by doxa_kernels (.cmake/DoxaKernels.cmake).

#include "doxa/models/pomdp/plans/kernels/plan_kernels.h"

#include "doxa/autograd/kernels/loops.inl"

namespace doxa {
namespace {

typedef double Doubles __attribute__((vector_size(DOXA_VECTOR_BYTES)));
typedef double UnalignedDoubles __attribute__((vector_size(DOXA_VECTOR_BYTES), aligned(sizeof(double)), may_alias));
constexpr Index doubles = DOXA_VECTOR_BYTES / static_cast<Index>(sizeof(double));

// `width` registers of sums at once, as many as the set has room for.
template <Index width>
Doubles products_of(Index n, const std::uint32_t* s, const double* p, const double* v, double* product) {
  Doubles sum[width] = {};
  for (Index i = 0; i < n; ++i) {
    const double* const row = v + static_cast<Index>(s[i]) * plan_block;
    for (Index j = 0; j < width; ++j)
      sum[j] += p[i] * *reinterpret_cast<const UnalignedDoubles*>(row + j * doubles);
  }
  Doubles largest = sum[0];
  for (Index j = 0; j < width; ++j) {
    *reinterpret_cast<UnalignedDoubles*>(product + j * doubles) = sum[j];
    largest = sum[j] > largest ? sum[j] : largest;
  }
  return largest;
}

double products(Index n, const std::uint32_t* s, const double* p, const double* v, double* product) {
  constexpr Index all = plan_block / doubles, width = all < 8 ? all : 8;
  Doubles largest = products_of<width>(n, s, p, v, product);
  for (Index j = width; j < all; j += width) {
    const Doubles other = products_of<width>(n, s, p, v + j * doubles, product + j * doubles);
    largest = other > largest ? other : largest;
  }
  double most = largest[0];
  for (Index lane = 1; lane < doubles; ++lane) most = largest[lane] > most ? largest[lane] : most;
  return most;
}

}  // namespace

DOXA_KERNEL_TABLE(PlanKernels, plan_kernels) = {
    .products = products,
};

}  // namespace doxa
