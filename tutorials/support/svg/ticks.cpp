#include <algorithm>
#include <cmath>

#include "support/svg/projection.h"
#include "support/text.h"

namespace doxa::support::svg {
namespace {

// A typographic minus is as wide as a digit.
std::string with_minus(std::string text) {
  for (auto at = text.find('-'); at != std::string::npos; at = text.find('-', at)) text.replace(at, 1, "−");
  return text;
}

std::string superscript(int exponent) {
  constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(exponent))) text += digits[digit - '0'];
  return text;
}

std::string power_of_ten(int exponent, bool plain) {
  if (plain || exponent == 0 || exponent == 1)
    return decimal(std::pow(10.0, exponent), std::max(0, -exponent));
  return "10" + superscript(exponent);
}

// `value`, a multiple of 10^step_exponent, on an axis whose largest number is about 10^largest_exponent.
std::string label(double value, int step_exponent, int largest_exponent) {
  if (value == 0) return "0";
  if (largest_exponent < 6 && step_exponent >= -5)
    return with_minus(decimal(value, std::max(0, -step_exponent)));
  const double mantissa = value / std::pow(10.0, largest_exponent);
  return with_minus(decimal(mantissa, std::max(0, largest_exponent - step_exponent))) + "×10" +
         superscript(largest_exponent);
}

}  // namespace

std::vector<Tick> linear_ticks(Range range, int at_most) {
  const double span = range.high - range.low;
  if (!(span > 0) || !std::isfinite(span)) return {};
  const double least = span / std::max(at_most, 1);
  int exponent = static_cast<int>(std::floor(std::log10(least)));
  double factor = 1;
  for (const double candidate : {1.0, 2.0, 5.0, 10.0}) {
    factor = candidate;
    // at_most intervals can hold at_most + 1 ticks when both ends are ticks.
    const double step = factor * std::pow(10.0, exponent);
    const double count = std::floor(range.high / step + 1e-9) - std::ceil(range.low / step - 1e-9) + 1;
    if (count <= at_most) break;
  }
  if (factor == 10) factor = 1, ++exponent;

  const double scale = std::pow(10.0, std::abs(exponent));
  const auto value = [&](double i) { return exponent < 0 ? i * factor / scale : i * factor * scale; };
  const double first = std::ceil(range.low / value(1) - 1e-9);
  const double last = std::floor(range.high / value(1) + 1e-9);
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  const int largest_exponent = static_cast<int>(std::floor(std::log10(largest)));
  std::vector<Tick> ticks;
  for (double i = first; i <= last && ticks.size() < 100; ++i) {
    ticks.push_back({value(i), label(value(i), exponent, largest_exponent)});
  }
  return ticks;
}

std::vector<Tick> log_ticks(Range range, int at_most) {
  const int first = static_cast<int>(std::ceil(std::log10(range.low) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(range.high) + 1e-9));
  std::vector<Tick> ticks;
  if (last - first >= 2) {
    const bool plain = first >= -2 && last <= 3;
    const int stride = (last - first) / std::max(at_most, 1) + 1;
    for (int k = first - 1; k <= last; ++k) {
      const double decade = std::pow(10.0, k);
      // A multiple of the stride, so that labels do not depend on where the range begins.
      if (k >= first) ticks.push_back({decade, k % stride == 0 ? power_of_ten(k, plain) : ""});
      for (int factor = 2; factor < 10 && last - first <= 6; ++factor) {
        const double value = factor * decade;
        if (value >= range.low && value <= range.high) ticks.push_back({value, ""});
      }
    }
    return ticks;
  }
  for (int k = first - 1; k <= last; ++k) {
    for (const int factor : {1, 2, 5}) {
      const double value = factor * std::pow(10.0, k);
      if (value < range.low * (1 - 1e-9) || value > range.high * (1 + 1e-9)) continue;
      ticks.push_back({value, k < -4 || k > 5 ? std::to_string(factor) + "×10" + superscript(k)
                                              : decimal(value, std::max(0, -k))});
    }
  }
  return ticks.size() >= 2 ? ticks : linear_ticks(range, at_most);
}

}  // namespace doxa::support::svg
