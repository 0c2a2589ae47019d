#include "doxa/autograd/gradcheck_program.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <utility>

#include "doxa/autograd/internal/gradcheck/program.h"
#include "doxa/autograd/internal/json_text.h"
#include "doxa/autograd/internal/number_text.h"
#include "doxa/autograd/internal/program/file_writing.h"
#include "doxa/autograd/internal/program/standard_streams.h"

namespace doxa {
namespace {

// What became of one check.
struct Result {
  std::string name;
  std::string verdict;  // "pass", "fail", "inconclusive" or "kink"
  bool as_expected;
  double worst_ratio;       // the largest |analytic - numeric| / error of its entries
  bool threw;               // there is no report
  std::string sample;       // what was checked, if that is not everything
  std::string details;      // the report, or what was thrown
  std::string report_json;  // the report as a JSON value

  std::string line() const {
    char ratio[32] = "throws", start[64];
    if (!threw) std::snprintf(ratio, sizeof ratio, "%.3g x error", worst_ratio);
    std::snprintf(start, sizeof start, "%-12s %16s  ", verdict == "fail" ? "FAIL" : verdict.c_str(), ratio);
    return start + name + (sample.empty() ? "" : "  (" + sample + ")");
  }
};

// Runs a check; what it throws is a failure of the check.
Result result_of(const NamedGradientCheck& c, int points, const GradientCheckOptions& options) try {
  constexpr std::size_t json_entries = 16;  // the worst
  const GradientReport report = check_gradients_at_points(c.check, points, options);
  return {.name = c.name,
          .verdict = to_string(report.verdict()),
          .as_expected = c.expected ? report.verdict() == *c.expected : report.passed(),
          .worst_ratio = report.worst_ratio(),
          .threw = false,
          .sample = report.jacobian || report.entries.empty() ? "" : report.scope(),
          .details = report.str(),
          .report_json = report.json(json_entries)};
} catch (const std::exception& e) {
  return {.name = c.name,
          .verdict = "fail",
          .as_expected = false,
          .worst_ratio = std::nan(""),
          .threw = true,
          .sample = "",
          .details = std::string("  ") + e.what() + "\n",
          .report_json = "{\"error\": " + json_string(e.what()) + "}"};
}

std::string json_of(const GradcheckSettings& settings, const std::vector<Result>& results) {
  std::string cases;
  for (const Result& r : results)
    cases += (cases.empty() ? "\n" : ",\n") + std::string("    {\"name\": ") + json_string(r.name) +
             ", \"verdict\": " + json_string(r.verdict) +
             ", \"as_expected\": " + (r.as_expected ? "true" : "false") +
             ", \"worst_ratio\": " + json_number(r.worst_ratio) + ",\n     \"report\": " + r.report_json +
             "}";
  const auto passed = std::ranges::count_if(results, &Result::as_expected);
  return "{\n  \"seed\": " + std::to_string(settings.seed) +
         ",\n  \"points\": " + std::to_string(settings.points) +
         ",\n  \"mode\": " + json_string(settings.mode) +
         ",\n  \"resolution\": " + json_number(settings.resolution) +
         ",\n  \"precision\": " + json_string(sizeof(Real) == 8 ? "double" : "float") + ",\n  \"cases\": [" +
         cases + "\n  ],\n  \"passed\": " + std::to_string(passed) +
         ",\n  \"failed\": " + std::to_string(std::ssize(results) - passed) + "\n}\n";
}

std::string summary(const std::vector<Result>& results) {
  const auto count = [&](auto condition) {
    return std::to_string(std::ranges::count_if(results, condition));
  };
  const auto wrong = [&](const char* verdict) {
    return count([=](const Result& r) { return !r.as_expected && r.verdict == verdict; });
  };
  std::string text = count([](const Result& r) { return r.as_expected; }) + " passed, " + wrong("fail") +
                     " failed, " + wrong("inconclusive") + " inconclusive";
  if (const std::string kinks = wrong("kink"); kinks != "0") text += ", " + kinks + " at a kink";
  if (const std::string smooth = wrong("pass"); smooth != "0") text += ", " + smooth + " without their kink";
  return text + "\n";
}

CheckMode mode_of(const std::string& name) {
  return name == "jacobian"  ? CheckMode::jacobian
         : name == "sampled" ? CheckMode::sampled
                             : CheckMode::automatic;
}

}  // namespace

void print(const std::string& text) {
  std::cout << text;
  require_output();
}

void GradcheckSettings::declare(CommandLine& command) {
  command.flag("list", list, "print the names of the checks, and check nothing");
  command.text("filter", "TEXT", filter, "only checks whose name contains TEXT; * stands for anything");
  command.seed(seed, "of the random inputs; of the first point");
  command.integer("points", points, {.low = 1, .high = 1'000'000},
                  "check at so many random points, with one seed after another");
  command.choice("mode", mode, {"automatic", "jacobian", "sampled"},
                 "by size, all derivatives, or a sample of them");
  command.positive("resolution", resolution,
                   "gradients are meant to be right to X, for functions that are approximations");
  command.must_hold([this] {
    return resolution < 1 ? "" : "--resolution: found " + to_text(resolution) + ", expected a number below 1";
  });
  command.text("json", "FILE", json, "also write the results to FILE");
  command.flag("verbose", verbose, "print the report of each check");
  command.excludes("list", {"seed", "points", "mode", "resolution", "json", "verbose"},
                   "--list checks nothing");
}

bool GradcheckSettings::chooses(std::string_view name) const {
  for (std::string_view pattern = filter;;) {
    const std::size_t star = std::min(pattern.find('*'), pattern.size());
    const std::size_t at = name.find(pattern.substr(0, star));
    if (at == name.npos) return false;
    if (star == pattern.size()) return true;
    name.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
}

int run_gradient_checks(std::span<const NamedGradientCheck> checks, const GradcheckSettings& settings,
                        const ShowCheck& show) {
  const std::vector<const NamedGradientCheck*> chosen = settings.chosen(checks);
  if (settings.list) {
    std::string names;
    for (const NamedGradientCheck* c : chosen) names += c->name + "\n";
    return print(names), 0;
  }
  if (!settings.json.empty()) require_writable(settings.json);
  GradientCheckOptions options;
  options.seed = settings.seed;
  options.mode = mode_of(settings.mode);
  options.resolution = settings.resolution;
  std::vector<Result> results;
  for (const NamedGradientCheck* c : chosen) {
    const Result& r = results.emplace_back(result_of(*c, settings.points, options));
    show(r.line() + "\n" + (settings.verbose || !r.as_expected ? r.details : ""), results.size(),
         chosen.size());
  }
  print(summary(results));
  if (!settings.json.empty()) write_file_atomically(settings.json, json_of(settings, results));
  return std::ranges::all_of(results, &Result::as_expected) ? 0 : 1;
}

NamedGradientCheck gradient_check(std::string name, TensorFunction function, DrawInputs draw,
                                  std::vector<std::string> inputs) {
  return {.name = std::move(name),
          .check = [function = std::move(function), draw = std::move(draw),
                    inputs = std::move(inputs)](const GradientCheckOptions& options) {
            return check_gradients_at_points(function, draw, 1, options, inputs);
          }};
}

int gradcheck_program(int argc, const char* const* argv, std::span<const NamedGradientCheck> checks) {
  const std::string name = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "gradcheck";
  CommandLine command(
      name, "gradients beside numerical ones",
      "One line a check: the verdict, and the worst of the differences as a multiple of what the\n"
      "numerical gradient may be off by. Exit status: 0 every check has the verdict that is right,\n"
      "1 one has not, 2 bad input.");
  GradcheckSettings settings;
  settings.declare(command);
  return command.run(argc, argv, [&] {
    return run_gradient_checks(checks, settings,
                               [](const std::string& text, std::size_t, std::size_t) { print(text); });
  });
}

}  // namespace doxa
