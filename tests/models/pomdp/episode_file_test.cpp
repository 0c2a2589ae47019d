#include "doxa/models/pomdp/episode_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "doxa/models/beliefs/memory_score.h"
#include "doxa/models/pomdp/simulate.h"
#include "tests/support/pomdp_text.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// ---- one trajectory ----

Trajectory read_one(const std::string& text) { return parse_trajectory(text, tiger(), "test.pomdp"); }

void expect_trajectory_refused(const std::string& marked, const std::string& says) {
  expect_refused(marked, says, [](const std::string& text) { read_one(text); });
}

const Trajectory two_steps{{}, {listen, open_left}, {hear_right, hear_left}};

TEST(TrajectoryFile, NamesAndIndicesAreTheSame) {
  EXPECT_EQ(read_one("action,observation\nlisten,hear-right\nopen-left,hear-left\n"), two_steps);
  EXPECT_EQ(read_one("action,observation\n0,1\n1,0\n"), two_steps);
  EXPECT_EQ(read_one("action,observation\nlisten,1\n1,hear-left\n"), two_steps);
}

TEST(TrajectoryFile, LineEndsOfEverySystemAreRead) {
  EXPECT_EQ(read_one("action,observation\n0,1\n1,0"), two_steps);
  EXPECT_EQ(read_one("action,observation\r\n0,1\r\n1,0\r\n"), two_steps);
  EXPECT_EQ(read_one("action,observation\r\n0,1\r\n1,0\r\n\r\n"), two_steps);
  EXPECT_EQ(read_one("action,observation\n0,1\n1,0\n\n\n"), two_steps);
  EXPECT_EQ(read_one("action,observation\r0,1\r1,0"), two_steps);
  EXPECT_EQ(read_one("action,observation\r0,1\r1,0\r\r"), two_steps);
  EXPECT_EQ(read_one("\xEF\xBB\xBF"
                     "action,observation\n0,1\n1,0\n"),
            two_steps);
}

// Where names are numbers, a field is taken for a name before it is taken for an index.
TEST(TrajectoryFile, ANameComesBeforeAnIndex) {
  Pomdp m = tiger();
  m.observations = {"1", "0"};
  EXPECT_EQ(parse_trajectory("action,observation\n0,1\n", m), (Trajectory{{}, {0}, {0}}));
}

TEST(TrajectoryFile, TheHeaderIsNeeded) {
  expect_trajectory_refused("@", "found an empty file, expected a header with the columns action and");
  expect_trajectory_refused("@\naction,observation\n", "found an empty line, expected a header");
  expect_trajectory_refused("@listen,hear-left\n", "found 'listen,hear-left', expected a header");
  expect_trajectory_refused("@action;observation\n0;1\n", "found 'action;observation', expected a header");
  expect_trajectory_refused("@Action,Observation\n", "expected a header with the columns action and");
  expect_trajectory_refused("action,observation,@action\n", "found the column 'action' again");
}

TEST(TrajectoryFile, ALineHasTheFieldsOfTheHeader) {
  const std::string two = ", expected 2 fields, separated by commas, as in the header";
  expect_trajectory_refused("action,observation@", "found nothing after the header, expected a step a line");
  expect_trajectory_refused("action,observation@\n\n", "found nothing after the header");
  expect_trajectory_refused("action,observation\n@listen\n", "found 'listen'" + two);
  expect_trajectory_refused("action,observation\n0,1,@2\n", "found 3 fields" + two);
  expect_trajectory_refused("action,observation\n0,1,@\n", "found 3 fields");
  expect_trajectory_refused("action,observation\n0,1\n@\n1,0\n", "found an empty line" + two);
  expect_trajectory_refused("action,observation\r\n0,1\r\n@0;1\r\n", "found '0;1'");
}

