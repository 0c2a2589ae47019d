#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/internal/json_text.h"

namespace doxa {
namespace {

std::string digits(double x, int count) { return to_text(x, std::chars_format::general, count); }

// "x[2,1]" for an index in row-major order.
std::string element(const std::string& name, const Shape& shape, Index index) {
  return shape.rank() == 0 ? name : name + "[" + shape.index(index) + "]";
}

// The number of characters: bytes that continue a UTF-8 character do not count.
std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string json_of(const GradientEntry& e) {
  std::string text = "{\"input\": " + json_string(e.input) + ", \"index\": " + std::to_string(e.index) +
                     ", \"element\": " + json_string(e.input_element()) +
                     ", \"output\": " + json_string(e.output_element()) +
                     ", \"analytic\": " + json_number(e.analytic) +
                     ", \"numeric\": " + json_number(e.numeric) + ", \"error\": " + json_number(e.error) +
                     ", \"ratio\": " + json_number(e.ratio());
  if (e.at_kink()) text += ", \"left\": " + json_number(e.left) + ", \"right\": " + json_number(e.right);
  return text + ", \"verdict\": \"" + to_string(e.verdict) + "\"}";
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::kink:
      return "kink";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::fail:
      return "fail";
  }
  return "?";
}

double GradientEntry::ratio() const {
  const auto [low, high] = std::minmax(left, right);
  const double distance =
      at_kink() ? std::max({low - analytic, analytic - high, 0.0}) : std::abs(analytic - numeric);
  return distance == 0 ? 0 : distance / error;
}

double GradientEntry::difference() const {
  const double size = std::max(std::abs(analytic), std::abs(numeric));
  return size == 0 ? 0 : std::abs(analytic - numeric) / size;
}

std::string GradientEntry::input_element() const {
  return index < 0 ? "a direction in " + input : element(input, shape, index);
}

std::string GradientEntry::output_element() const {
  if (output >= 0) return element("y", output_shape, output);
  return output_shape.size() == 1 ? "y" : "Σ v·y";
}

Verdict GradientReport::verdict() const {
  if (!violations.empty() || count(Verdict::fail) > 0) return Verdict::fail;
  if (entries.empty() || !(undecided <= undecided_limit)) return Verdict::inconclusive;
  return count(Verdict::kink) > 0 ? Verdict::kink : Verdict::pass;
}

std::size_t GradientReport::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::count_if(
      entries.begin(), entries.end(), [&](const GradientEntry& e) { return e.verdict == verdict; }));
}

double GradientReport::worst_ratio() const {
  double worst = 0;
  for (const GradientEntry& e : entries)
    worst = std::isnan(e.ratio()) ? e.ratio() : std::max(worst, e.ratio());
  return worst;
}

std::string GradientReport::str(std::size_t rows) const {
  std::string text;
  for (const std::string& sentence : violations) text += "  " + sentence + "\n";
  if (entries.empty()) return text + "  no input has an element to check\n";
  std::vector<std::array<std::string, 7>> table{
      {"derivative of", "by", "analytic", "numeric", "error", "ratio", "verdict"}};
  for (std::size_t i = 0; i < std::min(rows, entries.size()); ++i) {
    const GradientEntry& e = entries[i];
    table.push_back(
        {e.output_element(), e.input_element(), digits(e.analytic, 10),
         e.at_kink() ? digits(e.left, 6) + " left, " + digits(e.right, 6) + " right" : digits(e.numeric, 10),
         digits(e.error, 2), digits(e.ratio(), 3), to_string(e.verdict)});
  }
  std::array<std::size_t, 6> widths{};
  for (const auto& row : table)
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], characters(row[c]));
  for (const auto& row : table) {
    for (std::size_t c = 0; c < widths.size(); ++c)
      text += "  " + row[c] + std::string(widths[c] - characters(row[c]), ' ');
    text += "  " + row.back() + "\n";
  }
  return text;
}

std::string GradientReport::json(std::size_t rows) const {
  std::string text = std::string("{\"verdict\": \"") + to_string(verdict()) +
                     "\", \"mode\": " + (jacobian ? "\"jacobian\"" : "\"sampled\"") + ", \"violations\": [";
  for (std::size_t i = 0; i < violations.size(); ++i)
    text += (i > 0 ? ", " : "") + json_string(violations[i]);
  text += "]";
  for (const Verdict v : {Verdict::pass, Verdict::kink, Verdict::inconclusive, Verdict::fail})
    text += std::string(", \"") + to_string(v) + "\": " + std::to_string(count(v));
  text += ", \"entries\": [";
  for (std::size_t i = 0; i < std::min(rows, entries.size()); ++i)
    text += (i > 0 ? ", " : "") + json_of(entries[i]);
  return text + "]}";
}

}  // namespace doxa
