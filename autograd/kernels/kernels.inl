// The kernels of the engine for one instruction set, compiled by doxa_kernels (.cmake/DoxaKernels.cmake).

#if DOXA_VECTOR_BYTES > 16
#include <immintrin.h>
#endif

#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/loops.inl"
#include "doxa/autograd/kernels/trigonometric.h"

namespace doxa {
namespace {

using namespace elementary;

#include "doxa/autograd/kernels/elementwise.inl"
#include "doxa/autograd/kernels/hash.inl"
#include "doxa/autograd/kernels/matmul.inl"
#include "doxa/autograd/kernels/reductions.inl"

}  // namespace

void DOXA_JOIN(box_muller_, DOXA_SET)(Index pairs, const std::uint64_t* words, Real* out);

DOXA_KERNEL_TABLE(Kernels, kernels) = {
    .set = InstructionSet::DOXA_SET,
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
#define DOXA_BINARY(name, value, da, db) binary::name##_adjoints,
    .binary_adjoints = {
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
    .all_between = all_between,
    .hash = hash,
    .box_muller = DOXA_JOIN(box_muller_, DOXA_SET),
};

}  // namespace doxa
