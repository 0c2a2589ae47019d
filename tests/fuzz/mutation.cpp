#include "mutation.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "fuzz.h"

namespace doxa::fuzz {
namespace {

class Mutation {
 public:
  Mutation(std::string text, std::span<const std::string> corpus, const Format& format, Dice& dice)
      : corpus_(corpus), format_(format), dice_(dice), text_(std::move(text)) {}

  std::string run() {
    do change();
    while (below(2));
    text_.resize(std::min(text_.size(), max_input_bytes));
    return text_;
  }

 private:
  struct Range {
    std::size_t begin, length;
  };

  std::size_t below(std::size_t n) { return dice_.below(n); }
  Mutation other() { return {dice_.one_of(corpus_), corpus_, format_, dice_}; }

  std::string_view number() {
    return dice_.one_of(std::span(below(200) == 0 ? format_.sizes : format_.numbers));
  }

  std::string piece() {
    switch (below(4)) {
      case 0:
        return " " + std::string(number()) + " ";
      case 1:
        return std::string(1, static_cast<char>(below(256)));
      default:
        std::string word(dice_.one_of(std::span(format_.words)));
        if (below(2)) word += ' ';
        return word;
    }
  }

  // A stretch between two separators around a random place: a token, or a line.
  Range around(std::string_view separators) {
    if (text_.empty()) return {0, 0};
    const std::size_t at = below(text_.size());
    const std::size_t before = text_.find_last_of(separators, at);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    const std::size_t end = std::min(text_.find_first_of(separators, begin), text_.size());
    return {begin, end - begin};
  }
  Range token() { return around(format_.token_ends); }
  Range line() {
    Range l = around(format_.line_ends);
    l.length += l.begin + l.length < text_.size() ? 1 : 0;
    return l;
  }
  Range bytes() {
    const std::size_t begin = below(text_.size() + 1);
    const std::size_t most = 1 + below(64);
    return {begin, below(std::min(text_.size() - begin + 1, most))};
  }
  Range any() {
    switch (below(3)) {
      case 0:
        return bytes();
      case 1:
        return line();
      default:
        return token();
    }
  }
  std::string copy(Range r) const { return text_.substr(r.begin, r.length); }
  void replace(Range r, const std::string& by) { text_.replace(r.begin, r.length, by); }

  void change() {
    const std::size_t kind = below(22);
    if (kind > 10 && kind < 19) return format_.add_entry(text_, dice_);
    switch (kind) {
      case 0:  // one bit of one byte
        if (!text_.empty()) text_[below(text_.size())] ^= static_cast<char>(1 << below(8));
        return;
      case 1:
        return replace(any(), "");
      case 2: {
        const std::size_t place = below(text_.size() + 1);
        return replace({place, 0}, piece());
      }
      case 3:
      case 4: {
        const Range old = token();
        return replace(old, piece());
      }
      case 5:
      case 6: {
        const Range old = token();
        return replace(old, std::string(number()));
      }
      case 7: {  // a copy elsewhere
        const std::string moved = copy(any());
        return replace({below(text_.size() + 1), 0}, moved);
      }
      case 8: {
        const Range old = any();
        return replace(old, copy(any()));
      }
      case 9:
        return repeat();
      case 10:
        return cross();
      case 19: {  // two lines change places
        const std::string moved = copy(line());
        replace(line(), "");
        return replace({line().begin, 0}, moved);
      }
      default:  // a line of another text
        Mutation another = other();
        const std::size_t place = line().begin;
        return replace({place, 0}, another.copy(another.line()));
    }
  }

  // Mostly a few times; seldom until the text is as long as it may be.
  void repeat() {
    const Range r = any();
    const std::string one = copy(r);
    if (one.empty()) return;
    const std::size_t room =
        text_.size() < max_input_bytes ? (max_input_bytes - text_.size()) / one.size() : 0;
    const std::size_t wanted = below(2000) == 0 ? room : std::size_t{1} << below(below(8) == 0 ? 10 : 5);
    std::string many;
    for (std::size_t n = std::min(room, wanted); n > 0; --n) many += one;
    replace({r.begin, 0}, many);
  }

  // The beginning of this text and the end of another.
  void cross() {
    Mutation another = other();
    text_.resize(line().begin);
    text_ += another.text_.substr(another.line().begin);
  }

  std::span<const std::string> corpus_;
  const Format& format_;
  Dice& dice_;
  std::string text_;
};

}  // namespace

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> texts;
  for (std::size_t bar = 0; (bar = list.find('|')) != list.npos; list.remove_prefix(bar + 1))
    texts.push_back(list.substr(0, bar));
  texts.push_back(list);
  return texts;
}

std::size_t Dice::below(std::size_t n) {
  return n < 2 ? 0 : static_cast<std::size_t>(random_.uniform_index(static_cast<Index>(n)));
}

std::string_view Dice::one_of(std::initializer_list<std::string_view> texts) {
  return texts.begin()[below(texts.size())];
}

const std::string& any_of(std::span<const std::string> corpus, Dice& dice) {
  if (corpus.empty()) throw std::invalid_argument("mutate: an empty corpus, expected at least one text");
  return dice.one_of(corpus);
}

std::string mutate(const std::string& text, std::span<const std::string> corpus, const Format& format,
                   Dice& dice) {
  return Mutation(text, corpus, format, dice).run();
}

std::vector<CorpusFile> read_corpus(const std::filesystem::path& folder) {
  std::vector<CorpusFile> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files.push_back({entry.path().filename().string(),
                     {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}});
  }
  if (error || files.empty())
    throw std::invalid_argument("--corpus: found '" + folder.string() + "', expected a folder of files");
  std::sort(files.begin(), files.end(),
            [](const CorpusFile& a, const CorpusFile& b) { return a.name < b.name; });
  return files;
}

}  // namespace doxa::fuzz
