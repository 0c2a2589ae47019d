#include "pomdp_mutation.h"
#include "pomdp_properties.h"
#include "program.h"

int main(int argc, char** argv) {
  using namespace doxa::fuzz;
  return run_program({"fuzz-pomdp", ".pomdp", mutate_pomdp, check_pomdp_text}, argc, argv);
}
