#include "support/claims.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "support/text.h"

namespace doxa::support {
namespace {

constexpr std::size_t page_width = 100;

// `words` broken into lines of at most page_width columns: `first` before the first line, `indent` before the
// rest.
std::string wrapped(const std::string& first, const std::string& indent, const std::string& words) {
  std::istringstream stream(words);
  std::string line = first;
  std::string text;
  bool fresh = true;
  for (std::string word; stream >> word; fresh = false) {
    if (!fresh && columns(line) + 1 + columns(word) > page_width) {
      text += line + '\n';
      line = indent + word;
    } else {
      line += (fresh ? "" : " ") + word;
    }
  }
  return text + line + '\n';
}

// Decimal exponent of the leading digit.
int exponent(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)))); }

// As many digits as it takes to tell numbers apart that are `scale` from each other and one more, or fewer
// where fewer are exact.
std::string resolved(double value, double scale) {
  if (!std::isfinite(value) || value == 0) return significant(value);
  const bool known = std::isfinite(scale) && scale > 0;
  const std::string text =
      significant(value, known ? std::clamp(exponent(value) - exponent(scale) + 2, 4, 17) : 6);
  return columns(to_text(value)) < columns(text) ? to_text(value) : text;
}

}  // namespace

double Claim::difference() const { return got == expected ? 0 : got - expected; }

bool Claim::holds() const {
  if (!std::isfinite(tolerance)) return false;
  switch (relation) {  // every comparison with NaN is false
    case Relation::equal:
      return std::abs(difference()) <= tolerance;
    case Relation::at_least:
      return difference() >= -tolerance;
    case Relation::at_most:
      return difference() <= tolerance;
  }
  return false;
}

std::string Claim::numbers() const {
  const char* relation_word = relation == Relation::equal      ? "expected "
                              : relation == Relation::at_least ? "at least "
                                                               : "at most ";
  const double scale = tolerance > 0 ? tolerance : std::abs(difference());
  return "got " + resolved(got, scale) + ", " + relation_word + resolved(expected, scale) + ", difference " +
         significant(difference(), 2) + ", tolerance " + significant(tolerance, 2) + ": " + why;
}

std::string Claim::text(bool verbose) const {
  const std::string line = wrapped(holds() ? "✓ " : "✗ ", "  ", sentence);
  return holds() && !verbose ? line : line + wrapped("    ", "    ", numbers());
}

void Claims::equal(std::string sentence, double got, double expected, double tolerance, std::string why) {
  claims_.push_back({std::move(sentence), Claim::Relation::equal, got, expected, tolerance, std::move(why)});
}

void Claims::at_least(std::string sentence, double got, double bound, double tolerance, std::string why) {
  claims_.push_back({std::move(sentence), Claim::Relation::at_least, got, bound, tolerance, std::move(why)});
}

void Claims::at_most(std::string sentence, double got, double bound, double tolerance, std::string why) {
  claims_.push_back({std::move(sentence), Claim::Relation::at_most, got, bound, tolerance, std::move(why)});
}

std::size_t Claims::failed() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(claims_, [](const Claim& claim) { return !claim.holds(); }));
}

std::string Claims::report(bool verbose, const std::string& stopped) const {
  std::string text;
  for (const Claim& claim : claims_) text += claim.text(verbose);
  const std::string total = std::to_string(claims_.size()) + (claims_.size() == 1 ? " claim" : " claims");
  if (!stopped.empty())
    return text + "stopped " + stopped + ": " + total + (claims_.size() == 1 ? " was" : " were") +
           " checked, " + (failed() == 0 ? "none" : std::to_string(failed())) +
           " failed; the others were not checked\n";
  if (failed() != 0) return text + std::to_string(failed()) + " of " + total + " failed\n";
  return text + (claims_.size() == 1 ? "the claim holds\n" : "all " + total + " hold\n");
}

}  // namespace doxa::support
