// gradcheck: runs every gradient check of the library and prints one line a case.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <regex>

#include "cases.h"

namespace {

constexpr const char* usage =
    "usage: gradcheck [--list] [--filter REGEX] [--seed N] [--verbose]\n"
    "  --list          print the names of the cases and stop\n"
    "  --filter REGEX  only the cases whose name contains a match\n"
    "  --seed N        of the random inputs (default 1)\n"
    "  --verbose       print the worst entries of each case\n";

struct Arguments {
  bool list = false, verbose = false;
  std::regex filter{""};
  doxa::GradientCheckOptions options;
};

Arguments parse(int argc, char** argv) {
  Arguments a;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 == argc) throw std::invalid_argument(flag + ": expected a value");
      return argv[++i];
    };
    if (flag == "--help") {
      std::fputs(usage, stdout);
      std::exit(0);
    } else if (flag == "--list") {
      a.list = true;
    } else if (flag == "--verbose") {
      a.verbose = true;
    } else if (flag == "--filter") {
      const std::string pattern = value();
      try {
        a.filter = std::regex(pattern);
      } catch (const std::regex_error&) {
        throw std::invalid_argument("--filter: '" + pattern + "' is not a regular expression");
      }
    } else if (flag == "--seed") {
      const std::string text = value();
      if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
        throw std::invalid_argument("--seed: '" + text + "', expected a whole number");
      a.options.seed = std::stoull(text);
    } else {
      throw std::invalid_argument("unknown flag '" + flag + "'; --help lists the flags");
    }
  }
  return a;
}

}  // namespace

int main(int argc, char** argv) try {
  const Arguments arguments = parse(argc, argv);
  int passed = 0, failed = 0;
  for (const doxa::GradientCase& c : doxa::gradient_cases()) {
    if (!std::regex_search(c.name, arguments.filter)) continue;
    if (arguments.list) {
      std::puts(c.name.c_str());
      continue;
    }
    const doxa::GradientReport report = c.check(arguments.options);
    const doxa::Verdict verdict = report.verdict();
    ++(verdict == doxa::Verdict::pass ? passed : failed);
    std::printf("%-12s  %6.3f x the estimated error  %s\n",
                verdict == doxa::Verdict::pass   ? "pass"
                : verdict == doxa::Verdict::fail ? "FAIL"
                                                 : "inconclusive",
                report.entries.empty() ? 0.0 : report.entries[0].ratio(), c.name.c_str());
    if (arguments.verbose || verdict != doxa::Verdict::pass) std::fputs(report.str().c_str(), stdout);
  }
  if (!arguments.list) std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
} catch (const std::exception& e) {
  std::fprintf(stderr, "gradcheck: %s\n", e.what());
  return 2;
}
