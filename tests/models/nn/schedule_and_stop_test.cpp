#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "doxa/models/nn/training.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

TEST(WarmupCosine, RisesInEqualStepsToThePeak) {
  const WarmupCosine rate{.peak = 8, .steps = 100, .warm_up = 4, .final_fraction = 0.25};
  EXPECT_EQ(rate(1), 2);
  EXPECT_EQ(rate(2), 4);
  EXPECT_EQ(rate(3), 6);
  EXPECT_EQ(rate(4), 8);
}

// cos(π/3) = 1/2, cos(π/2) = 0, cos(2π/3) = -1/2, cos π = -1.
TEST(WarmupCosine, FallsByHalfACosine) {
  const WarmupCosine rate{.peak = 8, .steps = 16, .warm_up = 4, .final_fraction = 0.25};
  EXPECT_NEAR(rate(8), 8 * (0.25 + 0.75 * 0.75), 8 * 8 * double_roundoff);
  EXPECT_NEAR(rate(10), 8 * (0.25 + 0.75 * 0.5), 8 * 8 * double_roundoff);
  EXPECT_NEAR(rate(12), 8 * (0.25 + 0.75 * 0.25), 8 * 8 * double_roundoff);
  EXPECT_EQ(rate(16), 2);
  EXPECT_EQ(rate(1000), 2);
  for (Index t = 5; t <= 16; ++t) EXPECT_LT(rate(t), rate(t - 1)) << t;
}

// The sum over t of 1 + cos(π t / T), t = 1 … T, is T - 1: the terms pair off but for the last.
TEST(WarmupCosine, WithoutWarmUpAveragesHalfThePeak) {
  const WarmupCosine rate{.peak = 1, .steps = 1000};
  double sum = 0;
  for (Index t = 1; t <= 1000; ++t) sum += rate(t);
  EXPECT_NEAR(sum, 999 / 2.0, 1000 * 1000 * double_roundoff);
}

TEST(WarmupCosine, MayBeAllWarmUp) {
  const WarmupCosine rate{.peak = 3, .steps = 3, .warm_up = 3};
  EXPECT_EQ(rate(1), 1);
  EXPECT_EQ(rate(3), 3);
  EXPECT_EQ(rate(4), 0);
}

volatile std::sig_atomic_t seen = 0;
void see(int signal) { seen = signal; }

TEST(StopRequest, ASignalIsNotedAndTheProgramGoesOn) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const StopRequest stop;
    EXPECT_FALSE(stop);
    std::raise(signal);
    EXPECT_TRUE(stop);
    EXPECT_EQ(stop.signal(), signal);
  }
  const StopRequest stop;
  EXPECT_FALSE(stop) << "a new one has seen nothing yet";
}

TEST(StopRequest, TheHandlersOfBeforeComeBack) {
  const auto before = std::signal(SIGINT, see);
  {
    const StopRequest stop;
    std::raise(SIGINT);
    EXPECT_EQ(seen, 0);
  }
  std::raise(SIGINT);
  EXPECT_EQ(seen, SIGINT);
  std::signal(SIGINT, before);
}

TEST(StopRequest, WhatWasIgnoredStaysIgnored) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const auto before = std::signal(signal, SIG_IGN);
    {
      const StopRequest stop;
      std::raise(signal);
      EXPECT_FALSE(stop);
    }
    std::raise(signal);
    std::signal(signal, before);
  }
}

TEST(StopRequest, ThereIsOneAtATime) {
  const StopRequest stop;
  EXPECT_THROW(StopRequest(), std::logic_error);
  std::raise(SIGINT);
  EXPECT_TRUE(stop) << "the refused one has not taken the handlers away";
}

TEST(StopRequestDeathTest, TheSecondSignalEndsTheProgram) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const StopRequest stop;
        std::raise(SIGINT);
        std::this_thread::sleep_for(std::chrono::duration<double>(StopRequest::same_request));
        std::raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

// Ctrl-C goes to all programs of a terminal, and one that runs another may hand it on: the other gets it
// twice.
TEST(StopRequest, IsOneEvenIfTheSignalIsSentTwice) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const StopRequest stop;
    for (int i = 0; i < 3; ++i) std::raise(signal);
    EXPECT_EQ(stop.signal(), signal);
  }
}

TEST(StopRequestDeathTest, AStoppedProgramCanEndByItsSignal) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    EXPECT_EXIT(
        {
          const StopRequest stop;
          std::raise(signal);
          end_by_signal(stop.signal());
        },
        ::testing::KilledBySignal(signal), "");
}

}  // namespace
}  // namespace doxa
