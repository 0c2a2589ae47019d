#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quotes/quotes.h"

namespace doxa::quotes {

// A decimal number as a text writes it: "0.912", "−2.91", "100 701", "4.4 \cdot 10^{-16}", "87 %".
struct WrittenNumber {
  std::size_t begin = 0, end = 0;  // bytes of the line, with sign and power of ten, without a percent sign
  std::string_view digits;         // "4.4"
  std::string_view power;          // " \cdot 10^{-16}", empty without one
  std::string_view exponent;       // "-16" in it
  std::string_view sign;           // "", "-", "−" or "+"
  bool percent = false;
};

// The number that stands right before byte `end` of `line`; after a closing $ the last one of that formula.
std::optional<WrittenNumber> number_before(std::string_view line, std::size_t end);

// `value` in the form of `like`: as many digits after the point, the same power of ten, grouped if it was.
std::string written_like(const WrittenNumber& like, double value);

// How many significant digits: 3 for "0.0123" and "1230", 4 for "1.230".
int significant_digits(std::string_view digits);

// The numbers of a chapter's page that nothing holds (see page.h for what holds one); none for other pages. A
// chapter's folder is named NN-name.
std::vector<Difference> unbound_numbers(const std::filesystem::path& page);

}  // namespace doxa::quotes
