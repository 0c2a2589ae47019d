#include "fuzz.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mutation.h"
#include "small_run.h"

namespace doxa::fuzz {
namespace {

TEST(PomdpFuzz, CorpusIsReadRepairedOrRefusedAsItsNamesSay) {
  std::size_t forms = 0, malformed = 0;
  for (const CorpusFile& file : read_corpus(DOXA_FUZZ_CORPUS "/pomdp")) {
    Outcome outcome;
    ASSERT_NO_THROW(outcome = check_pomdp_text(file.text)) << file.name;
    EXPECT_EQ(outcome.accepted, file.name.starts_with("form-")) << file.name;
    EXPECT_FALSE(outcome.repaired && file.name.starts_with("refused-")) << file.name;
    forms += outcome.accepted;
    malformed += outcome.repaired;
  }
  EXPECT_GE(forms, 15u);
  EXPECT_GE(malformed, 10u);
}

// A few of the inputs of fuzz-pomdp, which runs for longer elsewhere.
TEST(PomdpFuzz, MutationsKeepTheProperties) {
  std::vector<std::string> corpus;
  for (const CorpusFile& file : read_corpus(DOXA_FUZZ_CORPUS "/pomdp")) corpus.push_back(file.text);
  std::size_t accepted = 0, repaired = 0;
  constexpr std::size_t inputs = 2000;
  for (std::uint64_t i = 0; i < inputs; ++i) {
    Philox random(7, i), again(7, i);
    const std::string text = mutate_pomdp(corpus, random);
    EXPECT_EQ(text, mutate_pomdp(corpus, again));
    EXPECT_LE(text.size(), max_input_bytes);
    Outcome outcome;
    ASSERT_NO_THROW(outcome = check_pomdp_text(text)) << "input " << i;
    accepted += outcome.accepted;
    repaired += outcome.repaired;
  }
  // Inputs that are all refused early would try little.
  EXPECT_GT(accepted, inputs / 20);
  EXPECT_GT(repaired, inputs / 50);
}

TEST(PomdpFuzz, NoCorpusIsRefused) {
  Philox random;
  EXPECT_THROW(mutate_pomdp({}, random), std::invalid_argument);
  EXPECT_THROW(read_corpus("no-such-folder"), std::invalid_argument);
}

const char* const folder = DOXA_FUZZ_CORPUS "/safetensors";

TEST(SafetensorsFuzz, CorpusIsReadOrRefusedAsItsNamesSay) {
  std::size_t forms = 0, refused = 0;
  for (const CorpusFile& file : read_corpus(folder)) {
    Outcome outcome;
    ASSERT_NO_THROW(outcome = check_safetensors_bytes(file.text)) << file.name;
    EXPECT_EQ(outcome.accepted, file.name.starts_with("form-")) << file.name;
    (outcome.accepted ? forms : refused) += 1;
  }
  EXPECT_GE(forms, 5u);
  EXPECT_GE(refused, 20u);
}

// In double precision, as it was written.
TEST(SafetensorsFuzz, CorpusHoldsACheckpointOfTheSmallRun) {
  if (sizeof(Real) != sizeof(double)) GTEST_SKIP();
  SmallRun run;
  EXPECT_NO_THROW(load_checkpoint(std::string(folder) + "/form-checkpoint.safetensors", run.checkpoint()));
  EXPECT_EQ(run.step, 3);
}

// A few of the inputs of fuzz-safetensors, which runs for longer elsewhere.
TEST(SafetensorsFuzz, MutationsKeepTheProperties) {
  std::vector<std::string> corpus;
  for (const CorpusFile& file : read_corpus(folder)) corpus.push_back(file.text);
  std::size_t accepted = 0;
  constexpr std::size_t inputs = 3000;
  for (std::uint64_t i = 0; i < inputs; ++i) {
    Philox random(7, i), again(7, i);
    const std::string bytes = mutate_safetensors(corpus, random);
    EXPECT_EQ(bytes, mutate_safetensors(corpus, again));
    Outcome outcome;
    ASSERT_NO_THROW(outcome = check_safetensors_bytes(bytes)) << "input " << i;
    accepted += outcome.accepted;
  }
  EXPECT_GT(accepted, inputs / 20);  // inputs that are all refused early would try little
}

}  // namespace
}  // namespace doxa::fuzz
