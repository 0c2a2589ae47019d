#pragma once

#include <concepts>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "support/claims.h"

namespace doxa::support {

// The content of results.json: one flat object, name → number or string, in the order of first setting.
class Results {
 public:
  // A number, in the shortest form that reads back as the same double; "nan", "inf" or "-inf" as a string,
  // because JSON has no such numbers. Setting a name again replaces its value. `tolerance` is how far another
  // machine's run of the same seed may be from it: what comes of training, or of rounding itself, needs one;
  // without one it is what rounding can do to a number that is computed exactly.
  void set(std::string name, double value);
  void set(std::string name, double value, double tolerance);
  void set(std::string name, std::string_view value);
  void set(std::string name, const char* value) { set(std::move(name), std::string_view(value)); }
  template <std::integral T>
  void set(std::string name, T value) {
    set_literal(std::move(name), std::to_string(value));
  }

  // The JSON text, with a line break at its end.
  std::string json() const;

  // The tolerances that were set, by name.
  const std::map<std::string, double>& tolerances() const { return tolerances_; }

 private:
  void set_literal(std::string name, std::string literal);

  std::vector<std::pair<std::string, std::string>> entries_;  // name, value as JSON
  std::map<std::string, double> tolerances_;
};

// The entries of a results.json: name → number or text. "nan", "inf" and "-inf" are read as the numbers they
// stand for.
using ResultsFile = std::map<std::string, std::variant<double, std::string>>;

// Reads one flat JSON object. Throws FileError for anything else, and for a name that stands twice; `file`
// names the text in errors.
ResultsFile parse_results(const std::string& text, const std::string& file);
ResultsFile read_results(const std::filesystem::path& file);

// The claim that a run repeats the results committed beside its chapter, which its text quotes: the largest
// |fresh − committed| / tolerance is at most 1. The tolerance of a number is
//
//   its own, where `tolerances` has one                      (what comes of training or of rounding)
//   claim.N.got: twice claim N's tolerance                   (both runs are within it of the same answer)
//   1e-9 of its size, and of 1e-3 for what is smaller        (exact but for another machine's rounding)
//
// Not compared are times (names that end in "seconds"), texts but for tables and the sentences of claims, and
// numbers of claims that state an inequality, which hold or fail by themselves. A name that only one of the
// two has is a difference beyond every tolerance, and so is a printed table with other words, or with a
// number that differs by more than a quarter of itself and a twentieth of the table's largest; of a table with
// a column of seconds only the words are compared, of the report of a gradient check only its first line.
Claim agrees_with_committed(const ResultsFile& fresh, const ResultsFile& committed,
                            const std::vector<Claim>& claims,
                            const std::map<std::string, double>& tolerances);

// The sum by which two files of equal content are known, as hexadecimal digits: 64-bit FNV-1a.
std::string checksum(const std::string& bytes);

}  // namespace doxa::support
