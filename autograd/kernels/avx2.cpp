#include <immintrin.h>

#define DOXA_SET avx2
#define DOXA_VECTOR_BYTES 32
#define DOXA_TILE_ROWS 4
#define DOXA_TILE_VECTORS 3
#include "doxa/autograd/kernels/instruction_set.inl"
