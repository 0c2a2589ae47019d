#include "doxa/models/files/json.h"

#include <algorithm>
#include <stdexcept>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/file.h"
#include "doxa/models/files/utf8.h"

namespace doxa {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

unsigned byte(char c) { return static_cast<unsigned char>(c); }

constexpr std::string_view hexadecimal = "0123456789abcdef";

}  // namespace

void JsonReader::refuse(std::size_t place, const std::string& found, const std::string& expected) const {
  throw FileError(file_, "at byte " + std::to_string(place) + ": found " + found + ", expected " + expected);
}

void JsonReader::skip_space() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }

char JsonReader::peek() {
  skip_space();
  return at_ < text_.size() ? text_[at_] : '\0';
}

std::size_t JsonReader::place() {
  skip_space();
  return offset_ + at_;
}

// The next character as an error message shows it.
std::string JsonReader::next() const {
  if (at_ == text_.size()) return "the end";
  const unsigned c = byte(text_[at_]);
  if (c >= 0x20 && c < 0x7f) return std::string("'") + text_[at_] + "'";
  return std::string("the byte 0x") + hexadecimal[c >> 4] + hexadecimal[c & 15];
}

void JsonReader::expect(char c, const char* what) {
  if (!accept(c)) refuse(place(), next(), std::string("'") + c + "', " + what);
}

bool JsonReader::accept(char c) {
  skip_space();
  if (at_ == text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

void JsonReader::expect_end() {
  skip_space();
  if (at_ != text_.size()) refuse(place(), next(), "nothing but blanks after the last '}'");
}

std::uint64_t JsonReader::whole_number(const char* what) {
  skip_space();
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  if (at_ == begin) refuse(place(), next(), what);
  if (text_[begin] == '0' && at_ - begin > 1) refuse(offset_ + begin, "a leading zero", what);
  const auto value = read_whole_number(text_.substr(begin, at_ - begin));
  if (!value) refuse(offset_ + begin, "a number beyond 64 bits", what);
  if (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == 'e' || text_[at_] == 'E'))
    refuse(offset_ + begin, "a number with a point or an exponent", what);
  return *value;
}

double JsonReader::number(const char* what) {
  const std::size_t begin = place() - offset_;
  std::size_t end = begin;
  const auto digits = [&] {
    const std::size_t first = end;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    if (end == first) refuse(offset_ + begin, next(), what);
    return first;
  };
  if (end < text_.size() && text_[end] == '-') ++end;
  if (const std::size_t first = digits(); text_[first] == '0' && end - first > 1)
    refuse(offset_ + begin, "a leading zero", what);
  if (end < text_.size() && text_[end] == '.') {
    ++end;
    digits();
  }
  if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
    ++end;
    if (end < text_.size() && (text_[end] == '-' || text_[end] == '+')) ++end;
    digits();
  }
  const DecimalReading number = read_decimal(text_.substr(begin, end - begin));
  if (!number.in_range()) refuse(offset_ + begin, "a number beyond double precision", what);
  at_ = end;
  return number.value;
}

std::string JsonReader::string(const char* what) {
  expect('"', what);
  std::string value;
  for (;;) {
    if (at_ == text_.size()) refuse(offset_ + at_, next(), "the closing '\"' of a string");
    if (text_[at_] == '"') break;
    if (text_[at_] == '\\')
      escape(value);
    else
      character(value);
  }
  ++at_;
  return value;
}

void JsonReader::character(std::string& to) {
  if (byte(text_[at_]) < 0x20) refuse(offset_ + at_, next(), "control characters of a string to be escaped");
  const std::size_t length = utf8_character_length(text_.substr(at_));
  if (length == 0) refuse(offset_ + at_, next(), "a string of valid UTF-8");
  to.append(text_, at_, length);
  at_ += length;
}

// The four hexadecimal digits after \u.
char32_t JsonReader::code_unit() {
  char32_t value = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const std::size_t digit =
        at_ < text_.size()
            ? hexadecimal.find(static_cast<char>(text_[at_] | (is_digit(text_[at_]) ? 0 : 0x20)))
            : hexadecimal.npos;
    if (digit == hexadecimal.npos) refuse(offset_ + at_, next(), "four hexadecimal digits after \\u");
    value = 16 * value + static_cast<char32_t>(digit);
  }
  return value;
}

void JsonReader::escape(std::string& to) {
  const std::size_t begin = offset_ + at_++;
  constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
  const std::size_t i = at_ < text_.size() ? letters.find(text_[at_]) : letters.npos;
  if (i != letters.npos) {
    to += meant[i];
    ++at_;
    return;
  }
  if (at_ == text_.size() || text_[at_] != 'u')
    refuse(offset_ + at_, next(), "one of \" \\ / b f n r t u after a \\");
  ++at_;
  char32_t c = code_unit();
  if (c >= 0xd800 && c < 0xe000) {
    const char* const expected = "a high and a low surrogate together";
    if (c >= 0xdc00 || text_.substr(at_, 2) != "\\u") refuse(begin, "half a surrogate pair", expected);
    at_ += 2;
    const char32_t low = code_unit();
    if (low < 0xdc00 || low >= 0xe000) refuse(begin, "half a surrogate pair", expected);
    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(to, c);
}

}  // namespace doxa