TEST(TrajectoryFile, WhatTheModelLacksIsNamedWithWhatItHas) {
  expect_trajectory_refused("action,observation\n@hear-left,listen\n",
                            "found the unknown action 'hear-left', expected one of the actions listen, "
                            "open-left, open-right or an index from 0 to 2");
  expect_trajectory_refused("action,observation\n0,1\nlisten,@growl\n",
                            "found the unknown observation 'growl', expected one of the observations "
                            "hear-left, hear-right or an index from 0 to 1");
  for (const std::string& field : std::vector<std::string>{"3", "-1", "+1", "1.0", "1 2", "1\"", "''1''",
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
  expect_refused("action,observation\n@\x1b\b,0\n", "found the unknown action '?", refuse);
}

TEST(TrajectoryFile, WhatCannotBeReadIsSaid) {
  EXPECT_THROW(read_trajectory("/no/such/file.csv", tiger()), FileError);
  EXPECT_SAYS(FileError, DOXA_SOURCE_DIR ": found a directory, expected a .csv file",
              read_trajectory(DOXA_SOURCE_DIR, tiger()));
}

// ---- several episodes ----

const std::string header = "episode,action,observation\n";

std::vector<Trajectory> read(const std::string& text) { return parse_episodes(text, tiger(), "test.pomdp"); }

void expect_episodes_refused(const std::string& marked, const std::string& says) {
  expect_refused(marked, says, [](const std::string& text) { read(text); });
}

std::vector<Trajectory> without_states(std::vector<Trajectory> episodes) {
  for (Trajectory& t : episodes) t.states.clear();
  return episodes;
}

TEST(EpisodeFile, ConsecutiveRowsOfOneNameAreAnEpisode) {
  const std::vector<Trajectory> two{{{}, {listen, open_left}, {hear_right, hear_left}},
                                    {{}, {listen, listen}, {hear_left, hear_left}}};
  EXPECT_EQ(
      read(header + "0,listen,hear-right\n0,open-left,hear-left\n1,listen,hear-left\n1,listen,hear-left\n"),
      two);
  EXPECT_EQ(read(header + "b,0,1\nb,1,0\na 1,0,0\na 1,0,0"), two);
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "episode,action,observation\r\n1,0,1\r\n1,1,0\r\n01,0,0\r\n01,0,0\r\n\r\n"),
            two);
}

// Rewards are numbers in a column of their own. Nobody has to have them: only who asks is refused, in one line.
TEST(EpisodeFile, RewardsAreReadAndAskedFor) {
  const std::string rewarded = "episode,action,observation,reward\n";
  EpisodeSource source;
  const auto with = parse_episodes(rewarded + "0,0,1,-1\n0,1,0,1e1\n", tiger(), "e.csv", &source);
  EXPECT_EQ(with[0].rewards, (std::vector<double>{-1, 10}));
  EXPECT_NO_THROW(require_rewards(with, source));

  const auto without = parse_episodes(header + "0,0,1\n", tiger(), "e.csv", &source);
  EXPECT_TRUE(without[0].rewards.empty());
  EXPECT_SAYS(FileError,
              "e.csv:1:1: found no column reward, expected one with the reward of each step: it cannot be "
              "learned otherwise what pays",
              require_rewards(without, source));

  const auto faulty = parse_episodes(rewarded + "0,0,1,-1\n0,1,0,much\n", tiger(), "e.csv", &source);
  EXPECT_TRUE(faulty[0].rewards.empty());
  EXPECT_SAYS(FileError, "e.csv:3:7: found 'much', expected a decimal number: the reward of the step",
              require_rewards(faulty, source));
  const auto blank = parse_episodes(rewarded + "0,0,1,\n0,1,0,2\n", tiger(), "e.csv", &source);
  EXPECT_SAYS(FileError, "e.csv:2:7: found no reward, expected a decimal number: the reward of the step",
              require_rewards(blank, source));
}

TEST(EpisodeFile, RewardsReadBackBitForBit) {
  const std::vector<Trajectory> one{{{}, {0, 1}, {0, 1}, {0.1 + 0.2, -1e-300}}};
  EXPECT_EQ(parse_episodes(format_episodes(tiger(), one), tiger()), one);
  EXPECT_THROW(format_episodes(tiger(), std::vector<Trajectory>{{{}, {0}, {0}, {INFINITY}}}), Refused);
}

