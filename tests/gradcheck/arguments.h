#pragma once

#include <cstdint>
#include <filesystem>
#include <regex>
#include <span>
#include <string>

namespace doxa::gradcheck {

// The command line of the program `gradcheck`.
struct Arguments {
  bool help = false, list = false, verbose = false;
  std::regex filter{""};
  std::string pattern;  // that `filter` was made from, in one line
  std::uint64_t seed = 1;
  std::string mode = "automatic";  // or "jacobian", "sampled"
  std::filesystem::path json;      // empty: none
};

extern const char* const usage;

// Throws std::invalid_argument, in one line: unknown or repeated flags, missing values, and values that are
// not what they should be.
Arguments parse(std::span<const char* const> words);

}  // namespace doxa::gradcheck
