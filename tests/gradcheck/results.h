#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cases.h"

namespace doxa::gradcheck {

// What became of one case.
struct Result {
  std::string name;
  std::string verdict;  // "pass", "fail", "inconclusive" or "kink"
  bool as_expected;
  double worst_ratio;       // the largest |analytic - numeric| / error of its entries
  std::string details;      // a table, or why there is none
  std::string report_json;  // the report as a JSON value

  std::string line() const;
};

// Checks a case; what it throws is a failure of the case.
Result result_of(const GradientCase& c, const GradientCheckOptions& options);

// One object: seed, mode, precision, cases, how many passed and failed. Throws std::runtime_error if the file
// cannot be written; the old one is then still there.
void write_json(const std::filesystem::path& path, std::uint64_t seed, const std::string& mode,
                const std::vector<Result>& results);

}  // namespace doxa::gradcheck
