#define DOXA_SET avx512
#include "doxa/autograd/kernels/box_muller.inl"
