#include "support/arguments.h"

#include <gtest/gtest.h>

#include "tests/support/thrown.h"

namespace doxa::support {
namespace {

struct Command {
  Arguments arguments{"07-test", "A test"};
  std::string file = "tiger";
  int steps = 3000;
  double rate = 0.01;
  std::vector<double> weights;
  std::string shape = "round";

  Command() {
    arguments.text("pomdp", "FILE", file, "the model");
    arguments.integer("steps", steps, {.low = 1, .high = 5000, .quick = 30}, "training steps");
    arguments.positive("rate", rate, "learning rate");
    arguments.numbers("weights", "w,w,…", weights, "weights");
    arguments.choice("shape", shape, {"round", "square", "flat"}, "form");
  }
  void parse(std::vector<const char*> words) {
    words.insert(words.begin(), "07-test");
    arguments.parse(static_cast<int>(words.size()), words.data());
  }
};

TEST(Arguments, DefaultsStandWhenNothingIsGiven) {
  Command command;
  command.parse({});
  EXPECT_EQ(command.arguments.seed(), 1u);
  EXPECT_EQ(command.arguments.out(), "out/07-test");
  EXPECT_FALSE(command.arguments.quick());
  EXPECT_EQ(command.steps, 3000);
  EXPECT_FALSE(command.arguments.given("steps"));
  EXPECT_THROW(command.arguments.given("stpes"), std::logic_error);
}

TEST(Arguments, BothWaysOfGivingAValue) {
  Command command;
  command.parse({"--seed", "18446744073709551615", "--out=a=b", "--steps", "12", "--rate=1e-3", "--weights",
                 "-1,2.5,3e2", "--pomdp=--odd", "--shape", "square"});
  EXPECT_EQ(command.arguments.seed(), 18446744073709551615u);
  EXPECT_EQ(command.arguments.out(), "a=b");
  EXPECT_EQ(command.steps, 12);
  EXPECT_EQ(command.rate, 1e-3);
  EXPECT_EQ(command.weights, (std::vector<double>{-1, 2.5, 300}));
  EXPECT_EQ(command.file, "--odd");
  EXPECT_EQ(command.shape, "square");
  EXPECT_TRUE(command.arguments.given("steps"));
}

TEST(Arguments, QuickChangesOnlyWhatIsNotGiven) {
  Command shorter, chosen;
  shorter.parse({"--quick"});
  chosen.parse({"--steps=7", "--quick"});
  EXPECT_EQ(shorter.steps, 30);
  EXPECT_EQ(chosen.steps, 7);
}

TEST(Arguments, EveryMistakeIsOneClearLine) {
  const std::string steps = ", expected a whole number from 1 to 5000",
                    rate = ", expected a finite number greater than 0",
                    weights = ", expected numbers separated by commas",
                    flag = ", expected a flag such as --seed";
  const std::vector<std::pair<std::vector<const char*>, std::string>> mistakes = {
      {{"--stpes", "3"}, "unknown flag '--stpes'"},
      {{"--stpes=3"}, "unknown flag '--stpes'"},
      {{"tiger.pomdp"}, "found 'tiger.pomdp'" + flag},
      {{"-q"}, "found '-q'" + flag},
      {{"--"}, "found '--'" + flag},
      {{""}, "found ''" + flag},
      {{"--out"}, "--out needs a value, DIR"},
      {{"--out="}, "--out needs a value, DIR"},
      {{"--out", "--quick"}, "--out needs a value, DIR"},
      {{"--quick=yes"}, "--quick takes no value, found 'yes'"},
      {{"--steps", "3", "--steps", "4"}, "--steps is given twice"},
      {{"--steps", "many"}, "--steps: found 'many'" + steps},
      {{"--steps", "12x"}, "--steps: found '12x'" + steps},
      {{"--steps", " 12"}, "--steps: found ' 12'" + steps},
      {{"--steps", "1.5"}, "--steps: found '1.5'" + steps},
      {{"--steps", "0"}, "--steps: found '0'" + steps},
      {{"--steps", "99999999999999999999"}, "--steps: found '99999999999999999999'" + steps},
      {{"--seed", "-1"}, "--seed: found '-1', expected a whole number from 0 to 18446744073709551615"},
      {{"--seed", "18446744073709551616"},
       "--seed: found '18446744073709551616', expected a whole number from 0 to 18446744073709551615"},
      {{"--rate", "0"}, "--rate: found '0'" + rate},
      {{"--rate", "inf"}, "--rate: found 'inf'" + rate},
      {{"--rate", "1e999"}, "--rate: found '1e999'" + rate},
      {{"--weights", "1,,2"}, "--weights: found '1,,2'" + weights},
      {{"--weights", "1,nan"}, "--weights: found '1,nan'" + weights},
      {{"--weights", "1,"}, "--weights: found '1,'" + weights},
      {{"--shape", "squar"}, "--shape: found 'squar', expected round, square or flat"},
      {{"a\nb"}, "found 'a?b'" + flag},
  };
  for (const auto& mistake : mistakes)
    EXPECT_SAYS(UsageError, mistake.second + " (see --help)", Command().parse(mistake.first));
}

TEST(Arguments, UsageNamesEveryFlagAndDefault) {
  const std::string usage = Command().arguments.usage();
  EXPECT_EQ(usage.substr(0, usage.find('\n')), "07-test: A test");
  for (const char* part : {"--steps N", "(default 3000, with --quick 30)", "--weights w,w,…", "--pomdp FILE",
                           "--shape NAME", "form: round, square or flat (default round)", "--seed N",
                           "(default out/07-test)", "--quick", "--help"}) {
    EXPECT_NE(usage.find(part), std::string::npos) << part;
  }
}

TEST(Arguments, AFlagIsDeclaredOnce) {
  Command command;
  EXPECT_THROW(command.arguments.positive("seed", command.rate, ""), std::logic_error);
}

}  // namespace
}  // namespace doxa::support
