// The entry point of libFuzzer: an exception that leaves it is a finding.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "safetensors_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  doxa::fuzz::check_safetensors_bytes({reinterpret_cast<const char*>(data), size});
  return 0;
}
