#include "mutation.h"

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string_view>

namespace doxa::fuzz {
namespace {

constexpr std::string_view words[] = {"discount:",
                                      "values:",
                                      "states:",
                                      "actions:",
                                      "observations:",
                                      "start:",
                                      "start include:",
                                      "start exclude:",
                                      "start",
                                      "T:",
                                      "O:",
                                      "R:",
                                      "T",
                                      "uniform",
                                      "identity",
                                      "reset",
                                      "reward",
                                      "cost",
                                      "rewards",
                                      "costs",
                                      "include",
                                      "exclude",
                                      "a",
                                      "b",
                                      "c",
                                      "go",
                                      "stay",
                                      "x",
                                      "y",
                                      "z",
                                      "*",
                                      ":",
                                      "+",
                                      "-",
                                      "#",
                                      "\n",
                                      "\r",
                                      " ",
                                      ";",
                                      "T: * identity\n",
                                      "O: * uniform\n",
                                      "T: * uniform\n",
                                      "T:*:*:* ",
                                      "R:*:*:*:* "};
constexpr std::string_view numbers[] = {
    "0",     "1",     "2",          "3",          "0.5",  "0.25",
    "0.1",   "1.1",   "1.",         ".5",         "1e-3", "0.99999",
    "1e308", "1e309", "5e-324",     "1e-400",     "-1",   "+1",
    "0.333", "007",   "4294967295", "4294967296", "nan",  "1e",
    "1e+0",  "0.5.5", "0x1",        "17",         "256",  "100000000000000000000"};
// Sizes that make large tables: seldom, as each costs as much as thousands of others.
constexpr std::string_view sizes[] = {"1000", "40000", "1048576", "1048577", "1000000000"};

class Mutation {
 public:
  Mutation(std::span<const std::string> corpus, Philox& random)
      : corpus_(corpus), random_(random), text_(pick()) {}

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

  std::size_t below(std::size_t n) {
    return n < 2 ? 0 : static_cast<std::size_t>(random_.uniform_index(static_cast<Index>(n)));
  }
  const std::string& pick() { return corpus_[below(corpus_.size())]; }

  std::string_view number() {
    return below(200) == 0 ? sizes[below(std::size(sizes))] : numbers[below(std::size(numbers))];
  }

  std::string piece() {
    switch (below(4)) {
      case 0:
        return " " + std::string(number()) + " ";
      case 1:
        return std::string(1, static_cast<char>(below(256)));
      default:
        return std::string(words[below(std::size(words))]) + (below(2) ? " " : "");
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
  Range token() { return around(" \n\r\t:"); }
  Range line() {
    Range l = around("\n");
    l.length += l.begin + l.length < text_.size() ? 1 : 0;
    return l;
  }
  Range bytes() {
    const std::size_t begin = below(text_.size() + 1);
    return {begin, below(std::min<std::size_t>(text_.size() - begin + 1, 1 + below(64)))};
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
    switch (below(22)) {
      case 0:  // one bit of one byte
        if (!text_.empty()) text_[below(text_.size())] ^= static_cast<char>(1 << below(8));
        return;
      case 1:
        return replace(any(), "");
      case 2:
        return replace({below(text_.size() + 1), 0}, piece());
      case 3:
      case 4:
        return replace(token(), piece());
      case 5:
      case 6:
        return replace(token(), std::string(number()));
      case 7: {  // a copy elsewhere
        const std::string moved = copy(any());
        return replace({below(text_.size() + 1), 0}, moved);
      }
      case 8:
        return replace(any(), copy(any()));
      case 9:
        return repeat();
      case 10:
        return cross();
      case 11:
      case 12:
      case 13:
      case 14:
      case 15:
      case 16:
      case 17:
      case 18:
        text_ += entry();
        return;
      case 19: {  // two lines change places
        const std::string moved = copy(line());
        replace(line(), "");
        return replace({line().begin, 0}, moved);
      }
      default:  // a line of another text
        Mutation other(corpus_, random_);
        return replace({line().begin, 0}, other.copy(other.line()));
    }
  }

  std::string_view one_of(std::initializer_list<std::string_view> texts) {
    return texts.begin()[below(texts.size())];
  }

  // An entry as most of the corpus could have one: three states, two actions, two observations.
  std::string entry() {
    const std::string action(one_of({"*", "go", "stay", "0", "1"})), state(one_of({"*", "a", "b", "2"})),
        next(one_of({"*", "a", "1", "c"})), seen(one_of({"*", "x", "y", "0"}));
    const std::string p(one_of({"0", "1", "0.5", "0.25", "1e-3"})), r(one_of({"0", "-1", "+2.5", "1e300"}));
    const std::string three(one_of({"1 0 0", "0 1 0", "0.2 0.3 0.5", "0 5e-324 1", "0.5 0.5 0", "uniform"}));
    const std::string two(one_of({"1 0", "0 1", "0.15 0.85", "0.3 0.7", "uniform"}));
    switch (below(8)) {
      case 0:
        return "\nT: " + action + " : " + state + " : " + next + " " + p;
      case 1:
        return "\nT: " + action + " : " + state + " " + three;
      case 2:
        return "\nT: " + action + " " + std::string(one_of({"identity", "uniform", "1 0 0 0 1 0 0 0 1"}));
      case 3:
        return "\nO: " + action + " : " + state + " : " + seen + " " + p;
      case 4:
        return "\nO: " + action + " : " + state + " " + two;
      case 5:
        return "\nO: " + action + " uniform";
      case 6:
        return "\nR: " + action + " : " + state + " : " + next + " " + r + " " + r;
      default:
        return "\nR: " + action + " : " + state + " : " + next + " : " + seen + " " + r;
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
    Mutation other(corpus_, random_);
    text_.resize(line().begin);
    text_ += other.text_.substr(other.line().begin);
  }

  std::span<const std::string> corpus_;
  Philox& random_;
  std::string text_;
};

}  // namespace

std::string mutate(std::span<const std::string> corpus, Philox& random) {
  if (corpus.empty()) throw std::invalid_argument("mutate: an empty corpus, expected at least one text");
  return Mutation(corpus, random).run();
}

}  // namespace doxa::fuzz
