#include "support/progress.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/text.h"
#include "tests/support/cursor.h"

namespace doxa::support {
namespace {

struct FakeScreen {
  int width = 0;
  std::ostringstream out = {};
  double now = 0;

  ProgressScreen screen() {
    return {&out, [this] { return width; }, [this] { return now; }};
  }
};

TEST(Progress, PlainLinesDoNotDependOnTime) {
  for (const std::size_t total : {1u, 7u, 10u, 999u, 3000u}) {
    FakeScreen slow, fast;
    for (FakeScreen* screen : {&slow, &fast}) {
      Progress progress("training", total, screen->screen());
      for (std::size_t i = 0; i < total; ++i) {
        screen->now += screen == &slow ? 5 : 0.001;
        progress.step([&] { return "loss " + significant(1.0 / static_cast<double>(i + 1)); });
      }
    }
    EXPECT_EQ(slow.out.str(), fast.out.str());
    const std::vector<std::string> lines = lines_of(slow.out.str());
    EXPECT_LE(lines.size(), 10u);
    EXPECT_GE(lines.size(), std::min<std::size_t>(total, 10));
    EXPECT_NE(lines.back().find(std::to_string(total) + "/" + std::to_string(total)), std::string::npos);
    EXPECT_EQ(slow.out.str().find('\r'), std::string::npos);
    EXPECT_EQ(slow.out.str().find('\x1b'), std::string::npos);
  }
}

TEST(Progress, NoBarForAShortLoop) {
  FakeScreen screen{80};
  {
    Progress progress("short", 100, screen.screen());
    for (int i = 0; i < 100; ++i, screen.now += 0.009) progress.step();
  }
  EXPECT_EQ(screen.out.str(), "");
}

TEST(Progress, TenBarsASecondAtMostAndOneLineLeft) {
  FakeScreen screen{80};
  {
    Progress progress("long", 3000, screen.screen());
    for (int i = 0; i < 3000; ++i, screen.now += 0.001) progress.step("loss 1");
  }
  const std::string text = screen.out.str();
  EXPECT_LE(std::count(text.begin(), text.end(), '\r'), 22);
  EXPECT_GE(std::count(text.begin(), text.end(), '\r'), 15);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(text.back(), '\n');
}

TEST(Progress, AnInterruptedBarIsErased) {
  FakeScreen screen{80};
  try {
    Progress progress("long", 100, screen.screen());
    screen.now = 2;
    progress.step();
    throw std::runtime_error("half-way");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(screen.out.str().ends_with("\r\x1b[K"));
}

// Lines of the loop's own stand whole, in their order, and the bar below them.
TEST(Progress, LinesGoAboveTheBar) {
  FakeScreen screen{80}, pipe;
  for (FakeScreen* s : {&screen, &pipe}) {
    Progress progress("long", 2, s->screen());
    progress.print("first\n");
    s->now = 2;
    progress.step();
    s->out.str("");
    progress.print("second\n");
  }
  EXPECT_TRUE(screen.out.str().starts_with("\r\x1b[Ksecond\nlong  ")) << screen.out.str();
  EXPECT_EQ(pipe.out.str(), "second\n");
}

TEST(Progress, TheBarNeverWraps) {
  for (int width = 0; width < 200; ++width) {
    const std::string bar = progress_bar("filtering posterior ▸", 123, 4000, 4321, "loss 1.234 nats", width);
    EXPECT_LE(columns(bar), static_cast<std::size_t>(std::max(0, width - 1)));
  }
  EXPECT_EQ(progress_bar("a", 0, 0, 0, "", 1), "");
}

}  // namespace
}  // namespace doxa::support
