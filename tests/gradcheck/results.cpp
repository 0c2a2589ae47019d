#include "results.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "doxa/autograd/internal/json_text.h"
#include "doxa/models/files/file.h"
#include "support/text.h"

namespace doxa::gradcheck {
namespace {

constexpr std::size_t json_entries = 16;  // of each case, the worst

}  // namespace

std::string Result::line() const {
  char start[64];
  std::snprintf(start, sizeof start, "%-4s %8.3f x error  ", verdict == "fail" ? "FAIL" : verdict.c_str(),
                worst_ratio);
  return start + name;
}

Result result_of(const GradientCase& c, const GradientCheckOptions& options) try {
  const GradientReport report = c.check(options);
  return {c.name,       to_string(report.verdict()), report.verdict() == c.expected, report.worst_ratio(),
          report.str(), report.json(json_entries)};
} catch (const std::exception& e) {
  return {c.name,
          "fail",
          false,
          std::nan(""),
          e.what() + std::string("\n"),
          "{\"error\": " + json_string(e.what()) + "}"};
}

void write_json(const std::filesystem::path& path, std::uint64_t seed, const std::string& mode,
                const std::vector<Result>& results) {
  std::string cases;
  for (const Result& r : results)
    cases += (cases.empty() ? "\n" : ",\n") + std::string("    {\"name\": ") + json_string(r.name) +
             ", \"verdict\": " + json_string(r.verdict) +
             ", \"as_expected\": " + (r.as_expected ? "true" : "false") +
             ", \"worst_ratio\": " + json_number(r.worst_ratio) + ",\n     \"report\": " + r.report_json +
             "}";
  const auto passed = std::ranges::count_if(results, &Result::as_expected);
  const std::string text = "{\n  \"seed\": " + std::to_string(seed) + ",\n  \"mode\": " + json_string(mode) +
                           ",\n  \"precision\": " + json_string(sizeof(Real) == 8 ? "double" : "float") +
                           ",\n  \"cases\": [" + cases + "\n  ],\n  \"passed\": " + std::to_string(passed) +
                           ",\n  \"failed\": " + std::to_string(std::ssize(results) - passed) + "\n}\n";
  write_file_atomically(path, text);
}

}  // namespace doxa::gradcheck
