#include "support/pomdp_input.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/belief.h"
#include "support/belief_learning/experiment.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::support {
namespace {

using doxa::testing::Scratch;

std::string written(const Scratch& scratch, const char* name, const std::string& text) {
  const std::filesystem::path path = scratch / name;
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

// What `run` prints.
template <class F>
std::string printed(F run) {
  ::testing::internal::CaptureStdout();
  run();
  return ::testing::internal::GetCapturedStdout();
}

// Two doors; behind one of them a bell, which always rings where it is.
const std::string sets = "states: left right\nactions: knock\nobservations: bell silence\n";
const std::string tables = "T: * identity\nO: * : left : bell 1\nO: * : right : silence 1\n";
const std::string two_faults = "values: rewards\n" + sets + "start: include left right\n" + tables;

TEST(PomdpInput, ALenientReaderSaysAndKeepsWhatItRepaired) {
  const Scratch scratch;
  const std::string file = written(scratch, "doors.pomdp", two_faults);
  const Arguments arguments("08-test", "A test");
  Chapter chapter(arguments);
  Pomdp m;
  EXPECT_EQ(printed([&] { m = read_model(chapter, {.file = file, .lenient = true}); }),
            "3 repairs of " + file + ":\n" + file +
                ":1:9: found 'rewards', expected 'reward' or 'cost': read as 'reward'\n" + file +
                ":5:1: found no 'discount:' in the preamble: taken to be 1\n" + file +
                ":5:8: found 'start: include', expected 'start include:': read as that\n\n");
  EXPECT_EQ(m.start, (std::vector<double>{0.5, 0.5}));
  const ResultsFile results = parse_results(chapter.results.json(), "results.json");
  EXPECT_EQ(std::get<double>(results.at("pomdp.repairs")), 3);
  EXPECT_EQ(std::get<std::string>(results.at("pomdp.repair.2")),
            "5:1: found no 'discount:' in the preamble: taken to be 1");
}

TEST(PomdpInput, AStrictReaderSaysThatALenientOneWouldDo) {
  const Scratch scratch;
  const std::string file = written(scratch, "doors.pomdp", two_faults),
                    beyond = written(scratch, "no.pomdp", two_faults + "X");
  const Arguments arguments("08-test", "A test");
  Chapter chapter(arguments);
  EXPECT_SAYS(FileError,
              file +
                  ":1:9: found 'rewards', expected 'reward' or 'cost' (--lenient reads the file with 3 "
                  "repairs)",
              read_model(chapter, {.file = file}));
  EXPECT_SAYS(FileError, beyond + ":1:9: found 'rewards', expected 'reward' or 'cost'",
              read_model(chapter, {.file = beyond}));
}

// What is written into a pipe is there once.
TEST(PomdpInput, AFaultInAPipeIsReportedAtOnce) {
  const Scratch scratch;
  const std::string pipe = (scratch / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe, std::ios::binary) << two_faults; });
  const Arguments arguments("08-test", "A test");
  Chapter chapter(arguments);
  EXPECT_SAYS(FileError,
              pipe +
                  ":1:9: found 'rewards', expected 'reward' or 'cost' (--lenient reads the file with 3 "
                  "repairs)",
              read_model(chapter, {.file = pipe}));
  writer.join();
}

TEST(PomdpInput, AWellFormedFileNeedsNoRepair) {
  const Scratch scratch;
  const std::string file = written(scratch, "doors.pomdp", "discount: 1\nvalues: reward\n" + sets + tables);
  const Arguments arguments("08-test", "A test");
  Chapter chapter(arguments);
  const Pomdp strict = read_model(chapter, {.file = file});
  EXPECT_EQ(parse_results(chapter.results.json(), "results.json").size(), 0u);
  EXPECT_EQ(printed([&] { EXPECT_EQ(read_model(chapter, {.file = file, .lenient = true}), strict); }),
            "0 repairs of " + file + "\n\n");
}

// Episodes of the doors, of two knocks each.
std::string episodes(const std::vector<std::string>& heard) {
  std::string text = "observation,heard at,action,episode\n";
  for (std::size_t i = 0; i < heard.size(); ++i)
    text += heard[i] + ",noon,knock," + std::to_string(i / 2) + "\n";
  return text;
}

TEST(BeliefData, EpisodesThatTheModelCallsImpossibleAreRefusedWithTheirPlace) {
  const Scratch scratch;
  std::vector<std::string> heard(40, "bell");
  const Arguments arguments("10-test", "A test");
  Chapter chapter(arguments);
  BeliefSettings s;
  s.pomdp = {.file = written(scratch, "doors.pomdp", "discount: 1\nvalues: reward\n" + sets + tables)};
  s.episodes = written(scratch, "e.csv", episodes(heard));
  const std::string says = printed([&] { EXPECT_EQ(read_data(chapter, s).held_out.size(), 2u); });
  EXPECT_TRUE(says.starts_with(s.episodes + ": ignored the column 'heard at'\n")) << says;
  heard[7] = "silence";
  s.episodes = written(scratch, "bad.csv", episodes(heard));
  printed([&] {
    EXPECT_SAYS(FileError,
                s.episodes +
                    ":9:1: episode '3', step 2: found the observation 'silence' after the action "
                    "'knock', expected one that the model calls possible there: data and model disagree",
                read_data(chapter, s));
  });
}

// 19 of 20 knocks bring the bell, of which the model thinks half: whoever learns from the data predicts them
// better than the filter of that model.
TEST(BeliefData, AClaimThatFailsOnTheReadersDataSaysWhy) {
  const Scratch scratch;
  // The last tenth has 80 steps, enough for a likelihood ratio of 0.95 / 0.5 a step to be no chance.
  std::vector<std::string> heard(800, "bell");
  for (std::size_t i = 0; i < heard.size(); i += 20) heard[i] = "silence";
  const Arguments arguments("10-test", "A test");
  Chapter chapter(arguments);
  BeliefSettings s;
  s.pomdp = {.file = written(scratch, "coin.pomdp",
                             "discount: 1\nvalues: reward\n" + sets + "T: * identity\nO: * uniform\n")};
  s.episodes = written(scratch, "e.csv", episodes(heard));
  EpisodeData data;
  printed([&] { data = read_data(chapter, s); });
  LearnedBelief learned{.name = "bell", .steps = 0};
  learned.score.nll.assign(data.held_out.size(), -std::log(0.95));
  learned.score.kl.assign(data.held_out.size(), 0);
  learned.score.bound.assign(data.held_out.size(), std::log(0.95));
  learned.score.predictions = exact_predictive(data.pomdp, data.held_out);
  claim_bounds(chapter, s, data, {learned});
  EXPECT_EQ(chapter.claims.failed(), 2u);
  for (const Claim& claim : chapter.claims.all())
    EXPECT_EQ(claim.holds(), claim.why.find("data and model may disagree") == std::string::npos);
}

}  // namespace
}  // namespace doxa::support
