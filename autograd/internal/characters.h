#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace doxa {

/// The number of characters of a UTF-8 text: of its bytes, those that continue a character do not count.
inline std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace doxa
