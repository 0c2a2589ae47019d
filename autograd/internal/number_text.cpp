#include "doxa/autograd/internal/number_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <limits>

namespace doxa {
namespace {

// The digits of a number from the first that is not 0: value = ±0.d₁d₂…d_n · 10^point.
struct Decimal {
  // A double, or the middle between two neighbours, has at most 767 significant digits. Of the digits behind
  // these it only matters whether all of them are 0; if not, one digit 1 stands for them.
  static constexpr std::size_t most_digits = 768;

  std::array<unsigned char, most_digits + 1> digits;
  std::size_t count = 0;
  bool negative = false, longer = false;
  std::int64_t point = 0;

  void append(unsigned char digit) {
    if (count < most_digits)
      digits[count++] = digit;
    else
      longer = longer || digit != 0;
  }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// False if `text` is malformed.
bool parse(std::string_view text, Decimal& d) {
  const auto accept = [&](char c) {
    if (text.empty() || text[0] != c) return false;
    text.remove_prefix(1);
    return true;
  };
  const auto next_is_digit = [&] { return !text.empty() && is_digit(text[0]); };

  d.negative = accept('-');
  bool any = false;
  for (bool behind_point = false;;) {
    if (!behind_point && accept('.')) behind_point = true;
    if (!next_is_digit()) break;
    any = true;
    const auto digit = static_cast<unsigned char>(text[0] - '0');
    if (d.count > 0 || digit != 0) d.append(digit);
    if (d.count > 0 && !behind_point) ++d.point;
    if (d.count == 0 && behind_point) --d.point;
    text.remove_prefix(1);
  }
  if (!any) return false;
  if (d.longer) d.digits[d.count++] = 1;
  while (d.count > 0 && d.digits[d.count - 1] == 0) --d.count;

  if (accept('e') || accept('E')) {
    const bool negative = accept('-');
    if (!negative) accept('+');
    if (!next_is_digit()) return false;
    constexpr std::int64_t enough = 100'000'000'000'000'000;  // more zeros than a text can have
    std::int64_t exponent = 0;
    for (; next_is_digit(); text.remove_prefix(1))
      if (exponent < enough) exponent = 10 * exponent + (text[0] - '0');
    d.point += negative ? -exponent : exponent;
  }
  return text.empty();
}

// A whole number in base 2^32. 85 limbs suffice: 769 digits take 2555 bits, and the largest power of five
// needed, 5^(769 + 323), takes 2536; division adds up to 32 + 31 more.
class BigInteger {
 public:
  explicit BigInteger(std::uint32_t x) : size_(1) { limbs_[0] = x; }

