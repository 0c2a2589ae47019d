#include <gtest/gtest.h>

#include <stdexcept>

#include "corpus.h"
#include "mutation.h"
#include "pomdp_mutation.h"
#include "pomdp_properties.h"

namespace doxa::fuzz {
namespace {

bool begins_with(const std::string& name, const char* kind) { return name.rfind(kind, 0) == 0; }

TEST(PomdpFuzz, CorpusIsReadRepairedOrRefusedAsItsNamesSay) {
  std::size_t forms = 0, malformed = 0;
  for (const CorpusFile& file : read_corpus(DOXA_FUZZ_CORPUS "/pomdp")) {
    Outcome outcome;
    ASSERT_NO_THROW(outcome = check_pomdp_text(file.text)) << file.name;
    EXPECT_EQ(outcome.accepted, begins_with(file.name, "form-")) << file.name;
    EXPECT_FALSE(outcome.repaired && begins_with(file.name, "refused-")) << file.name;
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

}  // namespace
}  // namespace doxa::fuzz
