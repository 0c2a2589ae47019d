#include "results.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "doxa/autograd/internal/json_text.h"
#include "doxa/models/files/file.h"
#include "support/text.h"

namespace doxa::gradcheck {
namespace {

constexpr std::size_t json_entries = 16;  // of each case, the worst

// A device or a pipe is written into, not replaced.
bool replaceable(const std::filesystem::path& path) {
  return !std::filesystem::exists(path) || std::filesystem::is_regular_file(path);
}

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

void require_writable(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument("--json: cannot write " + path.string() + ": " + why);
  };
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) refuse("is a directory");
  if (!path.has_filename()) refuse("is no file name");
  // The very thing that will be done at the end, but for the content.
  const std::filesystem::path probe =
      replaceable(path) ? path.string() + ".tmp" + std::to_string(::getpid()) : path.string();
  const bool mine = probe != path;
  std::FILE* file = std::fopen(probe.c_str(), mine ? "wb" : "ab");
  if (file == nullptr) refuse(std::generic_category().message(errno));
  std::fclose(file);
  if (mine) std::filesystem::remove(probe, none);
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
  if (replaceable(path)) {
    // A link stays one.
    write_file_atomically(std::filesystem::weakly_canonical(path), text);
    return;
  }
  std::ofstream out(path, std::ios::binary);
  out << text << std::flush;
  if (!out) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace doxa::gradcheck
