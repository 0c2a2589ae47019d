#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace doxa::testing {

// The bytes of a safetensors file, put together by hand: the header's length, the header, the numbers.
inline std::string file_of(std::uint64_t length, std::string_view header, std::string_view numbers = "") {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(static_cast<unsigned char>(length >> (8 * i)));
  return bytes.append(header).append(numbers);
}
inline std::string file(std::string_view header, std::string_view numbers = "") {
  return file_of(header.size(), header, numbers);
}

}  // namespace doxa::testing
