#pragma once

#include <span>
#include <string>

#include "doxa/autograd/random.h"

namespace doxa::fuzz {

/// A .safetensors file of the corpus after random changes: to its bytes as they come, or to its header, whose
/// length then is mostly put right, and to how much data follows. Throws std::invalid_argument if the corpus
/// is empty.
std::string mutate_safetensors(std::span<const std::string> corpus, Philox& random);

}  // namespace doxa::fuzz
