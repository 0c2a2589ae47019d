// Files that a run writes: none may be one that it reads, or another one that it writes.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "programs.h"

namespace doxa::testing {
namespace {

namespace fs = std::filesystem;

// A folder in which programs run, with files that they could destroy.
class OutputFiles : public ::testing::Test {
 protected:
  OutputFiles() {
    std::string episodes = "episode,action,observation\n";
    for (int i = 0; i < 30; ++i)
      episodes += std::to_string(i) + ",listen,hear-left\n" + std::to_string(i) + ",listen,hear-left\n";
    write_bytes(folder() / "ok.csv", episodes);
    write_bytes(folder() / "t.csv", "action,observation\nlisten,hear-left\n");
    fs::copy_file(DOXA_SOURCE_DIR "/models/pomdp/classics/tiger.pomdp", folder() / "m.pomdp");
    fs::create_directory(folder() / "w");
    fs::create_symlink("../ok.csv", folder() / "w" / "learning.svg");
    fs::create_symlink("../t.csv", folder() / "w" / "beliefs.csv");
    fs::create_symlink("../m.pomdp", folder() / "w" / "results.json");
    fs::create_symlink("ok.csv", folder() / "link");
    fs::create_symlink("x/new.svg", folder() / "dangling");
    fs::create_symlink("new", folder() / "both.markov");
    fs::create_symlink("new", folder() / "both.recurrent");
  }
  fs::path folder() const {
    const fs::path path = scratch_ / "here";
    fs::create_directories(path);
    return path;
  }
  ShellOutcome run(const std::string& name, const std::string& arguments) const {
    return shell(scratch_, "cd " + shell_word(folder().string()) + "; " + program(name) + " " + arguments);
  }
  void expect_refused(const std::string& name, const std::string& arguments, const std::string& found) const {
    const ShellOutcome refused = run(name, arguments);
    EXPECT_EQ(refused.status, 2) << name << " " << arguments;
    EXPECT_EQ(refused.out, "") << "nothing is begun: " << name << " " << arguments;
    EXPECT_EQ(refused.err, name + ": found " + found + ", expected two files (see --help)\n");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder()), {}), 8) << name << " " << arguments;
  }

  Scratch scratch_;
  const std::string short_run =
      "--quick --steps 3 --hidden 4 --variant markov --horizon 2 ";  // of chapter 10
};

TEST_F(OutputFiles, AreNoInputs) {
  const std::string ten = "10-filtering-posterior";
  expect_refused(ten, "--variant markov --episodes ok.csv --checkpoint ok.csv",
                 "'ok.csv' read by --episodes and written by --checkpoint");
  expect_refused(ten, "--variant markov --episodes link --checkpoint ./w/../ok.csv",
                 "'./w/../ok.csv' read by --episodes and written by --checkpoint");
  expect_refused(ten, "--variant markov --episodes ok.csv --resume ok.csv",
                 "'ok.csv' read by --episodes and written by --resume");
  expect_refused(ten, "--variant markov --pomdp m.pomdp --checkpoint m.pomdp",
                 "'m.pomdp' read by --pomdp and written by --checkpoint");
  expect_refused(ten, "--episodes ok.csv --out w",
                 "'w/learning.svg' read by --episodes and written by --out");
  expect_refused(ten, "--pomdp m.pomdp --out w", "'w/results.json' read by --pomdp and written by --out");
  expect_refused(
      ten,
      "--variant markov --checkpoint " + shell_word(DOXA_SOURCE_DIR "/models/pomdp/classics/tiger.pomdp"),
      "'" DOXA_SOURCE_DIR
      "/models/pomdp/classics/tiger.pomdp' read by the default of --pomdp and written by --checkpoint");
  expect_refused("11-rssm", "--episodes x.planet --checkpoint x",
                 "'x.planet' read by --episodes and written by --checkpoint (planet)");
  expect_refused("08-belief", "--pomdp m.pomdp --out w",
                 "'w/results.json' read by --pomdp and written by --out");
  expect_refused("08-belief", "--trajectory t.csv --out w",
                 "'w/beliefs.csv' read by --trajectory and written by --out");
  expect_refused("09-filtering-bound", "--pomdp x/y.svg --out x",
                 "'x/y.svg' read by --pomdp and written by --out");
  expect_refused("fuzz-pomdp", "--corpus . --keep m.pomdp",
                 "'m.pomdp' read by --corpus and written by --keep");
}

TEST_F(OutputFiles, AreWrittenByOneFlag) {
  const std::string ten = "10-filtering-posterior";
  expect_refused(ten, "--variant markov --out x --checkpoint x/results.json",
                 "'x/results.json' written by both --out and --checkpoint");
  expect_refused(ten, "--variant markov --out x --checkpoint x/learning.svg",
                 "'x/learning.svg' written by both --out and --checkpoint");
  expect_refused(ten, "--variant markov --out x --checkpoint dangling",
                 "'x/new.svg' written by both --out and --checkpoint");
  expect_refused(ten, "--checkpoint both",
                 "'both.recurrent' written by both --checkpoint (markov) and --checkpoint (recurrent)");
  expect_refused("bench", "--growth x --json x/growth.svg",
                 "'x/growth.svg' written by both --json and --growth");
}

