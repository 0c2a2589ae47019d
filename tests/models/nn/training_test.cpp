#include "doxa/models/nn/training.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <csignal>
#include <stdexcept>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/file.h"
#include "doxa/models/nn/mlp.h"
#include "tests/support/rounding.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// A network that learns x_1 + x_2 from batches drawn as it goes, validated on others.
struct Learner {
  static Mlp network() {
    Philox random(5);
    return Mlp("net", {2, 6, 1}, random);
  }
  Mlp mlp = network();
  Philox data{5, 1};
  Tape tape;
  std::vector<double> losses = {};

  Var error(const Tensor& x) {
    tape.clear();
    return mean(square(mlp(tape.constant(x)) - sum(tape.constant(x), {1}, true)));
  }
  Training training() {
    return {.run = {.parameters = parameters(mlp),
                    .generators = {{"data", &data}},
                    .settings = {{"hidden", "6"}}},
            .rate = {.peak = 0.05, .steps = 40, .warm_up = 5, .final_fraction = 0.1},
            .max_norm = 0.5,
            .validate_every = 6,
            .loss =
                [this](Index) {
                  const Var loss = error(normal_noise({8, 2}, data));
                  tape.backward(loss);
                  return static_cast<double>(loss.item());
                },
            .validation =
                [this] {
                  Philox held_out(5, 2);
                  return static_cast<double>(error(normal_noise({64, 2}, held_out)).item());
                },
            .on_step = [this](const TrainingStep& now) { losses.push_back(now.loss); }};
  }
};

void expect_same(const TrainingReport& a, const TrainingReport& b, Learner& la, Learner& lb) {
  EXPECT_EQ(a.steps, b.steps);
  EXPECT_EQ(a.best_step, b.best_step);
  EXPECT_EQ(a.validation, b.validation);
  EXPECT_EQ(a.validation_step, b.validation_step);
  EXPECT_EQ(contents(la.training().run).arrays, contents(lb.training().run).arrays);
}

TEST(Training, LearnsUnderItsSchedule) {
  Learner learner;
  Training training = learner.training();
  std::vector<TrainingStep> steps;
  training.on_step = [&](const TrainingStep& now) { steps.push_back(now); };
  const TrainingReport report = train(training);
  EXPECT_EQ(report.steps, 40);
  EXPECT_FALSE(report.stopped);
  EXPECT_EQ(report.validation_step, (std::vector<double>{6, 12, 18, 24, 30, 36, 40}));
  EXPECT_LT(report.validation.back(), report.validation.front() / 4);
  ASSERT_EQ(steps.size(), 40u);
  for (const TrainingStep& s : steps) {
    EXPECT_EQ(s.rate, training.rate(s.step));
    EXPECT_EQ(s.validation.has_value(), s.step % 6 == 0 || s.step == 40) << s.step;
  }
}

TEST(Training, AStoppedAndResumedRunIsBitForBitTheUninterruptedOne) {
  const Scratch scratch;
  Learner whole;
  Training uninterrupted = whole.training();
  const TrainingReport expected = train(uninterrupted);
  for (const std::size_t k : {1u, 5u, 6u, 23u, 39u}) {
    Learner first, second;
    Training before = first.training(), after = second.training();
    before.checkpoint = after.checkpoint = scratch / "run.safetensors";
    before.stop = [&] { return first.losses.size() == k; };
    const TrainingReport stopped = train(before);
    EXPECT_TRUE(stopped.stopped);
    EXPECT_EQ(stopped.steps, static_cast<Index>(k));
    after.resume = after.checkpoint;
    const TrainingReport resumed = train(after);
    EXPECT_FALSE(resumed.stopped);
    expect_same(resumed, expected, second, whole);
    std::vector<double> losses = first.losses;
    losses.insert(losses.end(), second.losses.begin(), second.losses.end());
    EXPECT_EQ(losses, whole.losses);

    // What is complete has nothing more to do, and gives the same model again.
    Learner third;
    Training again = third.training();
    again.checkpoint = after.checkpoint;
    again.resume = again.checkpoint;
    expect_same(train(again), expected, third, whole);
    EXPECT_TRUE(third.losses.empty());
  }
}

