#pragma once

#include <concepts>
#include <filesystem>
#include <string>
#include <vector>

#include "doxa/autograd/real.h"

namespace doxa::benchmarks {

/// Where measurements go: each a line of values separated by commas on standard output, and, if asked for, an
/// object name → value in a JSON array.
class Rows {
 public:
  struct Field {
    std::string name, text, json;
    Field(std::string name, const std::string& text);
    Field(std::string name, double value, int decimals);
    Field(std::string name, double value);  ///< in three significant digits
    Field(std::string n, std::integral auto value)
        : name(std::move(n)), text(std::to_string(value)), json(text) {}
  };

  /// Writes an empty array to `json` at once, to fail before anything is measured: throws std::runtime_error
  /// naming the file and the reason. An empty path: no file.
  explicit Rows(std::filesystem::path json);

  /// One row, on standard output at once; the file then holds all rows so far. Every row starts with the
  /// program measured, the case, the type of numbers and the number of threads.
  void add(const std::string& program, const std::string& name, int threads, std::vector<Field> rest);

 private:
  void write() const;

  std::filesystem::path path_;
  std::vector<std::string> objects_;
};

/// "float64" or "float32".
constexpr const char* real_name = sizeof(Real) == 8 ? "float64" : "float32";

}  // namespace doxa::benchmarks
