// The entry point of libFuzzer: an exception that leaves it is a finding.

#include <cstdint>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  doxa::fuzz::DOXA_FUZZ_CHECK({reinterpret_cast<const char*>(data), size});
  return 0;
}