TEST(Training, ACrashLosesTheStepsSinceTheLastCheckpoint) {
  const Scratch scratch;
  Learner whole, crashing, second;
  const TrainingReport expected = train(whole.training());
  Training before = crashing.training(), after = second.training();
  before.checkpoint = after.checkpoint = scratch / "run.safetensors";
  before.checkpoint_every = 10;
  before.on_step = [](const TrainingStep& now) {
    if (now.step == 27) throw std::runtime_error("a crash");
  };
  EXPECT_THROW(train(before), std::runtime_error);
  after.resume = after.checkpoint;
  expect_same(train(after), expected, second, whole);
  EXPECT_EQ(second.losses.size(), 20u);
}

TEST(Training, CtrlCFinishesTheStepAndWritesTheCheckpoint) {
  const Scratch scratch;
  Learner learner;
  Training training = learner.training();
  training.checkpoint = scratch / "run.safetensors";
  const StopRequest stop;
  training.stop = [&] { return static_cast<bool>(stop); };
  const auto loss = training.loss;
  training.loss = [&](Index t) {
    if (t == 9) std::raise(SIGINT);
    return loss(t);
  };
  const TrainingReport report = train(training);
  EXPECT_TRUE(report.stopped);
  EXPECT_EQ(report.steps, 9);
  EXPECT_EQ(learner.losses.size(), 9u);
  EXPECT_TRUE(read_safetensors(training.checkpoint).arrays.contains("counter/step"));
}

// One parameter, which Adam moves by its rate a step: the validation is least at 5.
TEST(Training, TheModelIsThatOfTheLeastValidationLoss) {
  Parameter p("p", Tensor(Shape{}, {0}));
  const TrainingReport report = train({.run = {.parameters = {&p}},
                                       .rate = {.peak = 1, .steps = 10, .final_fraction = 1},
                                       .validate_every = 1,
                                       .loss =
                                           [&](Index) {
                                             p.gradient[0] = -1;
                                             return 0.0;
                                           },
                                       .validation = [&] { return std::abs(double(p.value[0]) - 5); }});
  EXPECT_EQ(report.best_step, 5);
  EXPECT_NEAR(p.value[0], 5, 1e-4);
}

TEST(Training, WithoutValidationTheModelIsTheLast) {
  Learner learner;
  Training training = learner.training();
  training.validation = {};
  const TrainingReport report = train(training);
  EXPECT_EQ(report.best_step, 0);
  EXPECT_TRUE(report.validation.empty());
}

TEST(Training, DivergenceIsRefusedByStep) {
  Parameter p("p", Tensor(Shape{}, {0}));
  const auto says = [&](const std::function<double(Index)>& loss, const std::string& text) {
    const Training training{.run = {.parameters = {&p}}, .rate = {.steps = 5}, .loss = loss};
    EXPECT_SAYS(std::domain_error, text, train(training));
  };
  says([&](Index t) { return t == 3 ? infinity : 0; }, "training: the loss of step 3 is inf");
  says(
      [&](Index t) {
        if (t == 2) p.gradient[0] = nan;
        return 0.0;
      },
      "training: step 2: adam: the gradient of p is not finite");
}

TEST(Training, ACheckpointThatCannotBeWrittenIsRefusedAtTheBeginning) {
  const Scratch scratch;
  Learner learner;
  Training training = learner.training();
  training.checkpoint = scratch / "none" / "run.safetensors";
  EXPECT_THROW(train(training), std::runtime_error);
  ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
  training.checkpoint = scratch / "pipe";
  EXPECT_THROW(train(training), std::runtime_error);
  // Resumed from and written to one path: what is wrong with reading it comes first.
  training.checkpoint = training.resume = scratch.path();
  EXPECT_SAYS(FileError, scratch.path().string() + ": found a directory, expected a .safetensors file",
              train(training));
  // Reading a pipe would wait for somebody who writes into it.
  training.checkpoint = scratch / "run.safetensors";
  training.resume = scratch / "pipe";
  EXPECT_SAYS(FileError, training.resume.string() + ": found a pipe, expected a .safetensors file",
              train(training));
  EXPECT_TRUE(learner.losses.empty());
}

