// mutation-study: how often gradient checks detect wrong gradients, and refuse right ones; prints a Markdown
// table.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "mutation_study.h"

namespace {

constexpr const char* usage =
    "usage: mutation-study [--seed N] [--rounds N] [--correct N]\n"
    "  --seed N     of the inputs, the defects and the checks (default 1)\n"
    "  --rounds N   mutants of each function and kind of wrong gradient (default 1)\n"
    "  --correct N  checks of correct functions, in each of the two tables (default 1000)\n";

long long whole_number(const std::string& flag, const std::string& text) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos)
    throw std::invalid_argument(flag + ": '" + text + "', expected a whole number");
  return std::stoll(text);
}

}  // namespace

int main(int argc, char** argv) try {
  std::uint64_t seed = 1;
  int rounds = 1, correct = 1000;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--help") {
      std::fputs(usage, stdout);
      return 0;
    }
    if (flag != "--seed" && flag != "--rounds" && flag != "--correct")
      throw std::invalid_argument("unknown flag '" + flag + "'; --help lists the flags");
    if (i + 1 == argc) throw std::invalid_argument(flag + ": expected a value");
    const long long value = whole_number(flag, argv[++i]);
    if (flag == "--seed")
      seed = static_cast<std::uint64_t>(value);
    else
      (flag == "--rounds" ? rounds : correct) = static_cast<int>(value);
  }
  const auto print = [&](const char* title, const std::vector<doxa::Subject>& subjects) {
    const doxa::MutationStudy study = doxa::mutation_study(subjects, seed, rounds, correct, doxa::rules());
    std::printf("%s\n\n%s", title, study.markdown().c_str());
  };
  print("Detected, in percent:", doxa::mutation_subjects());
  print("\nThe same of functions of a wide range:", doxa::wide_range_subjects());
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "mutation-study: %s\n", e.what());
  return 2;
}
