#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "doxa/autograd/random.h"

namespace doxa::fuzz {

inline constexpr std::size_t max_input_bytes = 1u << 20;

/// A text of the corpus after one random change or more (n with probability 2^-n): to bytes, to tokens (by
/// words and numbers of the format), to lines, by entries that are well-formed in most of the corpus, and by
/// crossings with its other texts. At most max_input_bytes long. Throws std::invalid_argument if the corpus
/// is empty.
std::string mutate(std::span<const std::string> corpus, Philox& random);

}  // namespace doxa::fuzz
