#include "unbound_numbers.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <string>

#include "bound_number.h"
#include "tests/support/cursor.h"

namespace doxa::quotes {
namespace {

namespace fs = std::filesystem;

// Calls found(digits) for every number, "12" or "0.5".
void for_each_number(std::string_view text, auto found) {
  for (Cursor c{text}; c.at < text.size();) {
    c.take_while([](char x) { return !is_digit(x); });
    const std::size_t begin = c.at;
    c.take_while(is_digit);
    Cursor decimals = c;
    if (decimals.take(".") && !decimals.take_while(is_digit).empty()) c = decimals;
    if (c.at > begin) found(std::string(text.substr(begin, c.at - begin)));
  }
}

// A line with a blank in place of each piece that begins with `first` and ends with the next `last` after it.
void blank_out(std::string& line, std::string_view first, std::string_view last) {
  for (std::size_t at = line.find(first); at != line.npos; at = line.find(first, at + 1)) {
    const std::size_t end = line.find(last, at + first.size());
    if (end == line.npos) return;
    line.replace(at, end + last.size() - at, " ");
  }
}

// "12 345" as "12345".
std::string without_groups(const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    Cursor group{line, i + 1};
    const bool separates =
        line[i] == ' ' && i > 0 && is_digit(line[i - 1]) && group.take_while(is_digit).size() == 3;
    if (!separates) text += line[i];
  }
  return text;
}

// "(06.12)" and what stands between "http" and the next blank.
void blank_out_citations(std::string& line) {
  for (std::size_t at = line.find('('); at != line.npos; at = line.find('(', at + 1)) {
    Cursor c{line, at + 1};
    if (c.take_while(is_digit).size() == 2 && c.take(".") && !c.take_while(is_digit).empty() && c.take(")"))
      line.replace(at, c.at - at, " ");
  }
  for (const char* scheme : {"http://", "https://"})
    for (std::size_t at = line.find(scheme); at != line.npos; at = line.find(scheme, at))
      line.replace(at, std::min(line.find(' ', at), line.size()) - at, " ");
}

// The numbers in a chapter's sources.
std::set<std::string> numbers_of_sources(const fs::path& folder) {
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".cpp" && extension != ".h" && extension != ".pomdp") continue;
    std::ifstream source(entry.path());
    for (std::string line; std::getline(source, line);) {
      std::erase(line, '\'');  // 1'000'000
      for_each_number(line, [&](const std::string& digits) { found.insert(digits); });
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
    // What is no statement of a number in prose: comments, and a bound number together with its own; links'
    // targets, code, equation tags and citations, formulas in display.
    for (std::size_t at = line.find("<!--"); at != line.npos; at = line.find("<!--", at)) {
      const std::size_t end = std::min(line.find("-->", at), line.size() - 3) + 3;
      std::size_t begin = at;
      if (line.compare(at, 5, "<!--=") == 0)
        if (const auto held = number_before(line, at)) begin = held->begin;
      line.replace(begin, end - begin, " ");
      at = begin;
    }
    blank_out(line, "](", ")");
    blank_out(line, "`", "`");
    blank_out(line, "\\tag{", "}");
    blank_out(line, "$$", "$$");
    blank_out_citations(line);
    if (line.find("$$") != line.npos) {
      display = !display;
      continue;
    }
    if (display) continue;
    for_each_number(without_groups(line), [&](const std::string& digits) {
      if (significant_digits(digits) < 3 || is_year(digits) || sources.contains(digits)) return;
      differences.push_back(
          {place, "nothing holds " + digits +
                      ": expected <!--=NAME--> after it, or <!--=--> if it is worked out in the text"});
    });
  }
  return differences;
}

}  // namespace doxa::quotes
