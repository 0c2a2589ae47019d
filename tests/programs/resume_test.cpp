// --resume of a chapter that trains: what it goes on with, and what it refuses in words.

#include <gtest/gtest.h>

#include <regex>

#include "programs.h"

namespace doxa::testing {
namespace {

class Resume : public ::testing::Test {
 protected:
  ShellOutcome run(const std::string& out, const std::string& arguments) const {
    return shell(scratch_, program("10-filtering-posterior") +
                               " --quick --variant markov --hidden 4 --horizon 4 --out " +
                               shell_word((scratch_ / out).string()) + " " + arguments);
  }
  std::string checkpoint(const std::string& out) const {
    return (scratch_ / out / "markov.safetensors").string();
  }
  // All results but for times.
  std::string results(const std::string& out) const {
    return std::regex_replace(content(scratch_ / out / "results.json"),
                              std::regex("\"[^\"]*(seconds|printed)[^\n]*\n"), "");
  }
  void expect_refused(const std::string& arguments, const std::string& text) const {
    const ShellOutcome refused = run("other", arguments + " --resume " + shell_word(checkpoint("first")));
    EXPECT_EQ(refused.status, 2) << arguments;
    EXPECT_TRUE(refused.err.starts_with("10-filtering-posterior: " + checkpoint("first") +
                                        ": found a checkpoint written " + text))
        << refused.err;
    EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1);
  }

  Scratch scratch_;
};

TEST_F(Resume, MayLengthenARunWhoseScheduleIsThatOfTheLongerOne) {
  EXPECT_EQ(run("whole", "--steps 12").status, 0);
  EXPECT_EQ(run("first", "--steps 6 --schedule 12").status, 0);
  EXPECT_EQ(run("second", "--steps 12 --resume " + shell_word(checkpoint("first")) + " --checkpoint " +
                              shell_word((scratch_ / "second.safetensors").string()))
                .status,
            0);
  EXPECT_EQ(results("second"), results("whole"));
  EXPECT_EQ(content(scratch_ / "second.safetensors"), content(checkpoint("whole")));
  EXPECT_EQ(
      run("x", "--steps 12 --schedule 6").err,
      "10-filtering-posterior: --schedule: found 6, expected at least the 12 training steps of markov\n");
}

// Variants are trained one after another, and each for as many steps as the time allows.
TEST_F(Resume, TheScheduleOfEveryVariantIsCheckedFirst) {
  const ShellOutcome refused = shell(
      scratch_, program("11-rssm") + " --quick --hidden 16 --horizon 32 --batch 32 --schedule 530 --out " +
                    shell_word((scratch_ / "rssm").string()));
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.err,
            "11-rssm: --schedule: found 530, expected at least the 567 training steps of belief\n");
  EXPECT_EQ(refused.out.find("training"), std::string::npos) << refused.out;
}

// The rates of the first six steps were those of a run of six, which the report says.
TEST_F(Resume, MayLengthenAnyRun) {
  EXPECT_EQ(run("first", "--steps 6").status, 0);
  const ShellOutcome longer = run("second", "--steps 12 --resume " + shell_word(checkpoint("first")));
  EXPECT_EQ(longer.status, 0) << longer.err;
  EXPECT_NE(longer.out.find("the learning rates of the first 6 steps were those of a shorter run"),
            std::string::npos);
  EXPECT_NE(results("second").find("\"steps_on_shorter_schedule\": 6"), std::string::npos)
      << results("second");
  EXPECT_NE(results("second").find("\"steps\": 12"), std::string::npos);
}

// All variants have a checkpoint each, and one that is named is of one of them.
TEST_F(Resume, OfOneOfAllVariantsSaysHow) {
  EXPECT_EQ(run("first", "--steps 3").status, 0);
  const std::string file = checkpoint("first");
  const ShellOutcome all =
      shell(scratch_, program("10-filtering-posterior") + " --quick --hidden 4 --horizon 4 --out " +
                          shell_word((scratch_ / "other").string()) + " --resume " + shell_word(file));
  EXPECT_EQ(all.status, 2);
  EXPECT_EQ(all.err, "10-filtering-posterior: --resume: there is no " + file +
                         ".markov nor that of another variant; where " + file +
                         " is that of one, name it by --variant\n");
}

// A finite number that is wrong looks like any other. The last bytes of the file are a number's. It is refused first.
TEST_F(Resume, RefusesADamagedFile) {
  EXPECT_EQ(run("first", "--steps 3").status, 0);
  std::string bytes = content(checkpoint("first"));
  char& damaged = bytes[bytes.size() - 8];
  damaged = static_cast<char>(damaged ^ 1);
  write_bytes(checkpoint("first"), bytes);
  const ShellOutcome refused = run("second", "--steps 6 --resume " + shell_word(checkpoint("first")));
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("the file is damaged or was edited\n"), std::string::npos) << refused.err;
  EXPECT_TRUE(refused.out.ends_with("episodes of 4 steps\n\n")) << refused.out;
  EXPECT_EQ(content(checkpoint("first")), bytes);
}

// Also that of a variant whose turn comes later.
TEST_F(Resume, RefusesADamagedFileOfALaterVariantFirst) {
  EXPECT_EQ(run("first", "--steps 3").status, 0);
  const std::string all = (scratch_ / "all").string(), bytes = content(checkpoint("first"));
  write_bytes(all + ".markov", bytes);
  write_bytes(all + ".recurrent", bytes.substr(0, bytes.size() - 8));
  const ShellOutcome refused =
      shell(scratch_, program("10-filtering-posterior") + " --quick --hidden 4 --horizon 4 --out " +
                          shell_word((scratch_ / "other").string()) + " --resume " + shell_word(all));
  EXPECT_EQ(refused.status, 2);
  EXPECT_TRUE(refused.err.starts_with("10-filtering-posterior: " + all + ".recurrent: ")) << refused.err;
  EXPECT_TRUE(refused.out.ends_with("episodes of 4 steps\n\n")) << refused.out;
}

TEST_F(Resume, NamesTheSettingThatDiffers) {
  EXPECT_EQ(run("first", "--steps 6 --latent 3").status, 0);
  expect_refused("--steps 6 --latent 4", "with latent '3', expected latent '4' as in this run\n");
  expect_refused("--steps 6 --latent 3 --seed 2", "with seed '1', expected seed '2' as in this run\n");
  expect_refused("--steps 6 --latent 3 --action-weights 1,1,2", "with action weights '");
  expect_refused(
      "--steps 6 --latent 3 --pomdp " + shell_word(DOXA_SOURCE_DIR "/models/pomdp/classics/t-maze.pomdp"),
      "with ");
  expect_refused("--steps 5 --latent 3", "after 6 steps, expected at most 5 as in this run\n");
}

}  // namespace
}  // namespace doxa::testing
