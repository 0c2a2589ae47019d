// bin/exhibits as a shell sees it.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/shell.h"

namespace doxa::exhibits {
namespace {

using namespace doxa::testing;

ShellOutcome exhibits(const Scratch& folder, const std::string& arguments) {
  return shell(folder, shell_word(DOXA_EXHIBITS) + " " + arguments + " --out " +
                           shell_word((folder / "pictures").string()));
}

TEST(ExhibitsProgram, AnswersTheLinesOfItsCommandLine) {
  const Scratch folder;
  const ShellOutcome run = exhibits(folder, "evidence-bar 'mean 1' optimum");
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.err, "");
  EXPECT_NE(run.out.find("KL(q ‖ posterior)  0.0000"), std::string::npos) << run.out;
  EXPECT_TRUE(content(folder / "pictures" / "evidence-bar-1.svg").starts_with("<svg"));
}

TEST(ExhibitsProgram, ReadsLinesAndGoesOnAfterOneThatIsRefused) {
  const Scratch folder;
  const ShellOutcome lines =
      shell(folder, "printf 'listen\\njump\\nlisten\\n' | " + shell_word(DOXA_EXHIBITS) +
                        " play-tiger --out " + shell_word((folder / "pictures").string()));
  EXPECT_EQ(lines.status, 0);
  EXPECT_NE(lines.out.find("Step 1: "), std::string::npos) << lines.out;
  EXPECT_NE(lines.out.find("found 'jump', expected listen, "), std::string::npos);
  EXPECT_NE(lines.out.find("Step 2: "), std::string::npos);
}

TEST(ExhibitsProgram, WhatItCannotDoIsOneLineAndStatusTwo) {
  const Scratch folder;
  const std::pair<const char*, const char*> refused[] = {
      {"", "exhibits: expected the name of an exhibit (see --help)"},
      {"tiger",
       "exhibits: found 'tiger', expected tape, evidence-bar, estimators, play-tiger or learned-filter"},
      {"tape 'f 1 +'", "exhibits: f, column 4: found the end, expected a number, a name or '('"},
  };
  for (const auto& [arguments, why] : refused) {
    const ShellOutcome run = exhibits(folder, arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_EQ(run.err, std::string(why) + "\n");
  }
}

TEST(ExhibitsProgram, JsonBeginsWithHowItIsAtRest) {
  const Scratch folder;
  const ShellOutcome run = exhibits(folder, "estimators 'sigma 0.2' --json");
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 2);
  EXPECT_FALSE(std::filesystem::exists(folder / "pictures"));
}

}  // namespace
}  // namespace doxa::exhibits
