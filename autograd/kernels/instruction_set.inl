// The body of one instruction set's kernels: baseline.cpp, avx2.cpp and avx512.cpp define
//   DOXA_SET            its name
//   DOXA_VECTOR_BYTES   the width of its registers
//   DOXA_TILE_ROWS, DOXA_TILE_VECTORS   the register tile of the matrix product
// and include this file. Nothing here may call an inline function of the standard library: the linker could keep
// the copy that only the newest machines can run.

#include <type_traits>

#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/kernels/trigonometric.h"

// Sums may be reassociated, and operands do not overlap unless they are equal: said loop by loop, because
// -ffast-math would give up NaN and infinity.
#ifdef __GNUC__
#define DOXA_PRAGMA(text) _Pragma(#text)
#define DOXA_SIMD DOXA_PRAGMA(omp simd)
#define DOXA_SIMD_SUM(total) DOXA_PRAGMA(omp simd reduction(+ : total))
#else
#define DOXA_SIMD
#define DOXA_SIMD_SUM(total)
#endif

namespace doxa {
namespace {

using namespace elementary;

#include "doxa/autograd/kernels/elementwise.inl"
#include "doxa/autograd/kernels/matmul.inl"
#include "doxa/autograd/kernels/fused.inl"
#include "doxa/autograd/kernels/reductions.inl"

}  // namespace

#define DOXA_JOIN_(a, b) a##b
#define DOXA_JOIN(a, b) DOXA_JOIN_(a, b)
#define DOXA_TEXT_(a) #a
#define DOXA_TEXT(a) DOXA_TEXT_(a)

void DOXA_JOIN(box_muller_, DOXA_SET)(Index pairs, const std::uint64_t* words, Real* out);

extern const Kernels DOXA_JOIN(kernels_, DOXA_SET);
const Kernels DOXA_JOIN(kernels_, DOXA_SET) = {
    .name = DOXA_TEXT(DOXA_SET),
#define DOXA_BINARY(name, value, da, db)
#define DOXA_UNARY(name, value, dx) unary::name##_value,
    .unary = {
#include "doxa/autograd/kernels/derivatives.def"
    },
#undef DOXA_UNARY
#define DOXA_UNARY(name, value, dx) unary::name##_adjoint,
    .unary_adjoint = {
#include "doxa/autograd/kernels/derivatives.def"
    },
#undef DOXA_UNARY
#define DOXA_UNARY(name, value, dx) unary::name##_product,
    .unary_product = {
#include "doxa/autograd/kernels/derivatives.def"
    },
#undef DOXA_UNARY
#undef DOXA_BINARY
#define DOXA_UNARY(name, value, dx)
#define DOXA_BINARY(name, value, da, db) binary::name##_value,
    .binary = {
#include "doxa/autograd/kernels/derivatives.def"
    },
#undef DOXA_BINARY
#define DOXA_BINARY(name, value, da, db) binary::name##_adjoint_a,
    .binary_adjoint_a = {
#include "doxa/autograd/kernels/derivatives.def"
    },
#undef DOXA_BINARY
#define DOXA_BINARY(name, value, da, db) binary::name##_adjoint_b,
    .binary_adjoint_b = {
#include "doxa/autograd/kernels/derivatives.def"
    },
#undef DOXA_BINARY
#undef DOXA_UNARY
    .affine = affine,
    .add_scaled = add_scaled,
    .sum = sum,
    .copy_rows = copy_rows,
    .add_rows = add_rows,
    .lane_sum = lane_sum,
    .lane_dot = lane_dot,
    .lane_max = lane_max,
    .lane_min = lane_min,
    .lane_subtract = lane_subtract,
    .lane_scale = lane_scale,
    .lane_add = lane_add,
    .lane_add_scaled = lane_add_scaled,
    .lane_add_deviation = lane_add_deviation,
    .matmul = matmul,
    .bias_tanh = bias_tanh,
    .bias_sigmoid = bias_sigmoid,
    .multiply_add = multiply_add,
    .multiply_add_adjoint = multiply_add_adjoint,
    .normal_log_prob = normal_log_prob,
    .normal_log_prob_adjoint = normal_log_prob_adjoint,
    .normal_kl = normal_kl,
    .normal_kl_adjoint = normal_kl_adjoint,
    .gru = gru,
    .gru_adjoint = gru_adjoint,
    .box_muller = DOXA_JOIN(box_muller_, DOXA_SET),
    .adam = adam,
};

}  // namespace doxa
