// Standard output that cannot be written to: every program says so in one line, and exits with status 2.

#include <gtest/gtest.h>

#include <algorithm>

#include "programs.h"

namespace doxa::testing {
namespace {

// A run of each program that takes a moment.
std::vector<std::pair<std::string, std::string>> short_runs(const std::string& folder) {
  const auto corpus = [](const std::string& kind) {
    return " --corpus " + shell_word(DOXA_SOURCE_DIR "/tests/fuzz/corpus/" + kind);
  };
  std::vector<std::pair<std::string, std::string>> runs{
      {"gradcheck", "--filter op/sin/"},
      {"gradcheck", "--list"},
      {"bench", "--list"},
      {"bench", "--about"},
      {"bench", "--case vae-small --seconds 0.01"},
      {"quotes", ""},
      {"fuzz-pomdp", "--inputs 1" + corpus("pomdp")},
      {"fuzz-safetensors", "--inputs 1" + corpus("safetensors")}};
  for (const std::string& chapter : chapters)
    runs.emplace_back(chapter, "--quick --out " + shell_word(folder + "/" + chapter));
  for (const auto& all : {chapters, tools})
    for (const std::string& name : all) runs.emplace_back(name, "--help");
  return runs;
}

TEST(StandardOutput, ThatCannotBeWrittenIsStatusTwoOfEveryProgram) {
  const Scratch scratch;
  std::vector<std::string> outputs{">&-"};
  if (std::filesystem::is_character_file("/dev/full")) outputs.emplace_back(">/dev/full");
  for (const std::string& output : outputs)
    for (const auto& [name, arguments] : short_runs(scratch.path().string())) {
      const ShellOutcome run = shell(scratch, program(name) + " " + arguments + " " + output);
      EXPECT_EQ(run.status, 2) << name << " " << arguments << " " << output;
      EXPECT_EQ(run.err, name + ": cannot write to standard output\n") << arguments << " " << output;
      EXPECT_FALSE(std::filesystem::exists(scratch / name)) << "there is nobody to read what was computed";
    }
}

// Nothing that is meant for a closed stream may get into a file that is opened later.
TEST(StandardOutput, ThatIsClosedIsNotMixedWithFiles) {
  const Scratch scratch;
  const std::string json = (scratch / "rows.json").string();
  const ShellOutcome run = shell(
      scratch, program("bench") + " --case vae-small --seconds 0.01 --json " + shell_word(json) + " >&- <&-");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(content(json), "[]\n");
}

// A chapter's results outlive its standard output: here a pipe whose reader leaves, where that is no signal.
TEST(StandardOutput, ThatFailsLaterCostsNoResults) {
  const Scratch scratch;
  const std::string chapter =
      program("02-gaussians") + " --quick --out " + shell_word((scratch / "run").string());
  const ShellOutcome run = shell(scratch, "(trap '' PIPE; " + chapter + "; echo $? >&2) | head -1");
  EXPECT_EQ(run.err, "02-gaussians: cannot write to standard output\n2\n");
  EXPECT_TRUE(std::filesystem::exists(scratch / "run" / "results.json"));
}

// As of every other program: the reader of a pipe has seen enough, and nothing is said about it.
TEST(StandardOutput, WhoseReaderLeavesEndsTheProgramQuietly) {
  const Scratch scratch;
  const ShellOutcome run =
      shell(scratch, "{ " + program("gradcheck") +
                         " --filter op/; echo $? >&2; } | { read -r line; echo \"$line\"; }");
  EXPECT_EQ(run.err, "141\n");
  EXPECT_EQ(std::ranges::count(run.out, '\n'), 1);
}

}  // namespace
}  // namespace doxa::testing
