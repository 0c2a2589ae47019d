#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/internal/characters.h"
#include "doxa/autograd/internal/json_text.h"

namespace doxa {
namespace {

std::string digits(double x, int count) { return to_text(x, std::chars_format::general, count); }

// "x[2,1]" for an index in row-major order.
std::string element(const std::string& name, const Shape& shape, Index index) {
  return shape.rank() == 0 ? name : name + "[" + shape.index(index) + "]";
}

// "1,056"
std::string with_thousands(std::size_t n) {
  std::string text = std::to_string(n);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::uint64_t seed_of(const GradientEntry& e, const GradientReport& report) {
  return report.seed + static_cast<std::uint64_t>(e.point);
}

std::string counted(std::size_t count, const std::string& noun) {
  return with_thousands(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

// Stands for a blank at which no line ends.
constexpr char glue = '\x1f';

constexpr std::size_t page_width = 100;  // of a report, if no name is long

// The text in lines of at most that width, all indented and those after the first by two columns more.
std::string wrapped(const std::string& text, const std::string& indent) {
  std::string lines, line = indent, between;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!between.empty() && characters(line + between + word) > page_width) {
      lines += line + "\n";
      line = indent + "  ";
      between.clear();
    }
    line += between + word;
    between = " ";
    at = end + 1;
  }
  lines += line + "\n";
  std::ranges::replace(lines, glue, ' ');
  return lines;
}

// The worst entries, `rows` of them, their derivatives with so many digits.
std::string table(const GradientReport& report, std::size_t rows, int digits_of_derivatives,
                  const std::string& gap) {
  std::vector<std::vector<std::string>> cells{
      {"output", "input", "analytic", "numeric", "rel. diff", "error", "ratio", "verdict"}};
  if (report.points > 1) cells.front().insert(cells.front().begin(), "seed");
  for (std::size_t i = 0; i < std::min(rows, report.entries.size()); ++i) {
    const GradientEntry& e = report.entries[i];
    const auto number = [&](double x, int fewer) { return digits(x, digits_of_derivatives - fewer); };
    cells.push_back(
        {e.output_element(), e.input_element(), number(e.analytic, 0),
         e.at_kink() ? number(e.left, 1) + " left, " + number(e.right, 1) + " right" : number(e.numeric, 0),
         digits(e.difference(), 2), digits(e.error, 2), digits(e.ratio(), 3), to_string(e.verdict)});
    if (report.points > 1) cells.back().insert(cells.back().begin(), std::to_string(seed_of(e, report)));
  }
  std::vector<std::size_t> widths(cells.front().size());
  for (const auto& row : cells)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], characters(row[c]));
  std::string text;
  for (const auto& row : cells) {
    text += "  ";
    for (std::size_t c = 0; c + 1 < row.size(); ++c)
      text += row[c] + std::string(widths[c] - characters(row[c]), ' ') + gap;
    text += row.back() + "\n";
  }
  return text;
}

// Of the longest line.
std::size_t columns(const std::string& lines) {
  std::size_t most = 0;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    most = std::max(most, characters(lines.substr(at, end - at)));
    at = end + 1;
  }
  return most;
}

// A sentence but for its numbers.
std::string without_numbers(const std::string& sentence) {
  std::string text;
  for (std::size_t i = 0; i < sentence.size();) {
    const std::size_t end = std::isdigit(static_cast<unsigned char>(sentence[i]))
                                ? sentence.find_first_not_of("0123456789.e+-", i)
                                : i;
    if (end == i)
      text += sentence[i++];
    else
      i = std::min(end, sentence.size());
  }
  return text;
}

struct Cause {
  std::string sentence;  // of the worst entry
  std::size_t entries = 0;
};

// The causes of the inconclusive entries, the most frequent first. Sentences that differ in their numbers
// alone are one cause.
std::vector<Cause> causes(const GradientReport& report) {
  std::vector<Cause> all;
  for (const GradientEntry& e : report.entries) {
    if (e.verdict != Verdict::inconclusive) continue;
    const auto same = [&](const Cause& c) { return without_numbers(c.sentence) == without_numbers(e.cause); };
    auto known = std::ranges::find_if(all, same);
    if (known == all.end()) known = all.insert(all.end(), {e.cause, 0});
    ++known->entries;
  }
  std::ranges::stable_sort(all, std::greater{}, &Cause::entries);
  return all;
}

