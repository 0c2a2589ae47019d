// The entry point of libFuzzer: an exception that leaves it is a finding.

#include <cstdint>

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  doxa::fuzz::DOXA_FUZZ_TARGET.check({reinterpret_cast<const char*>(data), size});
  return 0;
}
