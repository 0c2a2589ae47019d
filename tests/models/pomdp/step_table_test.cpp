// Trajectories as a learner gets them: batches of episodes, and tables with a row for each step.

#include "doxa/models/pomdp/step_table.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/thrown.h"

namespace doxa {
namespace {

const std::vector<Trajectory> two{{{}, {0, 1}, {2, 3}}, {{}, {4, 5}, {6, 7}}};

TEST(Episodes, AreTimeFirstAndRepeatEachTrajectory) {
  const std::array<Index, 2> chosen{1, 0};
  const Episodes e = episodes(two, chosen, 2);
  EXPECT_EQ(e.batch, 4);
  EXPECT_EQ(e.actions, (std::vector<Index>{4, 4, 0, 0, 5, 5, 1, 1}));
  EXPECT_EQ(e.observations, (std::vector<Index>{6, 6, 2, 2, 7, 7, 3, 3}));
  const Episodes all = episodes(two);
  EXPECT_EQ(all.actions, (std::vector<Index>{0, 4, 1, 5}));
}

TEST(Episodes, AreOfOneLength) {
  EXPECT_THROW(episodes({}), Refused);
  EXPECT_THROW(episodes(two, 0), Refused);
  EXPECT_THROW(episodes(std::vector<Trajectory>{two[0], {{}, {0}, {0}}}), Refused);
}

TEST(StepTable, HasARowForEachStepOfEachTrajectory) {
  StepTable table(2);
  table.append(std::array{1.0, 2.0, 3.0, 4.0});
  table.append({});
  table.append(std::array{5.0, 6.0});
  EXPECT_EQ(table.trajectories(), 3u);
  EXPECT_EQ(table.rows(), 3u);
  EXPECT_EQ(table.steps(0), 2u);
  EXPECT_EQ(table.steps(1), 0u);
  EXPECT_EQ(table.row(0, 2)[0], 3);
  EXPECT_EQ(table.row(2, 1)[1], 6);
  table.row(0, 1)[1] = 7;
  EXPECT_EQ(table.values, (std::vector<double>{1, 7, 3, 4, 5, 6}));
  EXPECT_EQ(StepTable(3, two).begin, (std::vector<std::size_t>{0, 2, 4}));
  EXPECT_EQ(StepTable(3, two).values, std::vector<double>(12, 0.0));
  EXPECT_EQ(StepTable(3, 2, 2).begin, StepTable(3, two).begin);
}

TEST(StepTable, IsMadeOfWholeRows) {
  StepTable table(2);
  EXPECT_THROW(table.append(std::array{1.0, 2.0, 3.0}), Refused);
  EXPECT_THROW(StepTable().append(std::array{1.0}), Refused);
}

}  // namespace
}  // namespace doxa
