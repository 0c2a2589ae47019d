// fuzz-pomdp or fuzz-safetensors, as the build defines DOXA_FUZZ_TARGET.

#include "target.h"

int main(int argc, char** argv) { return doxa::fuzz::run_program(doxa::fuzz::DOXA_FUZZ_TARGET, argc, argv); }
