#include <cctype>
#include <fstream>
#include <regex>
#include <set>
#include <string>

#include "bound_number.h"
#include "page.h"

namespace doxa::quotes {
namespace {

namespace fs = std::filesystem;

const std::regex plain_number(R"(\d+(?:\.\d+)?)");

// The numbers in a chapter's sources.
std::set<std::string> numbers_of_sources(const fs::path& folder) {
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".cpp" && extension != ".h" && extension != ".pomdp") continue;
    std::ifstream source(entry.path());
    for (std::string line; std::getline(source, line);) {
      std::erase(line, '\'');  // 1'000'000
      for (std::sregex_iterator i(line.begin(), line.end(), plain_number), none; i != none; ++i)
        found.insert(i->str());
    }
  }
  return found;
}

bool is_chapter(const fs::path& page) {
  const std::string folder = page.parent_path().filename().string();
  return folder.size() > 3 && std::isdigit(static_cast<unsigned char>(folder[0])) &&
         std::isdigit(static_cast<unsigned char>(folder[1])) && folder[2] == '-';
}

bool is_year(const std::string& digits) { return digits.size() == 4 && digits >= "1700" && digits <= "2099"; }

}  // namespace

std::vector<Difference> unbound_numbers(const fs::path& page) {
  if (!is_chapter(page)) return {};
  // What is no statement of a number in prose: links' targets, code, equation tags and citations, formulas in
  // display, comments; a bound number is blanked out together with its comment.
  static const std::regex skipped(
      R"(\]\([^)]*\)|`[^`]*`|\\tag\{[^}]*\}|\(\d\d\.\d+\)|\$\$.*?\$\$|https?://\S+)");
  static const std::regex comment(R"(<!--[^>]*-->)");
  static const std::regex grouping(R"((\d) (?=\d{3}(?!\d)))");
  const std::set<std::string> sources = numbers_of_sources(page.parent_path());
  std::vector<Difference> differences;
  std::ifstream stream(page);
  bool fenced = false, display = false;
  int place = 0;
  for (std::string line; std::getline(stream, line);) {
    ++place;
    if (line.starts_with("## Exercises")) break;
    const std::size_t first = line.find_first_not_of(' ');
    if (first != line.npos && (line.compare(first, 3, "```") == 0 || line.compare(first, 3, "~~~") == 0)) {
      fenced = !fenced;
      continue;
    }
    if (fenced) continue;
    for (std::smatch match; std::regex_search(line, match, comment);) {
      const auto at = static_cast<std::size_t>(match.position());
      const std::size_t end = at + static_cast<std::size_t>(match.length());
      std::size_t begin = at;
      if (match.str().starts_with("<!--="))
        if (const auto held = number_before(line, at)) begin = held->begin;
      line.replace(begin, end - begin, " ");
    }
    line = std::regex_replace(line, skipped, " ");
    if (line.find("$$") != line.npos) {
      display = !display;
      continue;
    }
    if (display) continue;
    line = std::regex_replace(line, grouping, "$1");
    for (std::sregex_iterator i(line.begin(), line.end(), plain_number), none; i != none; ++i) {
      const std::string digits = i->str();
      if (significant_digits(digits) < 3 || is_year(digits) || sources.contains(digits)) continue;
      differences.push_back(
          {place, "nothing holds " + digits +
                      ": expected <!--=NAME--> after it, or <!--=--> if it is worked out in the text"});
    }
  }
  return differences;
}

}  // namespace doxa::quotes