std::string json_of(const GradientEntry& e, const GradientReport& report) {
  std::string text =
      "{\"input\": " + json_string(e.input) + ", \"index\": " + std::to_string(e.index) +
      ", \"element\": " + json_string(e.input_element()) +
      ", \"output\": " + json_string(e.output_element()) + ", \"analytic\": " + json_number(e.analytic) +
      ", \"numeric\": " + json_number(e.numeric) + ", \"error\": " + json_number(e.error) +
      ", \"ratio\": " + json_number(e.ratio()) + ", \"difference\": " + json_number(e.difference());
  if (e.at_kink()) text += ", \"left\": " + json_number(e.left) + ", \"right\": " + json_number(e.right);
  if (report.points > 1) text += ", \"seed\": " + std::to_string(seed_of(e, report));
  text += std::string(", \"verdict\": \"") + to_string(e.verdict) + "\"";
  if (e.verdict == Verdict::inconclusive) text += ", \"cause\": " + json_string(e.cause);
  return text + "}";
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

bool GradientEntry::worse_than(const GradientEntry& other) const {
  if (verdict != other.verdict) return verdict > other.verdict;
  const double here = ratio(), there = other.ratio();
  return std::isnan(there) ? false : std::isnan(here) || here > there;
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

std::string GradientReport::scope() const {
  if (entries.empty()) return "no derivative";
  // Every point has the same entries.
  const int point = entries.front().point;
  const auto at_one_point = [&](auto kind) {
    return static_cast<std::size_t>(
        std::ranges::count_if(entries, [&](const GradientEntry& e) { return e.point == point && kind(e); }));
  };
  std::string text;
  if (jacobian) {
    const std::size_t derivatives = inputs * outputs;
    text = derivatives == 1 ? "jacobian, the one derivative"
                            : "jacobian, all " + counted(derivatives, "derivative") + " of " +
                                  counted(outputs, "output") + " by " + counted(inputs, "input");
    const std::size_t sums = at_one_point([](const GradientEntry& e) { return e.output < 0; });
    if (sums > 0) text += ", " + counted(sums, "sum") + " of them";
  } else {
    const std::size_t directions = at_one_point([](const GradientEntry& e) { return e.index < 0; });
    const std::size_t elements = at_one_point([](const GradientEntry& e) { return e.index >= 0; });
    const std::size_t alone =
        at_one_point([](const GradientEntry& e) { return e.index >= 0 && e.output >= 0; });
    text = "sampled, " + counted(directions, "direction") + " and " +
           (alone > 0 && alone == inputs * outputs
                ? "all " + counted(alone, "derivative")
                : with_thousands(elements) + " of " + counted(inputs, "input"));
  }
  if (points > 1)
    text += ", at " + counted(static_cast<std::size_t>(points), "point") + " (seeds " + std::to_string(seed) +
            " to " + std::to_string(seed + static_cast<std::uint64_t>(points) - 1) + ")";
  return text;
}

std::string GradientReport::str(std::size_t rows) const {
  std::vector<std::string> counts;
  for (const Verdict v : {Verdict::pass, Verdict::kink, Verdict::inconclusive, Verdict::fail})
    if (count(v) > 0) counts.push_back(with_thousands(count(v)) + glue + to_string(v));
  std::string head = std::string(to_string(verdict())) + ": " + scope();
  if (!counts.empty()) head += ": " + joined(counts, ", ");
  if (undecided != 0 && verdict() != Verdict::fail)
    head += "; in the inconclusive ones the gradient can be wrong by " +
            (undecided < 1
                 ? digits(undecided, 2) + " of its norm (allowed:" + glue + digits(undecided_limit, 2) + ")"
                 : "more than its norm");
  if (resolution > 0) head += "; meant to be right to " + to_text(resolution);
  std::string text = wrapped(head, "");
  for (const std::string& sentence : violations) text += wrapped(sentence, "  ");
  if (entries.empty()) return text;

  std::string entry_table = table(*this, rows, 7, "  ");
  if (columns(entry_table) > page_width) entry_table = table(*this, rows, 5, " ");
  text += entry_table;
  for (const auto& [cause, number] : causes(*this))
    text += wrapped(with_thousands(number) + " inconclusive" + (cause.empty() ? "" : ": " + cause), "  ");
  return text;
}

std::string GradientReport::json(std::size_t rows) const {
  std::vector<std::string> sentences, why, worst;
  for (const std::string& sentence : violations) sentences.push_back(json_string(sentence));
  for (const auto& [cause, number] : causes(*this))
    why.push_back("{\"cause\": " + json_string(cause) + ", \"entries\": " + std::to_string(number) + "}");
  for (std::size_t i = 0; i < std::min(rows, entries.size()); ++i)
    worst.push_back(json_of(entries[i], *this));
  std::string text =
      std::string("{\"verdict\": \"") + to_string(verdict()) +
      "\", \"mode\": " + (jacobian ? "\"jacobian\"" : "\"sampled\"") +
      ", \"scope\": " + json_string(scope()) + ", \"seed\": " + std::to_string(seed) +
      ", \"points\": " + std::to_string(points) + ", \"inputs\": " + std::to_string(inputs) +
      ", \"outputs\": " + std::to_string(outputs) + ", \"resolution\": " + json_number(resolution) +
      ", \"undecided\": " + json_number(undecided) + ", \"violations\": [" + joined(sentences, ", ") + "]";
  for (const Verdict v : {Verdict::pass, Verdict::kink, Verdict::inconclusive, Verdict::fail})
    text += std::string(", \"") + to_string(v) + "\": " + std::to_string(count(v));
  return text + ", \"causes\": [" + joined(why, ", ") + "], \"entries\": [" + joined(worst, ", ") + "]}";
}

}  // namespace doxa
