#include <immintrin.h>

#define DOXA_SET avx512
#define DOXA_VECTOR_BYTES 64
#define DOXA_TILE_ROWS 8
#define DOXA_TILE_VECTORS 3
#include "doxa/autograd/kernels/instruction_set.inl"
