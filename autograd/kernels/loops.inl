// Loops over arrays that become vector code. Only a .inl file that CMake's doxa_kernels compiles for each
// instruction set may include this one, because it needs two macros that doxa_kernels defines:
//   DOXA_SET            the name of the set
//   DOXA_VECTOR_BYTES   the width of its registers
// Neither this file nor one that includes it may call an inline function of the standard library: of the
// copies in several object files the linker keeps one, and that could be the one that only the newest
// machines can run.

#include <cstdint>
#include <type_traits>

#include "doxa/autograd/kernels/floating_point.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/kernels/long_sum.h"

// In these loops a sum may be reordered, and arrays do not overlap unless they are the same. Each loop says
// so for itself, because -ffast-math for the whole file would give up NaN and infinity.
#define DOXA_PRAGMA(text) _Pragma(#text)
#define DOXA_SIMD DOXA_PRAGMA(omp simd)
#define DOXA_SIMD_SUM(total) DOXA_PRAGMA(omp simd reduction(+ : total))

// DOXA_KERNEL_TABLE(Table, name) = {…}; defines name_<set>, the table of one instruction set. The unit of the
// baseline, which every machine has, also defines the function name(set) that returns the table of a set.
#define DOXA_JOIN_(a, b) a##b
#define DOXA_JOIN(a, b) DOXA_JOIN_(a, b)
#define DOXA_TEXT_(a) #a
#define DOXA_TEXT(a) DOXA_TEXT_(a)
#define DOXA_KERNEL_TABLE(Table, name)               \
  extern const Table DOXA_JOIN(name##_, DOXA_SET);   \
  DOXA_JOIN(DOXA_FIND_TABLE_, DOXA_SET)(Table, name) \
  const Table DOXA_JOIN(name##_, DOXA_SET)
#define DOXA_FIND_TABLE_avx2(Table, name)
#define DOXA_FIND_TABLE_avx512(Table, name)
#ifdef DOXA_X86_KERNELS
#define DOXA_FIND_TABLE_baseline(Table, name)                           \
  extern const Table name##_avx2, name##_avx512;                        \
  const Table& name(InstructionSet set) {                               \
    if (set == InstructionSet::avx512) return name##_avx512;            \
    return set == InstructionSet::avx2 ? name##_avx2 : name##_baseline; \
  }
#else
#define DOXA_FIND_TABLE_baseline(Table, name) \
  const Table& name(InstructionSet) { return name##_baseline; }
#endif

namespace doxa {
namespace {

constexpr Index lanes = DOXA_VECTOR_BYTES / static_cast<Index>(sizeof(Real));
using Lane = std::conditional_t<sizeof(Real) == 8, std::int64_t, std::int32_t>;  // as wide as Real, for masks

// A derivative, or what a derivative is computed from, as a factor of the cotangent g. Where g is 0 it counts
// as 0, even if it is NaN or infinite: nothing that the loss does not depend on may make a gradient NaN.
DOXA_INLINE Real reached(Real g, Real factor) { return elementary::select(g != 0, factor, Real{0}); }

// The numbers of one register.
struct OneVector {
  alignas(DOXA_VECTOR_BYTES) Real at[lanes];
};

// The `rest` < lanes numbers at x, filled up with copies of the first: nothing beyond them is read.
DOXA_INLINE OneVector padded(const Real* x, Lane rest) {
  OneVector v;
  DOXA_SIMD
  for (Lane j = 0; j < static_cast<Lane>(lanes); ++j) {
    Real value = x[0];
    if (j < rest) value = x[j];
    v.at[j] = value;
  }
  return v;
}

// Returns x in a way that hides from the compiler that it is x. GCC before 12.4 and 13.2 drops the mask of a
// load when its result is stored or selected under the same mask, and then reads past the end of the array
// (its bug 110309). With opaque(), loads and stores have masks that look different.
DOXA_INLINE Lane opaque(Lane x) {
  __asm__("" : "+r"(x));
  return x;
}

template <class F, class... Operands>
DOXA_INLINE OneVector evaluate(F f, const Operands&... x) {
  OneVector v;
  DOXA_SIMD
  for (Lane j = 0; j < static_cast<Lane>(lanes); ++j) v.at[j] = f(x.at[j]...);
  return v;
}

// y_i = f(x_i, …) for i = 0 … n-1: whole vectors, then the rest as one masked vector, because short arrays
// are the rule on a tape.
template <class F, class... Operands>
DOXA_INLINE void assign(Index n, Real* y, F f, const Operands*... x) {
  const Index whole = n & -lanes;
  DOXA_SIMD
  for (Index i = 0; i < whole; ++i) y[i] = f(x[i]...);
  const Lane rest = static_cast<Lane>(n - whole), stored = opaque(rest);
  if (rest == 0) return;
  const OneVector v = evaluate(f, padded(x + whole, rest)...);
  y += whole;
  DOXA_SIMD
  for (Lane j = 0; j < static_cast<Lane>(lanes); ++j)
    if (j < stored) y[j] = v.at[j];
}

template <Index width, class F>
DOXA_INLINE void rest_in_halves(Index i, Index n, F f) {
  if constexpr (width > 0) {
    if (n & width) {
      DOXA_SIMD
      for (Index k = 0; k < width; ++k) f(i + k);
      i += width;
    }
    rest_in_halves<width / 2>(i, n, f);
  }
}

// f(i) for i = 0 … n-1: whole vectors, then halves, quarters and so on. For short formulas: a masked vector
// takes more instructions than these few, and what it has stored can only be loaded some time later.
template <class F>
DOXA_INLINE void for_each_in_halves(Index n, F f) {
  const Index whole = n & -lanes;
  DOXA_SIMD
  for (Index i = 0; i < whole; ++i) f(i);
  rest_in_halves<lanes / 2>(whole, n, f);
}

// y_i = Σ_j of n terms for i < columns, or added to y_i, in blocks of rows (long_sum.h): sums(j, rows, i,
// some, part) sets part[0 … some-1] to the sums of the rows from j on and the columns from i on.
template <class Sums>
void sum_of_blocks(Index n, Index block, Index columns, Real* y, bool accumulate, Sums sums) {
  constexpr Index strip = 512;
  alignas(64) Real part[strip], total[strip], lost[strip];
  for (Index i = 0; i < columns; i += strip, y += strip) {
    const Index some = columns - i < strip ? columns - i : strip;
    for (Index c = 0; c < some; ++c) {
      total[c] = accumulate ? y[c] : 0;
      lost[c] = 0;
    }
    for (Index j = 0; j < n; j += block) {
      sums(j, n - j < block ? n - j : block, i, some, part);
      DOXA_SIMD
      for (Index c = 0; c < some; ++c) elementary::add_compensated(part[c], total[c], lost[c]);
    }
    for (Index c = 0; c < some; ++c) y[c] = elementary::compensated(total[c], lost[c]);
  }
}

// Σ f(x_i, …) for one block.
template <class F, class... Operands>
DOXA_INLINE Real sum_of_block(Index n, F f, const Operands*... x) {
  const Index whole = n & -lanes;
  Real total = 0;
  DOXA_SIMD_SUM(total)
  for (Index i = 0; i < whole; ++i) total += f(x[i]...);
  const Lane rest = static_cast<Lane>(n - whole), counted = opaque(rest);
  if (rest == 0) return total;
  const OneVector v = evaluate(f, padded(x + whole, rest)...);
  DOXA_SIMD_SUM(total)
  for (Lane j = 0; j < static_cast<Lane>(lanes); ++j) total += j < counted ? v.at[j] : Real{0};
  return total;
}

// Σ f(x_i, …)
template <class F, class... Operands>
DOXA_INLINE Real sum_each(Index n, F f, const Operands*... x) {
#ifdef DOXA_CHECKED
  constexpr Index block = sum_block;  // these builds may add one after another
#else
  constexpr Index block = lanes * sum_block;  // a register has as many sums as lanes
#endif
  Real total = 0, lost = 0;
  for (Index i = 0; i < n; i += block) {
    const Real part = sum_of_block(n - i < block ? n - i : block, f, x + i...);
    if (n <= block) return part;
    elementary::add_compensated(part, total, lost);
  }
  return elementary::compensated(total, lost);
}

// f(i) for i = 0 … n-1, for loops that write several arrays: whole vectors, then the rest one by one.
template <class F>
DOXA_INLINE void for_each(Index n, F f) {
  const Index whole = n & -lanes;
  DOXA_SIMD
  for (Index i = 0; i < whole; ++i) f(i);
  for (Index i = whole; i < n; ++i) f(i);
}

}  // namespace
}  // namespace doxa