  explicit BigInteger(const Decimal& d) {
    for (std::size_t i = 0; i < d.count;) {
      std::uint32_t group = 0, scale = 1;
      for (; i < d.count && scale < 1'000'000'000; ++i, scale *= 10) group = 10 * group + d.digits[i];
      multiply_add(scale, group);
    }
  }

  // How many bits it has, and how many of its last limb are free; not for 0.
  int bits() const { return static_cast<int>(32 * size_) - free_bits(); }
  int free_bits() const { return std::countl_zero(limbs_[size_ - 1]); }

  void multiply_add(std::uint32_t factor, std::uint32_t term) {
    std::uint64_t carry = term;
    for (std::size_t i = 0; i < size_; ++i) {
      carry += std::uint64_t{limbs_[i]} * factor;
      limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry) limbs_[size_++] = static_cast<std::uint32_t>(carry);
  }

  void multiply_by_power_of_five(int n) {
    for (; n >= 13; n -= 13) multiply_add(1'220'703'125, 0);  // 5^13
    for (; n > 0; --n) multiply_add(5, 0);
  }

  void multiply_by_power_of_two(int n) {
    for (; n >= 31; n -= 31) multiply_add(std::uint32_t{1} << 31, 0);
    multiply_add(std::uint32_t{1} << n, 0);
  }

  bool operator<(const BigInteger& other) const {
    if (size_ != other.size_) return size_ < other.size_;
    for (std::size_t i = size_; i-- > 0;)
      if (limbs_[i] != other.limbs_[i]) return limbs_[i] < other.limbs_[i];
    return false;
  }

  // Leaves the remainder and returns the quotient, which must be below 2^32. The divisor's last limb must
  // have its highest bit set: then the quotient of the leading limbs is too small by 3 at most.
  std::uint32_t divide(const BigInteger& divisor) {
    const std::size_t last = divisor.size_ - 1;
    const std::uint64_t leading =
        (size_ > last + 1 ? std::uint64_t{limbs_[last + 1]} << 32 : 0) | (size_ > last ? limbs_[last] : 0);
    auto quotient = static_cast<std::uint32_t>(leading / (std::uint64_t{divisor.limbs_[last]} + 1));
    subtract(divisor, quotient);
    for (; !(*this < divisor); ++quotient) subtract(divisor, 1);
    return quotient;
  }

  bool is_zero() const { return size_ == 0; }

 private:
  // *this - factor * other, which must not be negative
  void subtract(const BigInteger& other, std::uint32_t factor) {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (i < other.size_) carry += std::uint64_t{other.limbs_[i]} * factor;
      const auto low = static_cast<std::uint32_t>(carry);
      carry = (carry >> 32) + (limbs_[i] < low);
      limbs_[i] -= low;
    }
    while (size_ > 0 && limbs_[size_ - 1] == 0) --size_;
  }

  std::array<std::uint32_t, 85> limbs_;
  std::size_t size_ = 0;
};

// The magnitude of d, which has digits and 10^-324 < |d| < 10^309. Apart from a power of two, |d| is the
// digits as a whole number, multiplied or divided by a power of five; the quotient of these two is computed
// to 63 bits.
double nearest(const Decimal& d) {
  const int exponent = static_cast<int>(d.point - static_cast<std::int64_t>(d.count));
  if constexpr (FLT_EVAL_METHOD == 0) {
    // Both numbers are doubles without rounding, so one operation rounds once (Clinger 1990).
    constexpr std::array<double, 23> powers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (d.count <= 15 && std::abs(exponent) <= 22) {
      std::int64_t digits = 0;
      for (std::size_t i = 0; i < d.count; ++i) digits = 10 * digits + d.digits[i];
      const double power = powers[static_cast<std::size_t>(std::abs(exponent))];
      return exponent < 0 ? static_cast<double>(digits) / power : static_cast<double>(digits) * power;
    }
  }
  BigInteger numerator(d), denominator(1);
  (exponent < 0 ? denominator : numerator).multiply_by_power_of_five(std::abs(exponent));
  // Scaled to 1 <= numerator/denominator < 2: |d| = numerator/denominator · 2^power.
  const int shift = numerator.bits() - denominator.bits();
  (shift < 0 ? numerator : denominator).multiply_by_power_of_two(std::abs(shift));
  int power = exponent + shift;
  if (numerator < denominator) {
    numerator.multiply_by_power_of_two(1);
    --power;
  }
  const int free = denominator.free_bits();
  numerator.multiply_by_power_of_two(free);
  denominator.multiply_by_power_of_two(free);
  // The first 63 bits of the quotient: |d| = (quotient + a rest below 1) · 2^(power - 62).
  std::uint64_t quotient = numerator.divide(denominator);
  for (int i = 0; i < 2; ++i) {
    numerator.multiply_by_power_of_two(31);
    quotient = quotient << 31 | numerator.divide(denominator);
  }
  // A double has 53 bits, and none below 2^-1074.
  const int dropped = 63 - std::min(53, power + 1075);
  if (dropped > 63) return 0;
  const std::uint64_t half = std::uint64_t{1} << (dropped - 1), rest = quotient & (2 * half - 1);
  quotient >>= dropped;
  if (rest > half || (rest == half && (!numerator.is_zero() || quotient % 2 == 1))) ++quotient;
  return std::ldexp(static_cast<double>(quotient), power - 62 + dropped);
}

template <class... Format>
std::string written(double x, Format... format) {
  if (std::isnan(x)) return "nan";  // some libraries write its sign
  std::array<char, 1536> text;      // the largest double has 309 digits before the point
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x, format...).ptr;
  return {text.data(), end};
}

}  // namespace

std::string to_text(double x) { return written(x); }

std::string to_text(double x, std::chars_format format, int digits) {
  return written(x, format, std::min(digits, 1100));  // no double has more
}

DecimalReading read_decimal(std::string_view text) {
  using Status = DecimalReading::Status;
  Decimal d;
  if (!parse(text, d)) return {};
  double value = 0;
  if (d.count > 0 && d.point > -324)
    value = d.point > 309 ? std::numeric_limits<double>::infinity() : nearest(d);
  const Status status = std::isinf(value)           ? Status::too_large
                        : value == 0 && d.count > 0 ? Status::too_small
                                                    : Status::in_range;
  return {d.negative ? -value : value, status};
}

std::optional<std::uint64_t> read_whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace doxa
