// A run that is too short to reach anything claims only what holds for every model, and says so.

#include <gtest/gtest.h>

#include "programs.h"

namespace doxa::testing {
namespace {

void expect_no_claim_about_training(const std::string& name, const std::string& flags,
                                    const std::string& said) {
  const Scratch scratch;
  const ShellOutcome run =
      shell(scratch, program(name) + " " + flags + " --out " + shell_word((scratch / "run").string()));
  EXPECT_EQ(run.status, 0) << name << " " << flags << '\n' << run.out << run.err;
  EXPECT_NE(run.out.find(said), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("claims hold\n"), std::string::npos) << run.out;
}

TEST(ShortRuns, OfTheLinearVaeClaimNothingAboutWhereTrainingEnds) {
  for (const char* steps : {"1", "30", "300"})
    expect_no_claim_about_training(
        "05-linear-vae", std::string("--quick --data 200 --steps ") + steps,
        std::string("--steps ") + steps +
            " is less than 3000: claims about where training ends are left out.\n");
}

// After ten steps some posteriors are wider than the prior.
TEST(ShortRuns, OfTheVaeClaimNothingAboutWhatTrainingReaches) {
  expect_no_claim_about_training(
      "06-vae", "--quick --steps 10",
      "Fewer steps than in the text: claims about what training reaches are left out.\n");
}

}  // namespace
}  // namespace doxa::testing
