// The program that a user makes of checks of their own.

#include "doxa/autograd/gradcheck_program.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "doxa/autograd/ops.h"
#include "tests/support/scratch.h"

namespace doxa {
namespace {

using Inputs = std::span<const Var>;

std::vector<Tensor> two_numbers(Philox& random) { return {normal_noise({2}, random)}; }

// exp(x) with the derivative of sin.
Var wrong_exp(Var x) {
  return record(
      "exp", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = std::exp(r.value(0)[i]);
      },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += r.adjoint()[i] * std::cos(r.value(0)[i]);
      });
}

NamedGradientCheck right() {
  return gradient_check("right/sin", [](Tape&, Inputs x) { return sin(x[0]); }, two_numbers, {"angle"});
}
NamedGradientCheck wrong() {
  return gradient_check(
      "wrong/exp", [](Tape&, Inputs x) { return wrong_exp(x[0]); }, two_numbers);
}
NamedGradientCheck at_kink() {
  return {"right/abs at 0", [](const GradientCheckOptions& options) {
            const std::vector<Tensor> zero{Tensor(Shape{}, 0)};
            return check_gradients([](Tape&, Inputs x) { return abs(x[0]); }, zero, options);
          }};
}

struct Outcome {
  int status;
  std::string out, err;
};

Outcome run(std::vector<const char*> words, const std::vector<NamedGradientCheck>& checks) {
  words.insert(words.begin(), "build/my_check");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int status = gradcheck_program(static_cast<int>(words.size()), words.data(), checks);
  const std::string out = ::testing::internal::GetCapturedStdout();
  return {status, out, ::testing::internal::GetCapturedStderr()};
}

// The lines of a report's head in one.
std::string unwrapped(std::string text) {
  for (std::size_t at; (at = text.find("\n  ")) != text.npos;) text.replace(at, 3, " ");
  return text;
}

std::ptrdiff_t newlines(const std::string& text) { return std::ranges::count(text, '\n'); }

TEST(GradcheckProgramOfOnesOwn, SaysInItsStatusWhetherAllAreRight) {
  const Outcome good = run({}, {right(), at_kink()});
  EXPECT_EQ(good.status, 0) << good.out;
  EXPECT_EQ(newlines(good.out), 3) << good.out;
  EXPECT_TRUE(good.out.starts_with("pass ")) << good.out;
  EXPECT_TRUE(good.out.ends_with("\n2 passed, 0 failed, 0 inconclusive\n")) << good.out;

  // Of a wrong one the report follows its line.
  const Outcome bad = run({}, {right(), wrong()});
  EXPECT_EQ(bad.status, 1);
  EXPECT_NE(bad.out.find("\nFAIL "), std::string::npos) << bad.out;
  EXPECT_NE(bad.out.find("\nfail: jacobian, all 4 derivatives of 2 outputs by 2 inputs"), std::string::npos)
      << bad.out;
  EXPECT_TRUE(bad.out.ends_with("\n1 passed, 1 failed, 0 inconclusive\n")) << bad.out;

  // What is meant to fail is right if it fails.
  NamedGradientCheck meant = wrong();
  meant.expected = Verdict::fail;
  EXPECT_EQ(run({}, {meant}).status, 0);
  NamedGradientCheck no_kink = at_kink();
  no_kink.expected = Verdict::pass;
  EXPECT_EQ(run({}, {no_kink}).status, 1);
}

TEST(GradcheckProgramOfOnesOwn, GoesOnAfterAnException) {
  const NamedGradientCheck throws{
      "throws", [](const GradientCheckOptions&) -> GradientReport { throw std::runtime_error("no data"); }};
  const Outcome both = run({}, {throws, right()});
  EXPECT_EQ(both.status, 1);
  EXPECT_TRUE(both.out.starts_with("FAIL                   throws  throws\n  no data\npass ")) << both.out;
  EXPECT_TRUE(both.out.ends_with("\n1 passed, 1 failed, 0 inconclusive\n")) << both.out;
}

TEST(GradcheckProgramOfOnesOwn, TakesTheFlagsOfGradcheck) {
  const std::vector<NamedGradientCheck> checks{right(), wrong(), at_kink()};
  EXPECT_EQ(run({"--list"}, checks).out, "right/sin\nwrong/exp\nright/abs at 0\n");
  EXPECT_EQ(run({"--list", "--filter", "r*s"}, checks).out, "right/sin\nright/abs at 0\n");
  EXPECT_EQ(run({"--filter=right"}, checks).status, 0);
  EXPECT_NE(run({"--filter=sin", "--verbose"}, checks).out.find("angle[1]"), std::string::npos);
  EXPECT_NE(run({"--filter=sin"}, checks).out, run({"--filter=sin", "--seed=2"}, checks).out);
  EXPECT_NE(run({"--filter=sin", "--mode=sampled"}, checks)
                .out.find("right/sin  (sampled, 4 directions and all 4 derivatives)"),
            std::string::npos);
  const Outcome help = run({"--help"}, checks);
  for (const char* flag :
       {"--list", "--filter", "--seed", "--points", "--mode", "--resolution", "--json", "--verbose"})
    EXPECT_NE(help.out.find(std::string("\n  ") + flag + " "), std::string::npos) << flag;
}

