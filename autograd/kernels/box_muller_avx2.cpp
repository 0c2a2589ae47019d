#define DOXA_SET avx2
#include "doxa/autograd/kernels/box_muller.inl"
