#include "region.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "tests/support/cursor.h"

namespace doxa::quotes {
namespace {

// NAME of a line "//! [NAME]" or "#! [NAME]".
std::optional<std::string> mark_of(const std::string& line) {
  Cursor c{line};
  c.take_while([](char x) { return x == ' '; });
  if (!c.take("//! [") && !c.take("#! [")) return {};
  const std::string name(c.take_until("]"));
  if (!c.take("]") || c.rest().find_first_not_of(" \r") != std::string_view::npos) return {};
  return name;
}

}  // namespace

std::vector<std::string> region(const std::filesystem::path& file, const std::string& name) {
  std::ifstream source(file);
  if (!source) throw std::runtime_error("cannot read " + file.lexically_normal().string());
  std::vector<std::string> lines;
  int marks = 0;
  for (std::string line; std::getline(source, line);) {
    if (const auto mark = mark_of(line)) {
      marks += *mark == name;
    } else if (marks == 1) {
      lines.push_back(line);
    }
  }
  if (marks != 2) {
    throw std::runtime_error(file.lexically_normal().string() + " has " + std::to_string(marks) +
                             " lines '//! [" + name + "]', expected 2");
  }
  std::size_t indent = std::string::npos;
  for (const std::string& line : lines) indent = std::min(indent, line.find_first_not_of(' '));
  for (std::string& line : lines)
    if (!line.empty()) line.erase(0, std::min(indent, line.size()));
  return lines;
}

}  // namespace doxa::quotes
