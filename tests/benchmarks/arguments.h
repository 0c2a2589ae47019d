#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace doxa::benchmarks {

struct Arguments {
  std::vector<std::string> cases;  ///< empty: all
  double seconds = 2;
  int threads = 1;
  std::string json;    ///< empty: no file
  std::string growth;  ///< empty: the cases are timed
  bool help = false, list = false, about = false;
};

/// Throws std::invalid_argument, in one line: what was found and what was expected.
Arguments parse(std::span<const char* const> words);

extern const char* const usage;

}  // namespace doxa::benchmarks
