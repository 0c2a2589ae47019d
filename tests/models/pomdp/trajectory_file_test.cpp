#include "doxa/models/pomdp/trajectory_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/pomdp_text.h"
#include "tests/support/random_pomdp.h"

namespace doxa::testing {
namespace {

SeenTrajectory read(const std::string& text) { return parse_trajectory(text, tiger(), "test.pomdp"); }

void expect_trajectory_refused(const std::string& marked, const std::string& says) {
  expect_refused(marked, says, [](const std::string& text) { read(text); });
}

const SeenTrajectory two_steps{{listen, open_left}, {hear_right, hear_left}};

TEST(TrajectoryFile, NamesAndIndicesAreTheSame) {
  EXPECT_EQ(read("action,observation\nlisten,hear-right\nopen-left,hear-left\n"), two_steps);
  EXPECT_EQ(read("action,observation\n0,1\n1,0\n"), two_steps);
  EXPECT_EQ(read("action,observation\nlisten,1\n1,hear-left\n"), two_steps);
}

TEST(TrajectoryFile, LineEndsOfEverySystemAreRead) {
  EXPECT_EQ(read("action,observation\n0,1\n1,0"), two_steps);
  EXPECT_EQ(read("action,observation\r\n0,1\r\n1,0\r\n"), two_steps);
  EXPECT_EQ(read("action,observation\r\n0,1\r\n1,0\r\n\r\n"), two_steps);
  EXPECT_EQ(read("action,observation\n0,1\n1,0\n\n\n"), two_steps);
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "action,observation\n0,1\n1,0\n"),
            two_steps);
}

// Where the names are numbers, a field is the name first.
TEST(TrajectoryFile, ANameComesBeforeAnIndex) {
  Pomdp m = tiger();
  m.observations = {"1", "0"};
  EXPECT_EQ(parse_trajectory("action,observation\n0,1\n", m), (SeenTrajectory{{0}, {0}}));
}

TEST(TrajectoryFile, TheHeaderIsNeeded) {
  expect_trajectory_refused("@", "found an empty file, expected the header 'action,observation'");
  expect_trajectory_refused("@\naction,observation\n", "found an empty line, expected the header");
  expect_trajectory_refused("@listen,hear-left\n", "found 'listen,hear-left', expected the header");
  expect_trajectory_refused("@observation,action\nhear-left,listen\n", "expected the header");
  expect_trajectory_refused("@Action,Observation\n", "expected the header");
}

TEST(TrajectoryFile, ALineIsAPair) {
  expect_trajectory_refused("action,observation@", "found nothing after the header, expected an action and");
  expect_trajectory_refused("action,observation@\n\n", "found nothing after the header");
  expect_trajectory_refused("action,observation\n@listen\n", "found 'listen', expected an action and");
  expect_trajectory_refused("action,observation\n0,1@,2\n", "found 3 fields, expected an action and");
  expect_trajectory_refused("action,observation\n0,1@,\n", "found 3 fields");
  expect_trajectory_refused("action,observation\n0,1\n@\n1,0\n",
                            "found an empty line, expected an action and");
  expect_trajectory_refused("action,observation\r\n0,1\r\n@0;1\r\n", "found '0;1'");
}

TEST(TrajectoryFile, WhatTheModelLacksIsNamedWithWhatItHas) {
  expect_trajectory_refused("action,observation\n@hear-left,listen\n",
                            "found the unknown action 'hear-left', expected one of the actions listen, "
                            "open-left, open-right or an index from 0 to 2");
  expect_trajectory_refused("action,observation\n0,1\nlisten,@growl\n",
                            "found the unknown observation 'growl', expected one of the observations "
                            "hear-left, hear-right or an index from 0 to 1");
  for (const std::string& field : std::vector<std::string>{"3", "-1", "+1", "1.0", " 1", "1 ", "\"1\"",
                                                           "LISTEN", "18446744073709551616", "1e0"})
    expect_trajectory_refused("action,observation\n@" + field + ",0\n", "found the unknown action '" + field);
  expect_trajectory_refused("action,observation\n@,0\n", "found no action, expected one of");
  expect_trajectory_refused("action,observation\n0,@\n", "found no observation, expected one of");
}

TEST(TrajectoryFile, AnErrorIsOneShortLine) {
  Philox random(1);
  const Pomdp m = random_pomdp(2, 1, 3000, random);
  const auto refuse = [&](const std::string& text) { parse_trajectory(text, m, "test.pomdp"); };
  expect_refused("action,observation\n0,@3000\n", "0, 1, 2, 3, 4, 5, 6, 7, ... (3000 in all)", refuse);
  expect_refused("action,observation\n@" + std::string(1000, 'x') + "\n", "xxx...'", refuse);
  expect_refused("action,observation\n@\x1b\r,0\n", "found the unknown action '?", refuse);
}

TEST(TrajectoryFile, WhatCannotBeReadIsSaid) {
  EXPECT_THROW(read_trajectory("/no/such/file.csv", tiger()), FileError);
  try {
    read_trajectory(DOXA_SOURCE_DIR, tiger());
    ADD_FAILURE() << "read a directory";
  } catch (const FileError& error) {
    EXPECT_EQ(error.text(), "found a directory, expected a .csv file");
  }
}

}  // namespace
}  // namespace doxa::testing
