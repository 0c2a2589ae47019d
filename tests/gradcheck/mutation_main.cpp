// mutation-study: how often gradient checks detect wrong gradients, and refuse right ones; prints a Markdown
// table.

#include <cstdio>
#include <string>

#include "peers.h"
#include "support/arguments.h"
#include "trouble/trouble_study.h"

int main(int argc, char** argv) {
  doxa::support::CommandLine command(
      "mutation-study", "how often gradient checks detect wrong gradients",
      "Of each table the columns are kinds of check, the rows kinds of wrong gradient.");
  std::uint64_t seed = 1;
  int rounds = 1, correct = 1000;
  command.seed(seed, "of the inputs, the defects and the checks");
  command.integer("rounds", rounds, {.low = 0, .high = 1'000'000},
                  "mutants of each function and kind of wrong gradient");
  command.integer("correct", correct, {.low = 0, .high = 1'000'000},
                  "checks of correct functions, in each of the two tables");
  int trouble = 0;
  std::string filter;
  command.integer(
      "trouble", trouble, {.low = 0, .high = 1'000'000},
      "instead: random inputs of each function of numerical trouble, and what is said of its right "
      "gradient and of wrong ones");
  command.text("filter", "TEXT", filter, "with --trouble: functions whose family or name contains TEXT");
  return command.run(argc, argv, [&] {
    if (trouble > 0) {
      std::printf("%s", doxa::trouble_study(seed, trouble, doxa::trouble_rules(), filter).markdown().c_str());
      return 0;
    }
    const auto print = [&](const char* title, const std::vector<doxa::Subject>& subjects) {
      const doxa::MutationStudy study = doxa::mutation_study(subjects, seed, rounds, correct, doxa::rules());
      std::printf("%s\n\n%s", title, study.markdown().c_str());
    };
    print("Detected, in percent:", doxa::mutation_subjects());
    print("\nThe same of functions of a wide range:", doxa::wide_range_subjects());
    return 0;
  });
}
