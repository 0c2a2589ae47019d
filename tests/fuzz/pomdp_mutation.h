#pragma once

#include <span>
#include <string>

#include "doxa/autograd/random.h"

namespace doxa::fuzz {

/// A .pomdp text of the corpus after random changes. Throws std::invalid_argument if the corpus is empty.
std::string mutate_pomdp(std::span<const std::string> corpus, Philox& random);

}  // namespace doxa::fuzz
