#include "support/results_file.h"

#include <cstddef>
#include <limits>

#include "doxa/models/files/file.h"
#include "doxa/models/files/json.h"

namespace doxa::support {

ResultsFile parse_results(const std::string& text, const std::string& file) {
  JsonReader json(text, 0, file);
  ResultsFile results;
  json.object("an object of results", [&](const std::string& name, std::size_t place) {
    if (results.contains(name)) json.refuse(place, "'" + name + "' again", "each name once");
    if (json.peek() != '"') {
      results[name] = json.number("a number or a text");
      return;
    }
    const std::string value = json.string("a text");
    if (value == "nan") {
      results[name] = std::numeric_limits<double>::quiet_NaN();
    } else if (value == "inf" || value == "-inf") {
      results[name] = (value == "inf" ? 1 : -1) * std::numeric_limits<double>::infinity();
    } else {
      results[name] = value;
    }
  });
  json.expect_end();
  return results;
}

ResultsFile read_results(const std::filesystem::path& file) {
  return parse_results(read_whole_file(file, "results file", std::size_t{1} << 24), file.string());
}

}  // namespace doxa::support