// One episode's rows are a trajectory's with a field before them.
TEST(EpisodeFile, SharesTheRowsOfATrajectory) {
  const std::vector<Trajectory> one = read(header + "x,0,1\nx,open-right,hear-left\n");
  EXPECT_EQ(one, std::vector{parse_trajectory("action,observation\n0,1\nopen-right,hear-left\n", tiger())});
}

TEST(EpisodeFile, WhatIsSimulatedReadsBackEqual) {
  Philox random(1);
  for (const Pomdp& m : {tiger(), random_pomdp(3, 2, 4, random)}) {
    const auto episodes = simulate(m, open_loop_policy(m), 7, 11, random);
    EXPECT_EQ(parse_episodes(format_episodes(m, episodes), m), without_states(episodes));
    // What is read scores as what was simulated, because the score does not use the states.
    EXPECT_EQ(exact_nll(m, parse_episodes(format_episodes(m, episodes), m)), exact_nll(m, episodes));
  }
}

TEST(EpisodeFile, AFileIsWrittenAndRead) {
  const Scratch scratch;
  Philox random(2);
  const Pomdp m = tiger();
  const auto episodes = simulate(m, open_loop_policy(m), 3, 2, random);
  write_episodes(scratch / "e.csv", m, episodes);
  EXPECT_EQ(read_episodes(scratch / "e.csv", m), without_states(episodes));
  EXPECT_TRUE(content(scratch / "e.csv").starts_with("episode,action,observation,reward\n0,"));
  EXPECT_THROW(read_episodes(scratch / "none.csv", m), FileError);
}

TEST(EpisodeFile, ALineIsThreeFields) {
  expect_episodes_refused("@", "found an empty file, expected a header with the columns episode, action and");
  expect_episodes_refused("@action,observation\n0,1\n",
                          "expected a header with the columns episode, action and observation");
  expect_episodes_refused("episode,action,observation@\n", "found nothing after the header");
  const std::string three = "expected 3 fields, separated by commas, as in the header";
  expect_episodes_refused(header + "@0\n", "found '0', " + three);
  expect_episodes_refused(header + "0,0,0\n0,1@\n", "found 2 fields, " + three);
  expect_episodes_refused(header + "0,0,1,@2\n", "found 4 fields, " + three);
  expect_episodes_refused(header + "0,0,1,@,,\n", "found 6 fields, " + three);
  expect_episodes_refused(header + "0,0,1\n@\n0,0,1\n", "found an empty line, " + three);
  expect_episodes_refused(header + "@,0,1\n", "found no episode, expected its number or name");
  expect_episodes_refused(header + "0,@growl,1\n", "found the unknown action 'growl', expected one of");
  expect_episodes_refused(header + "0,0,@2\n", "found the unknown observation '2', expected one of");
}

// The place in the file, and which step of which episode it is.
TEST(EpisodeFile, AnErrorNamesEpisodeAndStep) {
  expect_episodes_refused(header + "a,0,0\na,0,0\nb,0,0\nb,0,@growl\n",
                          "or an index from 0 to 1 (episode 'b', step 2)");
  expect_episodes_refused(header + "a,@growl,0\n", "or an index from 0 to 2 (episode 'a', step 1)");
  expect_episodes_refused(header + "a,0,0\nb,0@\n", "as in the header (episode 'b')");
  expect_trajectory_refused("action,observation\n0,0\n0,@growl\n", "or an index from 0 to 1 (step 2)");
}

