#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Numbers as text and back, the same in every locale and with every standard library.

namespace doxa {

/// The shortest decimal text that reads back as the same double: "0.1", "1e+300", "-0", "nan", "inf", "-inf".
std::string to_text(double x);

/// x rounded to `digits` significant digits (general) or to `digits` digits after the point (fixed,
/// scientific).
std::string to_text(double x, std::chars_format format, int digits);

/// What read_decimal found. Out of range, `value` is still the nearest double: ±infinity or ±0.
struct DecimalReading {
  enum class Status { in_range, too_large, too_small, malformed };

  double value = 0;
  Status status = Status::malformed;

  bool in_range() const { return status == Status::in_range; }
};

/// The double nearest to a decimal number, ties to even. The whole of `text` must be the number: digits with
/// at most one point among them, perhaps a '-' before them, perhaps an exponent such as "e-3" or "E+10"
/// behind. No "+1", no blanks, no "inf", no hexadecimal digits. (std::from_chars could do this, but libc++
/// has it for floating point only since LLVM 20.)
DecimalReading read_decimal(std::string_view text);

/// The whole of `text` as a whole number without a sign; nothing if it is not one or exceeds 64 bits.
std::optional<std::uint64_t> read_whole_number(std::string_view text);

}  // namespace doxa