TEST(Training, AnotherRunIsNotGoneOnWith) {
  const Scratch scratch;
  Learner learner;
  Training training = learner.training();
  training.checkpoint = scratch / "run.safetensors";
  train(training);
  training.resume = training.checkpoint;
  EXPECT_NO_THROW(train(training));
  const auto says = [&](const Training& other, const std::string& text) {
    EXPECT_SAYS(FileError, other.resume.string() + ": " + text, train(other));
  };
  Training other = training;
  other.rate.peak *= 2;
  says(other, "found a checkpoint written with rate.peak " + to_text(training.rate.peak) +
                  ", expected rate.peak " + to_text(other.rate.peak) +
                  " as in this run: the learning rate of step 1 was " + to_text(training.rate(1)) +
                  " and would be " + to_text(other.rate(1)) + ", so that it cannot go on from there");
  other = training;
  other.run.settings["hidden"] = "8";
  says(other, "found a checkpoint written with hidden '6', expected hidden '8' as in this run");
  other = training;
  other.resume = scratch / "none.safetensors";
  says(other, "found no such file, expected a .safetensors file");
}

// With a rate that does not depend on the length of the run.
TEST(Training, AResumedRunMayBeLonger) {
  const Scratch scratch;
  const auto training = [](Learner& learner, Index steps) {
    Training t = learner.training();
    t.rate = {.peak = 0.05, .steps = steps, .warm_up = 5, .final_fraction = 1};
    return t;
  };
  Learner whole, first, second, third;
  const TrainingReport expected = train(training(whole, 24));
  Training before = training(first, 12), after = training(second, 24), again = training(third, 24);
  before.checkpoint = after.resume = scratch / "run.safetensors";
  train(before);
  expect_same(train(after), expected, second, whole);

  EXPECT_EQ(train(after).on_shorter_schedule, 0);

  // With another peak it is another run, and not this one lengthened.
  before.rate.steps = 13;
  train(before);
  again.resume = before.checkpoint;
  again.rate.peak = 0.04;
  EXPECT_SAYS(
      FileError,
      again.resume.string() +
          ": found a checkpoint written with rate.peak 0.05, rate.steps 13, expected rate.peak 0.04, "
          "rate.steps 24 as in this run: the learning rate of step 1 was 0.01 and would be 0.008, so that it "
          "cannot go on from there",
      train(again));
  again.rate.peak = 0.05;
  again.rate.steps = 12;
  EXPECT_SAYS(FileError,
              again.resume.string() +
                  ": found a checkpoint written after 13 steps, expected at most 12 as in this run",
              train(again));
  EXPECT_TRUE(third.losses.empty());
}

// The rates of the first 12 steps fell to 0, and from there on are those of 24: the report says so.
TEST(Training, AShorterRunIsLengthenedWithTheRatesOfTheLongerOne) {
  const Scratch scratch;
  Learner first, second;
  Training before = first.training(), after = second.training();
  before.rate = after.rate = {.peak = 0.05, .steps = 12, .warm_up = 2, .final_fraction = 0};
  after.rate.steps = 24;
  before.checkpoint = after.resume = scratch / "run.safetensors";
  train(before);
  std::vector<double> rates;
  after.on_step = [&](const TrainingStep& now) { rates.push_back(now.rate); };
  const TrainingReport report = train(after);
  EXPECT_EQ(report.steps, 24);
  EXPECT_EQ(report.on_shorter_schedule, 12);
  ASSERT_EQ(rates.size(), 12u);
  for (Index t = 13; t <= 24; ++t) EXPECT_EQ(rates[static_cast<std::size_t>(t - 13)], after.rate(t));
}

// With any rate, if the schedule is that of the longer run from the beginning.
TEST(Training, ARunMayEndBeforeItsScheduleAndBeLengthened) {
  const Scratch scratch;
  Learner whole;
  const TrainingReport expected = train(whole.training());
  for (const Index steps : {1, 6, 23, 40}) {
    Learner first, second;
    Training before = first.training(), after = second.training();
    before.steps = steps;
    before.checkpoint = after.resume = scratch / "run.safetensors";
    const TrainingReport report = train(before);
    EXPECT_EQ(report.steps, steps);
    EXPECT_FALSE(report.stopped);
    expect_same(train(after), expected, second, whole);
  }
  Learner third;
  Training beyond = third.training();
  beyond.steps = 41;
  EXPECT_SAYS(Refused, "training: 41 steps, expected at most the 40 of the schedule", train(beyond));
}

}  // namespace
}  // namespace doxa::testing
