// The program `gradcheck` as a shell sees it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cases.h"
#include "tests/support/shell.h"

namespace doxa {
namespace {

using Outcome = testing::ShellOutcome;

class GradcheckProgram : public ::testing::Test {
 protected:
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  std::string word(const std::string& name) const { return testing::shell_word(file(name)); }

  Outcome shell(const std::string& command) const { return testing::shell(folder_, command); }
  Outcome run(const std::string& arguments) const { return shell(program + " " + arguments); }

  const std::string program = testing::shell_word(DOXA_GRADCHECK);
  testing::Scratch folder_;
};

TEST_F(GradcheckProgram, ListsTheCasesAndNothingElse) {
  std::string names, of_tanh;
  for (const GradientCase& c : gradient_cases()) {
    names += c.name + "\n";
    if (c.name.starts_with("op/tanh/")) of_tanh += c.name + "\n";
  }
  const Outcome all = run("--list");
  EXPECT_EQ(all.status, 0);
  EXPECT_EQ(all.out, names);
  EXPECT_EQ(all.err, "");
  EXPECT_GE(std::ranges::count(all.out, '\n'), 100);
  EXPECT_EQ(run("--list --filter='op/tanh/'").out, of_tanh);
}

TEST_F(GradcheckProgram, PrintsALineForEachCaseAndASummary) {
  const Outcome sin = run("--filter 'op/sin/' --seed 7");
  EXPECT_EQ(sin.status, 0) << sin.out;
  const auto cases = std::ranges::count_if(
      gradient_cases(), [](const GradientCase& c) { return c.name.starts_with("op/sin/"); });
  EXPECT_EQ(std::ranges::count(sin.out, '\n'), cases + 1);
  EXPECT_TRUE(sin.out.starts_with("pass ")) << sin.out;
  EXPECT_NE(sin.out.find("\n" + std::to_string(cases) + " passed, 0 failed, 0 inconclusive\n"),
            std::string::npos);
  EXPECT_EQ(sin.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(run("--filter 'op/sin/' --seed 7").out, sin.out);  // repeatable
  EXPECT_NE(run("--filter 'op/sin/' --seed 8").out, sin.out);
  EXPECT_GT(run("--filter 'op/sin/' --verbose").out.size(), 2 * sin.out.size());
  EXPECT_EQ(run("--help").status, 0);
  for (const char* flag :
       {"--list", "--tapes", "--filter", "--seed", "--mode", "--json", "--verbose", "--help"})
    EXPECT_NE(run("--help").out.find(std::string("\n  ") + flag), std::string::npos) << flag;
}

TEST_F(GradcheckProgram, WritesItsResults) {
  const Outcome cos = run("--filter 'op/cos/' --seed 3 --json " + word("results.json"));
  EXPECT_EQ(cos.status, 0) << cos.err;
  const std::string json = testing::content(file("results.json"));
  for (const char* part : {"\"seed\": 3", "\"cases\": [", "\"name\": \"op/cos/[3,5]\"",
                           "\"verdict\": \"pass\"", "\"worst_ratio\": ", "\"report\": {", "\"failed\": 0"})
    EXPECT_NE(json.find(part), std::string::npos) << part;
  for (const char* brackets : {"{}", "[]"})
    EXPECT_EQ(std::ranges::count(json, brackets[0]), std::ranges::count(json, brackets[1]));
  // Nothing is left beside it, and what is no file is written into.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}),
            3);  // out, err, results.json
  EXPECT_EQ(run("--filter 'op/cos/' --json /dev/null").status, 0);
  EXPECT_FALSE(std::filesystem::is_regular_file("/dev/null"));
  std::filesystem::create_symlink(file("results.json"), file("link.json"));
  EXPECT_EQ(run("--filter 'op/sin/' --json " + word("link.json")).status, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(file("link.json")));
  EXPECT_NE(testing::content(file("results.json")).find("op/sin/"), std::string::npos);
}

TEST_F(GradcheckProgram, RefusesBadArgumentsInOneLine) {
  std::ofstream(file("old.json")) << "old";
  const std::string old = " --json " + word("old.json");
  for (const std::string arguments : {"--unknown",
                                      "-l",
                                      "op/exp",
                                      "''",
                                      "--unknown=3",
                                      "--list=yes",
                                      "--filter",
                                      "--seed",
                                      "--json",
                                      "--mode",
                                      "--filter=",
                                      "--filter 'no such case'",
                                      "--list --filter 'no such case'",
                                      "--seed -1",
                                      "--seed 1.5",
                                      "--seed x",
                                      "--seed ''",
                                      "--seed ' 1'",
                                      "--seed 18446744073709551616",
                                      "--seed 1 --seed 2",
                                      "--mode quick",
                                      "--mode ''",
                                      "--json ''",
                                      "--json no/such/folder/x.json",
                                      "--json /",
                                      "--json .",
                                      "--json /dev/null/x",
                                      "--list --json x.json",
                                      "--tapes --json x.json",
                                      "--tapes --list",
                                      "--filter \"$(printf 'two\\nlines')\"",
                                      "--seed \"$(printf '1\\n2')\"",
                                      "\"$(printf 'a\\nb')\""}) {
    const bool writes = arguments.find("--json") != std::string::npos;
    const Outcome bad = run(arguments + (writes ? "" : old));
    EXPECT_EQ(bad.status, 2) << arguments;
    EXPECT_EQ(bad.out, "") << arguments;
    EXPECT_TRUE(bad.err.starts_with("gradcheck: ")) << arguments << "\n" << bad.err;
    EXPECT_EQ(std::ranges::count(bad.err, '\n'), 1) << arguments << "\n" << bad.err;
    EXPECT_EQ(testing::content(file("old.json")), "old") << arguments;
  }
}

TEST_F(GradcheckProgram, NoticesThatNobodyReads) {
  // The reader leaves after three lines: nothing is said about it, and the pipe ends at once.
  const Outcome head = shell(program + " --filter 'op/' | head -3");
  EXPECT_EQ(head.status, 0);
  EXPECT_EQ(std::ranges::count(head.out, '\n'), 3);
  EXPECT_EQ(head.err, "");
  // Where that is no signal it is an error, and so is an output that takes nothing.
  for (const std::string& command :
       {program + " --filter 'op/exp/' >&-",
        "(trap '' PIPE; " + program + " --filter 'op/'; echo $? >&2) | head -1"}) {
    const Outcome closed = shell(command);
    EXPECT_NE(closed.err.find("gradcheck: cannot write to standard output\n"), std::string::npos) << command;
  }
  EXPECT_EQ(run("--list >&-").status, 2);
  std::ofstream(file("old.json")) << "old";
  EXPECT_EQ(run("--filter 'op/exp/' --json " + word("old.json") + " >&-").status, 2);
  EXPECT_EQ(testing::content(file("old.json")), "old");
}

}  // namespace
}  // namespace doxa
