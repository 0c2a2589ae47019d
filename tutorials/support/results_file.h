#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <variant>

namespace doxa::support {

// The entries of a results.json: name → number or text. "nan", "inf" and "-inf" are read as the numbers they
// stand for.
using ResultsFile = std::map<std::string, std::variant<double, std::string>>;

// Reads one flat JSON object. Throws FileError for anything else, and for a name that stands twice; `file`
// names the text in errors.
ResultsFile parse_results(const std::string& text, const std::string& file);
ResultsFile read_results(const std::filesystem::path& file);

}  // namespace doxa::support
