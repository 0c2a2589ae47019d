#include "doxa/models/pomdp/plans/alpha_file.h"

#include <vector>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/foreign_content.h"

namespace doxa {
namespace {

struct Word {
  std::string_view text;
  std::size_t column;  // from 1
};

std::string count_of(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

class AlphaReader {
 public:
  AlphaReader(std::string_view text, const Pomdp& m, const std::string& file)
      : text_(text), m_(m), file_(file) {}

  AlphaVectors read() {
    AlphaVectors vectors;
    while (next_line()) {
      const std::size_t action = read_action();
      const std::string of = "the " + count_of(m_.states.size(), "value") + " of the vector";
      if (!next_line()) refuse(line_ + 1, 1, "the end of the file", of);
      vectors.append(action, read_values());
    }
    if (vectors.size() == 0)
      refuse(1, 1, "no vector", "the index of an action and, on the next line, the values");
    return vectors;
  }

 private:
  // The words of the next line that has any; false at the end.
  bool next_line() {
    words_.clear();
    while (words_.empty() && at_ < text_.size()) {
      const std::size_t end = std::min(text_.find_first_of("\r\n", at_), text_.size());
      const std::string_view line = text_.substr(at_, end - at_);
      for (std::size_t from = line.find_first_not_of(" \t"); from != line.npos;) {
        const std::size_t to = std::min(line.find_first_of(" \t", from), line.size());
        words_.push_back({line.substr(from, to - from), from + 1});
        from = line.find_first_not_of(" \t", to);
      }
      at_ = end + (text_.substr(end, 2) == "\r\n" ? 2 : 1);
      ++line_;
    }
    return !words_.empty();
  }

  std::size_t read_action() const {
    const std::string expected =
        "the index of an action, from 0 to " + std::to_string(m_.actions.size() - 1) + ", alone on its line";
    const auto index = read_whole_number(words_[0].text);
    if (!index || *index >= m_.actions.size())
      refuse(line_, words_[0].column, in_quotes(words_[0].text), expected);
    if (words_.size() > 1) refuse(line_, words_[1].column, in_quotes(words_[1].text) + " after it", expected);
    return static_cast<std::size_t>(*index);
  }

  std::vector<double> read_values() const {
    if (words_.size() != m_.states.size())
      refuse(line_, words_[0].column, count_of(words_.size(), "value"),
             std::to_string(m_.states.size()) + ", one for each state of the model");
    std::vector<double> values;
    values.reserve(words_.size());
    for (const Word& word : words_) {
      const DecimalReading number = read_decimal(word.text);
      const bool finite = number.in_range() || number.status == DecimalReading::Status::too_small;
      if (!finite) refuse(line_, word.column, in_quotes(word.text), "a finite number such as -1.5 or 2e3");
      values.push_back(number.value);
    }
    return values;
  }

  [[noreturn]] void refuse(std::size_t line, std::size_t column, const std::string& found,
                           const std::string& expected) const {
    throw FileError(file_, line, column, "found " + found + ", expected " + expected);
  }

  std::string_view text_;
  const Pomdp& m_;
  const std::string& file_;
  std::size_t at_ = 0, line_ = 0;
  std::vector<Word> words_;
};

}  // namespace

AlphaVectors parse_alpha(std::string_view text, const Pomdp& m, const std::string& file) {
  validate(m);
  if (const auto found = foreign_content(text))
    throw FileError(file, 1, 1,
                    "found " + found->what + ", expected the text of an .alpha file: " + found->advice);
  return AlphaReader(without_byte_order_mark(text), m, file).read();
}

AlphaVectors read_alpha(const std::filesystem::path& path, const Pomdp& m) {
  return parse_alpha(read_whole_file(path, ".alpha file", max_alpha_bytes), m, path.string());
}

std::string format_alpha(const Pomdp& m, const AlphaVectors& v) {
  require_vectors(m, v);
  std::string text;
  for (std::size_t k = 0; k < v.size(); ++k) {
    text += std::to_string(v.actions[k]) + "\n";
    for (std::size_t s = 0; s < v.values[k].size(); ++s) text += (s ? " " : "") + to_text(v.values[k][s]);
    text += "\n\n";
  }
  return text;
}

void write_alpha(const std::filesystem::path& path, const Pomdp& m, const AlphaVectors& v) {
  write_file_atomically(path, format_alpha(m, v));
}

}  // namespace doxa
