#include "page.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <variant>

#include "bound_number.h"
#include "support/number.h"
#include "support/results_file.h"

namespace doxa::quotes {
namespace {

namespace fs = std::filesystem;
using support::ResultsFile;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The results files that a page names, each read once.
class Sources {
 public:
  explicit Sources(fs::path folder) : folder_(std::move(folder)) {}

  // NAME or FILE:NAME.
  template <class T>
  const T& entry(const std::string& reference, const std::string& prefix = "") {
    const std::size_t colon = reference.find(".json:");
    const std::string file = colon == reference.npos ? "results.json" : reference.substr(0, colon + 5);
    const std::string name = prefix + (colon == reference.npos ? reference : reference.substr(colon + 6));
    if (!files_.contains(file)) files_[file] = support::read_results(folder_ / file);
    const auto at = files_[file].find(name);
    if (at == files_[file].end()) throw std::runtime_error(file + " has no entry '" + name + "'");
    const T* value = std::get_if<T>(&at->second);
    if (!value)
      throw std::runtime_error("'" + name + "' of " + file + " is of the other kind, number or text");
    return *value;
  }

  // CHAPTER: WORDS, the number of the chapter's claim that begins so.
  double claim(const std::string& reference) {
    const std::size_t colon = reference.find(": ");
    const std::string words = colon == reference.npos ? "" : reference.substr(colon + 2);
    const std::string file = reference.substr(0, colon) + "/results.json";
    if (!files_.contains(file)) files_[file] = support::read_results(folder_ / file);
    int found = 0, number = 0;
    for (int k = 1; files_[file].contains("claim." + std::to_string(k)); ++k)
      if (entry<std::string>(file + ":claim." + std::to_string(k)).starts_with(words)) ++found, number = k;
    if (found != 1)
      throw std::runtime_error(file + " has " + std::to_string(found) + " claims that begin with '" + words +
                               "', expected 1");
    return number;
  }

 private:
  fs::path folder_;
  std::map<std::string, ResultsFile> files_;
};

const std::regex quote(R"(^(\s*)<!-- quote: (\S+) \[([^\]]+)\] -->\s*$)");
const std::regex output(R"(^(\s*)<!-- output: (.+) -->\s*$)");
const std::regex marked(R"(^\s*<!-- (quote|output))");
const std::regex bound(R"(<!--(=|claim: )([^>]*?)-->)");
const std::regex fence(R"(^\s*(```+|~~~+).*$)");

// Does this byte stand between backticks, where a comment is none?
bool in_code(const std::string& line, std::size_t at) {
  return std::count(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(at), '`') % 2 == 1;
}

class Reader {
 public:
  explicit Reader(const fs::path& file) : folder_(file.parent_path()), sources_(folder_) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    lines_ = lines_of(text.str());
  }

  Page page() {
    for (at_ = 0; at_ < lines_.size();) {
      std::smatch match;
      const std::string line = lines_[at_];
      if (std::regex_match(line, match, quote)) {
        block(match[1], [&] { return region(folder_ / match[2].str(), match[3]); });
      } else if (std::regex_match(line, match, output)) {
        block(match[1], [&] { return lines_of(sources_.entry<std::string>(match[2], "printed.")); });
      } else if (std::regex_search(line, marked)) {
        differ("expected '<!-- quote: FILE [REGION] -->' or '<!-- output: NAME -->' alone on a line");
        copy();
      } else if (std::regex_match(line, match, fence)) {
        const std::string mark = match[1];
        copy();
        while (at_ < lines_.size() && !closes(lines_[at_], mark)) copy();
        if (at_ < lines_.size()) copy();
      } else {
        numbers(line);
        ++at_;
      }
    }
    return std::move(page_);
  }

 private:
  void differ(std::string what) { page_.differences.push_back({static_cast<int>(at_) + 1, std::move(what)}); }
  void put(const std::string& line) { page_.text += line + '\n'; }
  void copy() { put(lines_[at_++]); }

  static bool closes(const std::string& line, const std::string& mark) {
    const std::size_t first = line.find_first_not_of(' ');
    return first != line.npos && line.compare(first, mark.size(), mark) == 0 &&
           line.find_first_not_of(mark[0] + std::string(" "), first) == line.npos;
  }

  // The comment, the opening fence, what stands between the fences, which is to be what `quoted` gives, the
  // closing one.
  template <class Quoted>
  void block(const std::string& indent, const Quoted& quoted) {
    copy();
    std::smatch match;
    if (at_ == lines_.size() || !std::regex_match(lines_[at_], match, fence)) {
      differ("expected the opening fence of the quoted block");
      return;
    }
    const std::string mark = match[1];
    copy();
    const std::size_t begin = at_;
    while (at_ < lines_.size() && !closes(lines_[at_], mark)) ++at_;
    const std::vector<std::string> found(lines_.begin() + static_cast<std::ptrdiff_t>(begin),
                                         lines_.begin() + static_cast<std::ptrdiff_t>(at_));
    const std::size_t end = at_;
    std::vector<std::string> expected = found;
    at_ = begin;
    try {
      expected = quoted();
      for (std::string& line : expected)
        if (!line.empty()) line = indent + line;
      if (found != expected) {
        const auto [a, b] = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
        at_ = begin + static_cast<std::size_t>(a - found.begin());
        differ("found " + (a == found.end() ? "the end of the block" : "'" + *a + "'") + ", expected " +
               (b == expected.end() ? "the end of the block" : "'" + *b + "'"));
      }
    } catch (const std::runtime_error& error) {
      differ(error.what());
    }
    for (const std::string& line : expected) put(line);
    at_ = end;
    if (at_ < lines_.size()) copy();
  }

  // A line of prose with each bound number as results.json has it.
  void numbers(const std::string& line) {
    std::string written;
    std::size_t copied = 0;
    for (std::sregex_iterator i(line.begin(), line.end(), bound), none; i != none; ++i) {
      const std::string kind = (*i)[1], name = (*i)[2];
      const auto comment = static_cast<std::size_t>(i->position());
      if (name.empty() || in_code(line, comment)) continue;
      const std::optional<WrittenNumber> number = number_before(line, comment);
      if (!number || number->begin < copied) {
        differ("expected a number right before <!--" + kind + name + "-->");
        continue;
      }
      try {
        const double value = kind == "=" ? sources_.entry<double>(name) : sources_.claim(name);
        if (!std::isfinite(value)) throw std::runtime_error("'" + name + "' is " + support::to_text(value));
        const std::string expected = written_like(*number, value);
        const std::string found = line.substr(number->begin, number->end - number->begin);
        if (found != expected)
          differ("found " + found + ", expected " + expected + " (" + name + " = " + support::to_text(value) +
                 ")");
        written += line.substr(copied, number->begin - copied) + expected;
        copied = number->end;
      } catch (const std::runtime_error& error) {
        differ(error.what());
      }
    }
    put(written + line.substr(copied));
  }

  fs::path folder_;
  Sources sources_;
  std::vector<std::string> lines_;
  std::size_t at_ = 0;
  Page page_;
};

}  // namespace

Page in_step(const fs::path& file) {
  Page page = Reader(file).page();
  for (Difference& difference : unbound_numbers(file)) page.differences.push_back(std::move(difference));
  std::ranges::stable_sort(page.differences, {}, &Difference::line);
  return page;
}

}  // namespace doxa::quotes
