#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

#include "doxa/models/nn/training.h"

namespace doxa {
namespace {

volatile std::sig_atomic_t seen = 0;
void see(int signal) { seen = signal; }

TEST(StopRequest, ASignalIsNotedAndTheProgramGoesOn) {
  for (const int signal : {SIGINT, SIGTERM}) {
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
  const auto before = std::signal(SIGINT, SIG_IGN);
  {
    const StopRequest stop;
    std::raise(SIGINT);
    EXPECT_FALSE(stop);
  }
  std::raise(SIGINT);
  std::signal(SIGINT, before);
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
        std::raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace doxa
