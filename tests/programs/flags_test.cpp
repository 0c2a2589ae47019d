// No flag of the chapters that read a model is ignored beside others.

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "programs.h"

namespace doxa::testing {
namespace {

namespace fs = std::filesystem;

// What a run leaves: its results without times, and without what merely repeats a flag; and the names of its
// files.
std::string left_by(const Scratch& scratch, const std::string& name, const std::vector<std::string>& flags,
                    bool tiger = false) {
  const fs::path out = scratch / "out-of-run";
  fs::remove_all(out);
  std::string line =
      "cd " + shell_word(scratch.path().string()) + "; " + program(name) + (tiger ? "" : " --pomdp m.pomdp");
  for (const std::string& flag : flags) line += " " + flag;
  const ShellOutcome run = shell(scratch, line + " --out out-of-run");
  EXPECT_EQ(run.status, 0) << line << '\n' << run.out << run.err;
  std::string left =
      std::regex_replace(content(out / "results.json"),
                         std::regex("\"[^\"]*(seconds|printed)[^\n]*\n|\"(seed|quick)\":[^\n]*\n"), "");
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(out)) names.insert(entry.path().filename().string());
  for (const std::string& file : names) left += file + '\n';
  return left;
}

// Two doors, a bell behind one of them that is not always heard, and a push that may move it.
const std::string doors =
    "discount: 0.9\nvalues: reward\nstates: left right\nactions: listen push\nobservations: bell silence\n"
    "T: listen identity\nT: push\n0.5 0.5\n0.2 0.8\nO: *\n0.7 0.3\n0.1 0.9\nR: push : left : * : * 1\n";

class Flags : public ::testing::Test {
 protected:
  Flags() {
    write_bytes(scratch_ / "m.pomdp", doors);
    write_bytes(scratch_ / "t.csv", "action,observation\nlisten,bell\npush,silence\n");
    std::string episodes = "episode,action,observation\n";
    // What was heard is heard again, which the exact filter expects and an untrained model does not: else the
    // learning curve would lie below its figure.
    for (int e = 0; e < 20; ++e)
      for (int k = 0; k < 3; ++k)
        episodes += std::to_string(e) + ",listen," + (e % 2 == 0 ? "bell\n" : "silence\n");
    write_bytes(scratch_ / "e.csv", episodes);
  }

  // All of these flags, and then all but one of them: had that one been ignored, nothing would change. The
  // `fixed` ones stay.
  void expect_effect_of_each(const std::string& chapter, std::vector<std::string> flags, bool tiger = false,
                             const std::string& fixed = {}) const {
    if (!fixed.empty()) flags.push_back(fixed);
    const std::string together = left_by(scratch_, chapter, flags, tiger);
    for (std::size_t i = 0; i < flags.size(); ++i) {
      if (flags[i] == fixed) continue;
      std::vector<std::string> others = flags;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      // Without --steps a run would be long, and the schedule too short for it.
      if (flags[i].starts_with("--steps")) others.push_back("--steps 7");
      EXPECT_NE(left_by(scratch_, chapter, others, tiger), together) << chapter << ": " << flags[i];
    }
  }
  void expect_effect_of_each_in_learning(const std::string& chapter, const std::string& variant) const {
    const std::vector<std::string> learning{"--lenient",
                                            "--variant " + variant,
                                            "--steps 6",
                                            "--schedule 9",
                                            "--batch 5",
                                            "--hidden 5",
                                            "--latent 3",
                                            "--seed 3",
                                            "--samples 6",
                                            "--quick",
                                            "--checkpoint out-of-run/x.safetensors"};
    for (std::vector<std::string> flags :
         {std::vector<std::string>{"--action-weights 2,1", "--horizon 3"}, {"--episodes e.csv"}}) {
      flags.insert(flags.end(), learning.begin(), learning.end());
      expect_effect_of_each(chapter, flags);
    }
  }

