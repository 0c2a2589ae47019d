#pragma once

#include <cstddef>

namespace doxa::fuzz {

/// What became of an input.
struct Outcome {
  bool accepted = false;    ///< read strictly
  bool repaired = false;    ///< refused strictly, read leniently
  std::size_t repairs = 0;  ///< of the latter
};

}  // namespace doxa::fuzz
