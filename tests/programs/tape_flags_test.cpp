// The flags of chapter 01: --at moves the point beside every other flag, and is refused where it means nothing.

#include <gtest/gtest.h>

#include <regex>

#include "programs.h"

namespace doxa::testing {
namespace {

// What a run of chapter 01 leaves, but for what merely repeats a flag.
std::string tape_results(const Scratch& scratch, const std::string& flags) {
  const ShellOutcome run = shell(
      scratch, program("01-tape") + " " + flags + " --out " + shell_word((scratch / "out-of-run").string()));
  EXPECT_EQ(run.status, 0) << flags << '\n' << run.out << run.err;
  return std::regex_replace(content(scratch / "out-of-run" / "results.json"),
                            std::regex("\"(seed|quick)\":[^\n]*\n"), "");
}

TEST(FlagsOfChapter01, HaveTheirEffectBesideEachOther) {
  const Scratch scratch;
  const std::string all = tape_results(scratch, "--only differences --at 2,-1 --seed 3 --quick");
  EXPECT_NE(tape_results(scratch, "--only differences --seed 3 --quick"), all) << "--at";
  EXPECT_NE(tape_results(scratch, "--only differences --at 2,-1 --quick"), all) << "--seed";
  EXPECT_NE(tape_results(scratch, "--only differences --at 2,-1 --seed 3"), all) << "--quick";
  EXPECT_NE(tape_results(scratch, "--only list --at 2,-1 --seed 3 --quick"), all) << "--only";
}

// Where the third derivative vanishes, f is known exactly, or x₂ has no exponent.
TEST(FlagsOfChapter01, ClaimsHoldAtEveryPoint) {
  const Scratch scratch;
  for (const char* at : {"3,0.65847894846", "1,0", "0.01,3", "100,-3", "2,1e-7"})
    for (const char* section : {"list", "nudge", "differences"})
      tape_results(scratch, std::string("--quick --only ") + section + " --at " + at);
}

TEST(FlagsOfChapter01, BadPointsAreRefusedInOneLine) {
  const Scratch scratch;
  const auto refusal = [&](const std::string& flags) {
    const ShellOutcome run =
        shell(scratch, "cd " + shell_word(scratch.path().string()) + "; " + program("01-tape") + " " + flags);
    EXPECT_EQ(run.status, 2) << flags;
    EXPECT_EQ(scratch.entries(), 2u) << "nothing but out and err";
    return run.err;
  };
  EXPECT_EQ(refusal("--at 3"), "01-tape: --at: found 1 number, expected two, X1,X2 (see --help)\n");
  EXPECT_EQ(refusal("--at 0,1"),
            "01-tape: --at: found X1 = 0, expected a number from 0.01 to 100 (see --help)\n");
  EXPECT_EQ(refusal("--at 1,-4"),
            "01-tape: --at: found X2 = -4.000, expected a number from -3 to 3 (see --help)\n");
  const ShellOutcome run = shell(scratch, program("01-tape") + " --only tensors --at 1,1 --out " +
                                              shell_word((scratch / "run").string()));
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.err,
            "01-tape: --at: found beside a section that has no point, expected list, nudge or differences\n");
}

}  // namespace
}  // namespace doxa::testing