// RFC 4180, and what spreadsheets write.
TEST(EpisodeFile, ColumnsAreFoundByTheirNamesInTheHeader) {
  const std::vector<Trajectory> two{{{}, {listen, open_left}, {hear_right, hear_left}},
                                    {{}, {listen, listen}, {hear_left, hear_left}}};
  EpisodeSource source;
  EXPECT_EQ(parse_episodes("time, observation ,reward,\"action\",episode\r\n"
                           "0.5,hear-right,-1,\"listen\",a\r\n"
                           "\"x, \"\"y\"\"\nz\", \"hear-left\" ,,1,a\r\n"
                           ",0,\"\",  listen\t,\"b\"\r\n"
                           ",0,,0,b\r\n\r\n",
                           tiger(), "e.csv", &source),
            two);
  EXPECT_EQ(source.file, "e.csv");
  EXPECT_EQ(source.names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(source.lines, (std::vector<std::size_t>{2, 3, 5, 6}));
  EXPECT_EQ(source.ignored_columns, (std::vector<std::string>{"time"}));
}

TEST(EpisodeFile, ATrajectoryMayHaveOneEpisode) {
  EXPECT_EQ(read_one("observation,episode,action\n1,7,0\n0,7,1\n"), two_steps);
  expect_trajectory_refused(
      "episode,action,observation\n7,0,1\n@8,1,0\n",
      "found a second episode, '8', expected a single trajectory (episode '8', step 1)");
}

// Any name that a model can have.
TEST(EpisodeFile, NamesAreQuotedWhereTheyMustBe) {
  Pomdp m = tiger();
  m.actions = {"a,b", "say \"hi\"", " a "};
  m.observations = {"two\nlines", "\tb\r\n"};
  const std::vector<Trajectory> episodes{{{}, {0, 1, 2}, {0, 1, 0}}, {{}, {2, 2, 0}, {1, 0, 1}}};
  EXPECT_EQ(parse_episodes(format_episodes(m, episodes), m), episodes);
  EXPECT_EQ(format_episodes(m, std::vector<Trajectory>{{{}, {1}, {0}}}),
            "episode,action,observation\n0,\"say \"\"hi\"\"\",\"two\nlines\"\n");
}

// Whoever has opened no door hears nothing: state 1 is where the door is open, and only there is `noise`
// seen.
TEST(EpisodeFile, AnObservationThatTheModelCallsImpossibleIsNamed) {
  const Pomdp m = parse(
      "discount: 1 values: reward states: shut open actions: wait push observations: silence noise\n"
      "start: shut T: wait identity T: push : * : open 1 O: * : shut : silence 1 O: * : open : noise 1\n");
  const auto check = [&](const std::string& text) {
    EpisodeSource source;
    const std::vector<Trajectory> episodes = parse_episodes(text, m, "test.pomdp", &source);
    require_possible(m, episodes, source);
  };
  EXPECT_NO_THROW(check(header + "a,wait,silence\na,push,noise\n"));
  expect_refused(
      header + "a,wait,silence\na,push,noise\nb,push,noise\n@b,wait,silence\n",
      "episode 'b', step 2: found the observation 'silence' after the action 'wait', expected one that "
      "the model calls possible there: data and model disagree",
      check);
  EpisodeSource source;
  const Trajectory t = parse_trajectory("action,observation\n0,1\n", m, "t.csv", &source);
  EXPECT_SAYS(
      FileError,
      "t.csv:2:1: step 1: found the observation 'noise' after the action 'wait', expected one that the "
      "model calls possible there: data and model disagree",
      require_possible(m, {&t, 1}, source));
}

TEST(EpisodeFile, AnEpisodeIsTogetherAndAsLongAsTheFirst) {
  expect_episodes_refused(header + "0,0,0\n1,0,0\n@0,0,1\n",
                          "found episode '0' again, expected all its steps together");
  expect_episodes_refused(header + "0,0,0\n0,0,0\n@7,0,0\n8,0,0\n8,0,0\n",
                          "found episode '7' of 1 step, expected 2 steps as in episode '0'");
  expect_episodes_refused(header + "0,0,0\n@1,0,0\n1,0,0\n1,0,0\n",
                          "found episode '1' of 3 steps, expected 1 step as in episode '0'");
}

TEST(EpisodeFile, AnEpisodeThatComesAgainIsNamedWhereItDoes) {
  std::string text = header;
  for (const int episode : {0, 0, 0, 1, 1, 1, 1, 1, 1}) text += std::to_string(episode) + ",0,0\n";
  const std::string again = "found episode '0' again, expected all its steps together (episode '0', step 1)";
  expect_episodes_refused(text + "@0,0,0\n0,0,0\n0,0,0\n", again);
  expect_episodes_refused(text + "2,0,0\n2,0,0\n@0,0,0\n0,0,0\n0,0,0\n", again);
}

TEST(EpisodeFile, WhereAllOthersAreAlikeTheFirstEpisodeIsWrong) {
  expect_episodes_refused(header + "@0,0,0\n1,0,0\n1,0,0\n2,0,0\n2,0,0\n",
                          "found episode '0' of 1 step, expected 2 steps as in all others");
  expect_episodes_refused(header + "0,0,0\n@1,0,0\n1,0,0\n2,0,0\n2,0,0\n3,0,0\n",
                          "found episode '1' of 2 steps, expected 1 step as in episode '0'");
  expect_episodes_refused(header + "0,0,0\n1,0,0\n@2,0,0\n2,0,0\n3,0,0\n3,0,0\n",
                          "found episode '2' of 2 steps, expected 1 step as in episode '0'");
}

TEST(EpisodeFile, AColumnOfStepsMustCountUp) {
  const std::string steps = "step,episode,action,observation\n";
  for (const int first : {0, 1}) {
    const std::string f = std::to_string(first), s = std::to_string(first + 1), t = std::to_string(first + 2);
    EpisodeSource source;
    const std::vector<Trajectory> two =
        parse_episodes(steps + f + ",a,0,1\n" + s + ",a,1,0\n" + f + ",b,0,0\n" + s + ",b,0,0\n", tiger(),
                       "test.pomdp", &source);
    EXPECT_EQ(two, (std::vector<Trajectory>{{{}, {0, 1}, {1, 0}}, {{}, {0, 0}, {0, 0}}}));
    EXPECT_TRUE(source.ignored_columns.empty());
    expect_episodes_refused(steps + f + ",a,0,1\n@" + t + ",a,1,0\n" + s + ",a,1,0\n",
                            "found step '" + t + "', expected step " + s +
                                ": the steps of an episode in their order (episode 'a', step 2)");
    expect_episodes_refused(steps + f + ",a,0,1\n@" + f + ",a,1,0\n", "expected step " + s);
    expect_episodes_refused(steps + f + ",a,0,1\n@" + s + ",b,1,0\n", "expected step " + f);
    expect_episodes_refused(steps + f + ",a,0,1\n@,a,1,0\n", "found no step, expected step " + s);
  }
  expect_episodes_refused(steps + "@2,a,0,1\n", "found step '2', expected step 0 or 1 (episode 'a', step 1)");
  expect_episodes_refused(steps + "@x,a,0,1\n", "found step 'x', expected step 0 or 1");
}

TEST(TrajectoryFile, AColumnOfStepsMustCountUp) {
  EXPECT_EQ(read_one("action,observation,step\n0,1,0\n1,0,1\n"), two_steps);
  expect_trajectory_refused(
      "action,observation,step\n0,1,1\n1,0,@3\n",
      "found step '3', expected step 2: the steps of an episode in their order (step 2)");
}

TEST(EpisodeFile, WhatCannotBeWrittenIsRefused) {
  Pomdp m = tiger();
  const std::vector<Trajectory> good{{{}, {0}, {0}}};
  const auto refused = [&](const std::vector<Trajectory>& episodes) {
    EXPECT_THROW(format_episodes(m, episodes), Refused);
  };
  EXPECT_NO_THROW(format_episodes(m, good));
  refused({});
  refused({{}});
  refused({{{}, {0}, {0}}, {{}, {0, 1}, {0, 1}}});
  refused({{{}, {3}, {0}}});
  refused({{{}, {0}, {2}}});
  m.actions[1] = m.actions[0];
  refused(good);
  m.actions[1] = "";
  refused(good);
}

}  // namespace
}  // namespace doxa::testing
