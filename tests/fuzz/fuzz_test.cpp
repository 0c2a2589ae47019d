#include "fuzz.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "mutation.h"
#include "small_run.h"

namespace doxa::fuzz {
namespace {

// A few of the inputs of a fuzzing program, which runs for longer elsewhere. Inputs that are all refused
// early would try little: at least so many must be read, or read with repairs.
struct Trial {
  const char* format;
  Outcome (*check)(std::string_view text);
  std::string (*mutate)(std::span<const std::string> corpus, Philox& random);
  std::size_t forms, malformed;  // of the corpus; without repairs all that is refused is malformed
  std::size_t inputs, accepted, repaired;

  std::vector<CorpusFile> files() const { return read_corpus(DOXA_FUZZ_CORPUS "/" + std::string(format)); }
  friend void PrintTo(const Trial& trial, std::ostream* out) { *out << trial.format; }
};

class Fuzz : public ::testing::TestWithParam<Trial> {};

TEST_P(Fuzz, CorpusIsReadRepairedOrRefusedAsItsNamesSay) {
  const Trial& trial = GetParam();
  std::size_t forms = 0, malformed = 0;
  for (const CorpusFile& file : trial.files()) {
    Outcome outcome;
    ASSERT_NO_THROW(outcome = trial.check(file.text)) << file.name;
    EXPECT_EQ(outcome.accepted, file.name.starts_with("form-")) << file.name;
    EXPECT_FALSE(outcome.repaired && file.name.starts_with("refused-")) << file.name;
    forms += outcome.accepted;
    malformed += trial.repaired > 0 ? outcome.repaired : !outcome.accepted;
  }
  EXPECT_GE(forms, trial.forms);
  EXPECT_GE(malformed, trial.malformed);
}

TEST_P(Fuzz, MutationsKeepTheProperties) {
  const Trial& trial = GetParam();
  std::vector<std::string> corpus;
  for (const CorpusFile& file : trial.files()) corpus.push_back(file.text);
  std::size_t accepted = 0, repaired = 0;
  for (std::uint64_t i = 0; i < trial.inputs; ++i) {
    Philox random(7, i), again(7, i);
    const std::string text = trial.mutate(corpus, random);
    EXPECT_EQ(text, trial.mutate(corpus, again));
    EXPECT_LE(text.size(), max_input_bytes);
    Outcome outcome;
    ASSERT_NO_THROW(outcome = trial.check(text)) << "input " << i;
    accepted += outcome.accepted;
    repaired += outcome.repaired;
  }
  EXPECT_GE(accepted, trial.accepted);
  EXPECT_GE(repaired, trial.repaired);
}

TEST_P(Fuzz, NoCorpusIsRefused) {
  Philox random;
  EXPECT_THROW(GetParam().mutate({}, random), std::invalid_argument);
  EXPECT_THROW(read_corpus("no-such-folder"), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, Fuzz,
    ::testing::Values(Trial{"pomdp", check_pomdp_text, mutate_pomdp, 15, 10, 2000, 101, 41},
                      Trial{"safetensors", check_safetensors_bytes, mutate_safetensors, 5, 20, 3000, 151, 0}),
    [](const auto& trial) { return std::string(trial.param.format); });

// A checksum (FNV-1a) of what 500 seeds make of a text: it changes with the mutations, and with nothing else.
TEST(Mutation, OfASeedIsTheSameWithEveryCompiler) {
  const std::vector<std::string> corpus{"one two\nthree 4\n", "five\n6 7\n"};
  const Format format{.words = {"a", "b", "c"},
                      .numbers = {"0", "1", "2"},
                      .sizes = {"99"},
                      .token_ends = " \n",
                      .line_ends = "\n",
                      .add_entry = [](std::string& text, Dice& dice) {
                        text += dice.one_of({"x\n", "y\n"});
                      }};
  std::uint64_t checksum = 0xcbf29ce484222325;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Philox random(seed);
    Dice dice(random);
    for (const char c : mutate(corpus[0], corpus, format, dice))
      checksum = (checksum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  EXPECT_EQ(checksum, 6343780013169483904u);
}

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
