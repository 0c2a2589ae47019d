#pragma once

#include <cstddef>

namespace doxa {

/// How many times this program has asked for heap memory. A program that links allocations.cpp has an
/// operator new that counts; it is malloc otherwise, so the sanitizers see what they always see.
std::size_t allocations();

/// How many of them f makes.
std::size_t allocations_of(auto f) {
  const std::size_t before = allocations();
  f();
  return allocations() - before;
}

}  // namespace doxa