  Scratch scratch_;
};

TEST_F(Flags, OfChapter08HaveTheirEffectBesideAllOthers) {
  expect_effect_of_each("08-belief",
                        {"--lenient", "--action-weights 2,1", "--horizon 7", "--seed 3", "--quick"});
  expect_effect_of_each("08-belief", {"--lenient", "--trajectory t.csv"});
  expect_effect_of_each("08-belief", {"--lenient", "--only filter", "--trajectory t.csv"});
  expect_effect_of_each("08-belief", {"--only smoothing", "--ear 0.7", "--heard LLDR"}, true);
  expect_effect_of_each(
      "08-belief",
      {"--ear 0.7", "--heard LLDR", "--action-weights 2,1,1", "--horizon 7", "--seed 3", "--quick"}, true);
}

// What the section says is of the models that the chapter trains, and of no others.
TEST(FlagsOfChapter10, OnlyParametersIsRefusedBesideOtherTraining) {
  const Scratch scratch;
  for (const char* flag : {"--hidden 8", "--steps 20", "--horizon 8", "--action-weights 1,1,1"}) {
    const ShellOutcome run = shell(scratch, program("10-filtering-posterior") + " --only parameters " + flag +
                                                " --out " + shell_word((scratch / "run").string()));
    EXPECT_EQ(run.status, 2) << flag << run.out;
    EXPECT_TRUE(run.err.starts_with("10-filtering-posterior: --only: found 'parameters' beside a flag"))
        << run.err;
    EXPECT_EQ(std::ranges::count(run.err, '\n'), 1) << run.err;
  }
}

// Roars and ears of one's own: what is wrong is said in one line; sections that are about Tiger or about a
// simulation are not run beside a file.
TEST(FlagsOfChapter08, AreRefusedInOneLine) {
  const Scratch scratch;
  write_bytes(scratch / "m.pomdp", doors);
  const std::string here = "cd " + shell_word(scratch.path().string()) + "; ";
  const std::string letters = ", expected up to 40 letters: L and R for roars, D for a door (see --help)",
                    ear = ", expected a number above 0.5 and up to 0.95 (see --help)",
                    section = " beside --pomdp, expected another section";
  const std::vector<std::pair<std::string, std::string>> all{
      {"--heard LxR", "--heard: found 'LxR'" + letters},
      {"--heard " + std::string(41, 'L'), "--heard: found 41 letters" + letters},
      {"--ear 0.5", "--ear: found 0.5000" + ear},
      {"--ear 1", "--ear: found 1.000" + ear},
      {"--only roars --pomdp m.pomdp", "--only: found 'roars'" + section},
      {"--only shipped --pomdp m.pomdp", "--only: found 'shipped'" + section}};
  for (const auto& [flags, said] : all) {
    const ShellOutcome run = shell(scratch, here + program("08-belief") + " --out w " + flags);
    EXPECT_EQ(run.status, 2) << flags;
    EXPECT_EQ(run.err, "08-belief: " + said + "\n");
  }
}

// With some poor ears the short filter never comes to 0: the smallest doubles are rounded up again.
TEST(FlagsOfChapter08, EveryEarKeepsTheClaims) {
  const Scratch scratch;
  for (const std::string ear : {"0.501", "0.52", "0.65", "0.9", "0.95"}) {
    const std::string flags = " --only roars --ear " + ear + " --out " + shell_word((scratch / "w").string());
    const ShellOutcome run = shell(scratch, program("08-belief") + flags);
    EXPECT_EQ(run.status, 0) << ear << '\n' << run.out;
  }
}

TEST_F(Flags, OfChapter09HaveTheirEffectBesideAllOthers) {
  expect_effect_of_each("09-filtering-bound",
                        {"--lenient", "--action-weights 2,1", "--horizon 3", "--seed 3"});
  expect_effect_of_each("09-filtering-bound", {"--lenient", "--action-weights 2,1", "--quick", "--seed 3"});
}

TEST_F(Flags, OfChapter10HaveTheirEffectBesideAllOthers) {
  expect_effect_of_each_in_learning("10-filtering-posterior", "markov");
}

TEST_F(Flags, OfChapter11HaveTheirEffectBesideAllOthers) {
  expect_effect_of_each_in_learning("11-rssm", "discrete");
}

TEST_F(Flags, OfChapter11ThatChangeAVariantHaveTheirEffectBesideEachOther) {
  expect_effect_of_each("11-rssm", {"--summary both", "--kl-balance 0.3", "--free-nats 0.001"}, false,
                        "--variant discrete --steps 6 --horizon 3 --batch 5 --hidden 5 --quick");
}

TEST_F(Flags, OfChapter11AreRefusedInOneLine) {
  const std::vector<std::pair<std::string, std::string>> refused{
      {"--variant discrete --kl-balance 1.5",
       "--kl-balance: found '1.5', expected a number from 0 to 1, or none"},
      {"--variant discrete --free-nats -1", "--free-nats: found '-1', expected a number from 0 to 1000000"},
      {"--variant planet --summary states",
       "--summary: found 'states', expected latents, observations or both"},
      {"--variant all --summary both",
       "--variant: found 'all', expected the one that --summary, --kl-balance or --free-nats changes"},
      {"--variant multi-sample --kl-balance 0.5",
       "--variant: found 'multi-sample', expected another one beside --kl-balance or --free-nats, which have "
       "no place in (11.8)"},
      {"--only memory --steps 5",
       "found --steps beside --only memory, expected one of them: memory trains nothing"},
      {"--only three --variant smoothing",
       "--only: found 'three' beside --variant smoothing, expected the section that trains it, or table"}};
  for (const auto& [flags, message] : refused) {
    const ShellOutcome run = shell(
        scratch_, program("11-rssm") + " " + flags + " --out " + shell_word((scratch_ / "none").string()));
    EXPECT_EQ(run.status, 2) << flags;
    EXPECT_EQ(run.err.substr(0, run.err.find(" (see")),
              "11-rssm: " + message + (message.starts_with("--only") ? "\n" : ""));
  }
}

TEST_F(Flags, OfLearningAreRefusedBesideASectionThatLearnsNothing) {
  for (const std::string section : {"bet", "values", "certificate"})
    for (const std::string flag : {"--variant belief", "--steps 2", "--checkpoint x", "--resume x"}) {
      const ShellOutcome run = shell(scratch_, program("12-planning") + " --only " + section + " " + flag +
                                                   " --out " + shell_word((scratch_ / "none").string()));
      EXPECT_EQ(run.status, 2) << section << " " << flag;
      EXPECT_EQ(run.err, "12-planning: found " + flag.substr(0, flag.find(' ')) + " beside --only " +
                             section + ", expected one of them: " + section +
                             " trains nothing (see --help)\n");
    }
}

TEST_F(Flags, OfChapter12HaveTheirEffectBesideAllOthers) {
  // The smaller the discount, the shorter an episode whose return is counted.
  write_bytes(scratch_ / "m.pomdp", std::regex_replace(doors, std::regex("0\\.9\n"), "0.5\n",
                                                       std::regex_constants::format_first_only));
  expect_effect_of_each("12-planning", {"--lenient", "--only learning", "--variant belief", "--steps 2",
                                        "--seed 3", "--quick", "--checkpoint out-of-run/x.safetensors"});
}

}  // namespace
}  // namespace doxa::testing
