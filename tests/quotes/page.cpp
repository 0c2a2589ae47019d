#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <variant>

#include "quotes/numbers.h"
#include "quotes/quotes.h"
#include "support/results.h"
#include "support/text.h"
#include "tests/support/cursor.h"
#include "tests/support/scratch.h"

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

namespace {

namespace fs = std::filesystem;
using support::ResultsFile;

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

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_blank_text(std::string_view text) { return std::ranges::all_of(text, is_blank); }

// A line that says what the block below it quotes.
struct Source {
  std::string indent, kind, name, region;  // "quote", FILE and REGION, or "output" and NAME
};
std::optional<Source> source_of(std::string_view line) {
  Cursor c{line};
  Source s{.indent = std::string(c.take_while(is_blank)), .kind = "", .name = "", .region = ""};
  if (c.take("<!-- quote: ")) {
    s.kind = "quote";
    s.name = c.take_until(" ");
    if (!c.take(" [")) return {};
    s.region = c.take_until("]");
    if (!c.take("] -->")) return {};
  } else if (c.take("<!-- output: ")) {
    s.kind = "output";
    s.name = c.take_until(" -->");
    if (!c.take(" -->")) return {};
  } else {
    return {};
  }
  if (s.name.empty() || !is_blank_text(c.rest())) return {};
  return s;
}

bool is_marked(std::string_view line) {
  Cursor c{line};
  c.take_while(is_blank);
  return c.take("<!-- quote") || c.take("<!-- output");
}

// The mark of a fence, three backticks or tildes or more; empty for another line.
std::string fence_of(std::string_view line) {
  Cursor c{line};
  c.take_while(is_blank);
  const char mark = c.next();
  if (mark != '`' && mark != '~') return "";
  const std::string_view fence = c.take_while([=](char x) { return x == mark; });
  return fence.size() < 3 ? "" : std::string(fence);
}

// Does this byte stand between backticks, where a comment is none?
bool in_code(const std::string& line, std::size_t at) {
  return std::count(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(at), '`') % 2 == 1;
}

class Reader {
 public:
  explicit Reader(const fs::path& file) : folder_(file.parent_path()), sources_(folder_) {
    lines_ = lines_of(testing::content(file));
  }

  Page page() {
    for (at_ = 0; at_ < lines_.size();) {
      const std::string line = lines_[at_];
      if (const auto source = source_of(line)) {
        block(source->indent, [&] {
          return source->kind == "quote" ? region(folder_ / source->name, source->region)
                                         : lines_of(sources_.entry<std::string>(source->name, "printed."));
        });
      } else if (is_marked(line)) {
        differ("expected '<!-- quote: FILE [REGION] -->' or '<!-- output: NAME -->' alone on a line");
        copy();
      } else if (const std::string mark = fence_of(line); !mark.empty()) {
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
    const std::string mark = at_ == lines_.size() ? "" : fence_of(lines_[at_]);
    if (mark.empty()) {
      differ("expected the opening fence of the quoted block");
      return;
    }
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
    for_each_after(line, "<!--", [&](Cursor c) {
      const std::size_t comment = c.at - 4;
      const std::string kind = c.take("=") ? "=" : c.take("claim: ") ? "claim: " : "";
      const std::string name(c.take_until("-->"));
      if (kind.empty() || name.empty() || name.find('>') != name.npos || in_code(line, comment)) return;
      const std::optional<WrittenNumber> number = number_before(line, comment);
      if (!number || number->begin < copied) {
        differ("expected a number right before <!--" + kind + name + "-->");
        return;
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
    });
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
