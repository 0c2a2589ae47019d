#include <algorithm>
#include <fstream>
#include <regex>
#include <stdexcept>

#include "page.h"

namespace doxa::quotes {

std::vector<std::string> region(const std::filesystem::path& file, const std::string& name) {
  static const std::regex mark(R"(^\s*(?://|#)! \[([^\]]+)\]\s*$)");
  std::ifstream source(file);
  if (!source) throw std::runtime_error("cannot read " + file.lexically_normal().string());
  std::vector<std::string> lines;
  int marks = 0;
  for (std::string line; std::getline(source, line);) {
    std::smatch match;
    if (std::regex_match(line, match, mark)) {
      if (match[1] == name) ++marks;
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