TEST(GradcheckProgramOfOnesOwn, ChecksAtSeveralPoints) {
  int points = 0;
  std::vector<std::uint64_t> seeds;
  const NamedGradientCheck counting{"counting", [&](const GradientCheckOptions& options) {
                                      ++points;
                                      seeds.push_back(options.seed);
                                      return right().check(options);
                                    }};
  const Outcome at_three = run({"--points", "3", "--seed", "5", "--verbose"}, {counting});
  EXPECT_EQ(at_three.status, 0);
  EXPECT_EQ(points, 3);
  EXPECT_EQ(seeds, (std::vector<std::uint64_t>{5, 6, 7}));
  EXPECT_NE(unwrapped(at_three.out).find("at 3 points (seeds 5 to 7)"), std::string::npos) << at_three.out;
}

TEST(GradcheckProgramOfOnesOwn, PassesTheResolutionOn) {
  double seen = -1;
  const NamedGradientCheck looking{"looking", [&](const GradientCheckOptions& options) {
                                     seen = options.resolution;
                                     return right().check(options);
                                   }};
  EXPECT_EQ(run({}, {looking}).status, 0);
  EXPECT_EQ(seen, 0);  // never a default
  const Outcome given = run({"--resolution", "1e-5", "--verbose"}, {looking});
  EXPECT_EQ(seen, 1e-5);
  EXPECT_NE(unwrapped(given.out).find("meant to be right to 1e-05"), std::string::npos) << given.out;
}

TEST(GradcheckProgramOfOnesOwn, WritesJson) {
  const testing::Scratch scratch;
  const std::string path = (scratch / "results.json").string();
  EXPECT_EQ(run({"--json", path.c_str(), "--points", "2"}, {right(), wrong()}).status, 1);
  const std::string json = testing::content(path);
  for (const char* part : {"\"seed\": 1", "\"points\": 2", "\"mode\": \"automatic\"", "\"resolution\": 0",
                           "\"name\": \"right/sin\", \"verdict\": \"pass\", \"as_expected\": true",
                           "\"name\": \"wrong/exp\", \"verdict\": \"fail\", \"as_expected\": false",
                           "\"passed\": 1", "\"failed\": 1"})
    EXPECT_NE(json.find(part), std::string::npos) << part << "\n" << json;
}

TEST(GradcheckProgramOfOnesOwn, RefusesBadFlagsInOneLine) {
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{"--points", "0"},
                                             {"--points", "x"},
                                             {"--resolution", "0"},
                                             {"--resolution", "-1"},
                                             {"--resolution", "1"},
                                             {"--resolution", "1e300"},
                                             {"--mode", "quick"},
                                             {"--filter", "nothing"},
                                             {"--unknown"},
                                             {"sin"},
                                             {"--list", "--points", "2"},
                                             {"--json", "/"}}) {
    const Outcome bad = run(words, {right()});
    EXPECT_EQ(bad.status, 2) << words[0];
    EXPECT_EQ(bad.out, "") << words[0];
    EXPECT_TRUE(bad.err.starts_with("my_check: ")) << bad.err;
    EXPECT_EQ(newlines(bad.err), 1) << bad.err;
  }
}

TEST(GradcheckProgramOfOnesOwn, NeedsAtLeastOneCheck) {
  for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{{}, {"--list"}}) {
    const Outcome none = run(words, {});
    EXPECT_EQ(none.status, 2);
    EXPECT_EQ(none.err, "my_check: there are no checks\n");
  }
}

// One below the other, whatever the verdict and the ratio.
TEST(GradcheckProgramOfOnesOwn, AlignsTheNamesOfItsChecks) {
  const NamedGradientCheck throws{
      "throws", [](const GradientCheckOptions&) -> GradientReport { throw std::runtime_error("no data"); }};
  const NamedGradientCheck coarse = gradient_check(
      "coarse",
      [](Tape&, Inputs x) { return straight_through(stop_gradient(100 + Real(1e-15) * x[0]), x[0]); },
      two_numbers);
  const std::string out = "\n" + run({}, {right(), wrong(), at_kink(), throws, coarse}).out;
  for (const char* name : {"right/sin", "wrong/exp", "right/abs at 0", "throws", "coarse"}) {
    const std::size_t at = out.find(std::string("  ") + name + "\n");
    ASSERT_NE(at, std::string::npos) << name << out;
    EXPECT_EQ(at - out.rfind('\n', at), 30u) << name << out;
  }
}

}  // namespace
}  // namespace doxa
