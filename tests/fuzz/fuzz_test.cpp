#include <gtest/gtest.h>

#include "mutation.h"
#include "small_run.h"
#include "target.h"

namespace doxa::fuzz {
namespace {

// A few of the inputs of a fuzzing program, which runs for longer elsewhere. Inputs that are all refused early
// would try little: more than so many must be read, or read with repairs.
struct Trial {
  const Target& target;
  const char* folder;
  std::size_t forms, malformed;  // of the corpus at least
  std::size_t inputs, accepted, repaired;

  friend void PrintTo(const Trial& run, std::ostream* out) { *out << run.target.program; }
};

class Fuzz : public testing::TestWithParam<Trial> {};

TEST_P(Fuzz, CorpusIsReadRepairedOrRefusedAsItsNamesSay) {
  const Trial& run = GetParam();
  std::size_t forms = 0, malformed = 0;
  for (const CorpusFile& file : read_corpus(run.folder)) {
    Outcome outcome;
    ASSERT_NO_THROW(outcome = run.target.check(file.text)) << file.name;
    EXPECT_EQ(outcome.accepted, file.name.starts_with("form-")) << file.name;
    EXPECT_FALSE(outcome.repaired && file.name.starts_with("refused-")) << file.name;
    forms += outcome.accepted;
    malformed += run.repaired ? outcome.repaired : !outcome.accepted;
  }
  EXPECT_GE(forms, run.forms);
  EXPECT_GE(malformed, run.malformed);
}

TEST_P(Fuzz, MutationsKeepTheProperties) {
  const Trial& run = GetParam();
  std::vector<std::string> corpus;
  for (const CorpusFile& file : read_corpus(run.folder)) corpus.push_back(file.text);
  std::size_t accepted = 0, repaired = 0;
  for (std::uint64_t i = 0; i < run.inputs; ++i) {
    Philox random(7, i), again(7, i);
    const std::string text = run.target.mutate(corpus, random);
    EXPECT_EQ(text, run.target.mutate(corpus, again));
    EXPECT_LE(text.size(), max_input_bytes);
    Outcome outcome;
    ASSERT_NO_THROW(outcome = run.target.check(text)) << "input " << i;
    accepted += outcome.accepted;
    repaired += outcome.repaired;
  }
  EXPECT_GT(accepted, run.accepted);
  EXPECT_GE(repaired, run.repaired);
}

TEST_P(Fuzz, NoCorpusIsRefused) {
  Philox random;
  EXPECT_THROW(GetParam().target.mutate({}, random), std::invalid_argument);
  EXPECT_THROW(read_corpus("no-such-folder"), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(Formats, Fuzz,
                         testing::Values(Trial{pomdp, DOXA_FUZZ_CORPUS "/pomdp", 15, 10, 2000, 100, 41},
                                         Trial{safetensors, DOXA_FUZZ_CORPUS "/safetensors", 5, 20, 3000, 150,
                                               0}),
                         [](const auto& run) { return std::string(run.param.target.kind).substr(1); });

// In double precision, as it was written.
TEST(SafetensorsFuzz, CorpusHoldsACheckpointOfTheSmallRun) {
  if (sizeof(Real) != sizeof(double)) GTEST_SKIP();
  SmallRun run;
  EXPECT_NO_THROW(
      load_checkpoint(DOXA_FUZZ_CORPUS "/safetensors/form-checkpoint.safetensors", run.checkpoint()));
  EXPECT_EQ(run.step, 3);
}

}  // namespace
}  // namespace doxa::fuzz
