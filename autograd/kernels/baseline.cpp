#define DOXA_SET baseline
#define DOXA_VECTOR_BYTES 16
#ifdef __aarch64__  // which has 32 registers
#define DOXA_TILE_ROWS 8
#define DOXA_TILE_VECTORS 3
#else
#define DOXA_TILE_ROWS 4
#define DOXA_TILE_VECTORS 2
#endif
#include "doxa/autograd/kernels/instruction_set.inl"
