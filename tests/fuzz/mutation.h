#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/autograd/random.h"

namespace doxa::fuzz {

inline constexpr std::size_t max_input_bytes = 1u << 20;

/// The draws of a mutation.
class Dice {
 public:
  explicit Dice(Philox& random) : random_(random) {}
  std::size_t below(std::size_t n);  ///< uniform on 0 … n-1; 0 for n = 0
  std::string_view one_of(std::initializer_list<std::string_view> texts);
  template <class T>
  const T& one_of(std::span<const T> all) {
    return all[below(all.size())];
  }

 private:
  Philox& random_;
};

/// The texts between the bars of "a|b|c".
std::vector<std::string_view> split(std::string_view list);

/// What mutations of a format's texts are made of.
struct Format {
  std::vector<std::string_view> words, numbers;
  std::vector<std::string_view> sizes;  ///< numbers that cost much: seldom
  std::string_view token_ends, line_ends;
  void (*add_entry)(std::string& text, Dice& dice);  ///< one that is well-formed in most of the corpus
};

/// A text of the corpus. Throws std::invalid_argument if there is none.
const std::string& any_of(std::span<const std::string> corpus, Dice& dice);

/// A text after one random change or more (n with probability 2^-n): to bytes, to tokens (by words and
/// numbers of the format), to lines, by entries, and by crossings with texts of the corpus. At most
/// max_input_bytes long.
std::string mutate(const std::string& text, std::span<const std::string> corpus, const Format& format,
                   Dice& dice);

}  // namespace doxa::fuzz
