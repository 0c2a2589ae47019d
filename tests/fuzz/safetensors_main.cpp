#include "program.h"
#include "safetensors_mutation.h"
#include "safetensors_properties.h"

int main(int argc, char** argv) {
  using namespace doxa::fuzz;
  return run_program({"fuzz-safetensors", ".safetensors", mutate_safetensors, check_safetensors_bytes}, argc,
                     argv);
}
