#pragma once

#include <span>
#include <string>
#include <string_view>

#include "doxa/autograd/random.h"
#include "outcome.h"

namespace doxa::fuzz {

/// A format that is fuzzed.
struct Target {
  const char* program;  ///< "fuzz-pomdp"
  const char* kind;     ///< ".pomdp"
  std::string (*mutate)(std::span<const std::string> corpus, Philox& random);
  Outcome (*check)(std::string_view bytes);  ///< throws std::logic_error naming a property that does not hold
};

/// The program that mutates the files of a corpus and checks what every input must fulfil.
int run_program(const Target& target, int argc, char** argv);

}  // namespace doxa::fuzz
