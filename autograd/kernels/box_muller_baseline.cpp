#define DOXA_SET baseline
#include "doxa/autograd/kernels/box_muller.inl"
