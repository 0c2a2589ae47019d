#include "support/results_file.h"

#include <cstddef>
#include <limits>

#include "doxa/models/files/json_reader.h"
#include "doxa/models/files/whole_file.h"

namespace doxa::support {

ResultsFile parse_results(const std::string& text, const std::string& file) {
  JsonReader json(text, 0, file);
  ResultsFile results;
  json.expect('{', "an object of results");
  if (!json.accept('}')) {
    do {
      const std::size_t place = json.place();
      const std::string name = json.string("the name of a result");
      if (results.contains(name)) json.refuse(place, "'" + name + "' again", "each name once");
      json.expect(':', "':'");
      if (json.place() < text.size() && text[json.place()] == '"') {
        const std::string value = json.string("a text");
        constexpr double infinity = std::numeric_limits<double>::infinity();
        if (value == "nan") {
          results[name] = std::numeric_limits<double>::quiet_NaN();
        } else if (value == "inf" || value == "-inf") {
          results[name] = value == "inf" ? infinity : -infinity;
        } else {
          results[name] = value;
        }
      } else {
        results[name] = json.number("a number or a text");
      }
    } while (json.accept(','));
    json.expect('}', "',' or '}'");
  }
  json.expect_end();
  return results;
}

ResultsFile read_results(const std::filesystem::path& file) {
  return parse_results(read_whole_file(file, "results file", std::size_t{1} << 24), file.string());
}

}  // namespace doxa::support