// The normal way: the checkpoint that is read is replaced.
TEST_F(OutputFiles, MayBeTheCheckpointThatIsResumed) {
  const std::string ten = "10-filtering-posterior";
  const std::string begin = "--quick --hidden 4 --variant markov --horizon 2 --out x ";
  EXPECT_EQ(run(ten, begin + "--steps 3 --schedule 6 --checkpoint c").status, 0);
  const std::string before = content(folder() / "c");
  EXPECT_EQ(run(ten, begin + "--steps 6 --resume c --checkpoint c").status, 0);
  EXPECT_NE(content(folder() / "c"), before);
  EXPECT_EQ(run(ten, begin + "--steps 6 --resume c").status, 0);
}

// A checkpoint is written again and again. A pipe's second opening waits for a reader, perhaps for ever.
TEST_F(OutputFiles, CheckpointsAreNoPipes) {
  ASSERT_EQ(::mkfifo((folder() / "w" / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo((folder() / "w" / "markov.safetensors").c_str(), 0600), 0);
  fs::remove(folder() / "w" / "learning.svg");
  fs::remove(folder() / "w" / "results.json");
  const auto expect_pipe = [&](const std::string& arguments, const std::string& pipe) {
    const ShellOutcome refused = run("10-filtering-posterior", short_run + arguments);
    EXPECT_EQ(refused.status, 2) << arguments;
    EXPECT_EQ(refused.err, "10-filtering-posterior: cannot write " + pipe +
                               ": found a pipe, expected a file, because it is written again and again\n");
    EXPECT_EQ(refused.out.find("training"), std::string::npos) << refused.out;
  };
  expect_pipe("--out x --checkpoint w/pipe", "w/pipe");
  expect_pipe("--out w", "w/markov.safetensors");
  EXPECT_EQ(
      run("bench", "--case vae-small --seconds 0.01 --json w/pipe").err,
      "bench: cannot write w/pipe: found a pipe, expected a file, because it is written again and again\n");
}

// Reading a pipe would wait for somebody who writes into it.
TEST_F(OutputFiles, NoPipeIsResumed) {
  for (const char* pipe : {"pipe", "all.markov"}) ASSERT_EQ(::mkfifo((folder() / pipe).c_str(), 0600), 0);
  const auto expect_refused = [&](const std::string& arguments, const std::string& found) {
    const ShellOutcome refused =
        run("10-filtering-posterior",
            "--quick --steps 3 --hidden 4 --horizon 2 --out x --checkpoint c " + arguments);
    EXPECT_EQ(refused.status, 2) << arguments;
    EXPECT_EQ(refused.err, "10-filtering-posterior: " + found + ", expected a .safetensors file\n");
    EXPECT_EQ(refused.out.find("training"), std::string::npos) << refused.out;
  };
  expect_refused("--variant markov --resume pipe", "pipe: found a pipe");
  expect_refused("--resume all", "all.markov: found a pipe");
  expect_refused("--variant markov --resume /dev/null", "/dev/null: found a device or a socket");
}

// Before anything is measured.
TEST_F(OutputFiles, AreCheckedByBench) {
  fs::create_directories(folder() / "x" / "growth.svg");
  const ShellOutcome refused = run("bench", "--growth x");
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.err, "bench: cannot write x/growth.svg: Is a directory\n");
  EXPECT_EQ(refused.out, "");
}

TEST_F(OutputFiles, WhatCannotBeResumedIsAboutReading) {
  EXPECT_EQ(run("10-filtering-posterior", short_run + "--out x --resume .").err,
            "10-filtering-posterior: .: found a directory, expected a .safetensors file\n");
  EXPECT_EQ(run("10-filtering-posterior", short_run + "--out x --resume none/c").err,
            "10-filtering-posterior: none/c: found no such file, expected a .safetensors file\n");
}

// A run of an hour is not lost because one of its figures has no place.
TEST_F(OutputFiles, AreWrittenEvenIfOneCannotBe) {
  fs::create_directories(folder() / "x" / "asymmetry.svg");
  const ShellOutcome one = run("02-gaussians", "--quick --out x");
  EXPECT_EQ(one.status, 2);
  EXPECT_EQ(one.err, "02-gaussians: cannot write x/asymmetry.svg: Is a directory\n");
  for (const char* other : {"results.json", "independence.svg", "monte_carlo.svg"})
    EXPECT_TRUE(fs::is_regular_file(folder() / "x" / other)) << other;

  fs::create_directories(folder() / "y" / "results.json");
  const ShellOutcome none = run("02-gaussians", "--quick --out y");
  EXPECT_EQ(none.status, 2);
  EXPECT_EQ(none.err, "02-gaussians: cannot write y/results.json: Is a directory\n");
  EXPECT_EQ(none.out, "") << "said before anything is computed";
}

TEST_F(OutputFiles, OneEpisodeIsTooFew) {
  write_bytes(folder() / "one.csv", "episode,action,observation\na,listen,hear-left\n");
  EXPECT_EQ(run("10-filtering-posterior", "--quick --out x --episodes one.csv").err,
            "10-filtering-posterior: --episodes: one.csv has 1 episode, expected at least 20\n");
}

}  // namespace
}  // namespace doxa::testing
