#define DOXA_SET baseline
#define DOXA_VECTOR_BYTES 16
#define DOXA_TILE_ROWS 4
#define DOXA_TILE_VECTORS 2
#include "doxa/autograd/kernels/instruction_set.inl"
