// What the report of a check says, and reports of several points.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

GradientEntry entry_of(Verdict verdict, std::string cause = "") {
  GradientEntry e;
  e.input = "W";
  e.shape = Shape{2, 3};
  e.index = 5;
  e.output = 0;
  e.analytic = 1;
  e.numeric = 1.25;
  e.left = e.right = e.numeric;
  e.error = 0.125;
  e.verdict = verdict;
  e.cause = std::move(cause);
  return e;
}

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

std::size_t columns(const std::string& line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

TEST(GradientReportText, BeginsWithVerdictModeAndCounts) {
  GradientReport report;
  report.jacobian = true;
  report.inputs = 1056;
  report.outputs = 1;
  report.entries.assign(1056, entry_of(Verdict::pass));
  EXPECT_EQ(lines(report.str()).front(),
            "pass: jacobian, all 1,056 derivatives of 1 output by 1,056 inputs: 1,056 pass");

  report.entries.resize(4);
  report.entries[0].verdict = Verdict::fail;
  report.inputs = report.outputs = 2;
  EXPECT_EQ(lines(report.str()).front(),
            "fail: jacobian, all 4 derivatives of 2 outputs by 2 inputs: 3 pass, 1 fail");
  report.entries[3].output = -1;
  EXPECT_EQ(lines(report.str()).front(),
            "fail: jacobian, all 4 derivatives of 2 outputs by 2 inputs, 1 sum of them: 3 pass, 1 fail");
}

// 1,056 inputs of which nine derivatives were looked at: nobody must take that for all.
TEST(GradientReportText, SaysThatItIsASample) {
  GradientReport report;
  report.inputs = 1056;
  report.outputs = 1;
  report.entries.assign(9, entry_of(Verdict::pass));
  for (std::size_t i = 0; i < 5; ++i) report.entries[i].index = -1;
  EXPECT_EQ(lines(report.str()).front(), "pass: sampled, 5 directions and 4 of 1,056 inputs: 9 pass");
}

TEST(GradientReportText, NamesTheResolutionAndTheUndecidedShare) {
  GradientReport report;
  report.jacobian = true;
  report.inputs = report.outputs = 1;
  report.entries = {entry_of(Verdict::inconclusive, "noise"), entry_of(Verdict::pass)};
  report.resolution = 1e-6;
  report.undecided = 0.25;
  const std::vector<std::string> text = lines(report.str());
  std::string head;
  for (const std::string& line : text) {
    if (line.starts_with("  output")) break;  // the table
    head += head.empty() ? line : line.substr(1);
  }
  EXPECT_TRUE(head.starts_with("inconclusive: jacobian, the one derivative: 1 pass, 1 inconclusive")) << head;
  EXPECT_NE(head.find("; in the inconclusive ones the gradient can be wrong by 0.25 of its norm"),
            std::string::npos)
      << head;
  EXPECT_TRUE(head.ends_with("; meant to be right to 1e-06")) << head;
  for (const std::string& line : text) EXPECT_LE(columns(line), 100u) << line;
}

// "2 inconclusive" stays on one line, wherever the line ends.
TEST(GradientReportText, KeepsACountBesideItsVerdict) {
  for (int i = 0; i < 60; ++i) {
    GradientReport report;
    report.jacobian = true;
    report.inputs = 5;
    report.outputs = 1;
    report.points = 3;
    for (int k = 0; k < i; ++k) report.seed = 10 * report.seed + 1;
    report.entries = {entry_of(Verdict::fail), entry_of(Verdict::inconclusive), entry_of(Verdict::kink),
                      entry_of(Verdict::pass)};
    for (const std::string& line : lines(report.str()))
      for (const char* end : {" 1", ": 1", ",1"}) EXPECT_FALSE(line.ends_with(end)) << report.str();
  }
}

// A share of infinity, or of 4e10, tells no more than this.
TEST(GradientReportText, SaysWhenNothingIsKnownOfTheGradient) {
  for (const double undecided : {1.0, 4e10, double(INFINITY)}) {
    GradientReport report;
    report.jacobian = true;
    report.inputs = report.outputs = 1;
    report.entries = {entry_of(Verdict::inconclusive, "noise")};
    report.undecided = undecided;
    std::string text = report.str();
    for (std::size_t at; (at = text.find("\n  ")) != text.npos;) text.replace(at, 3, " ");
    EXPECT_NE(text.find("; in the inconclusive ones the gradient can be wrong by more than its norm "),
              text.npos)
        << text;
  }
}

// Wide numbers of a direction are given with fewer digits, one blank apart, so that a line is no wider than
// 100.
TEST(GradientReportText, FitsInAHundredColumns) {
  GradientEntry e = entry_of(Verdict::inconclusive, "a jump");
  e.input = "all inputs";
  e.output_shape = Shape{2};
  e.index = -1;
  e.output = -1;
  e.analytic = -1.234567e-10;
  e.numeric = e.left = e.right = -1.334567e-10;
  e.error = 1.2e-23;
  GradientReport report;
  report.inputs = 2000;
  report.outputs = 2;
  report.entries = {e};
  std::vector<std::string> text = lines(report.str());
  for (const std::string& line : text) EXPECT_LE(columns(line), 100u) << line;
  EXPECT_NE(text[2].find(" -1.2346e-10 -1.3346e-10 0.075 "), std::string::npos) << text[2];
  // Numbers that are not wide have seven digits.
  report.entries[0].error = 0.125;
  report.entries[0].analytic = -1.234567;
  report.entries[0].numeric = report.entries[0].left = report.entries[0].right = -1.334567;
  text = lines(report.str());
  EXPECT_NE(text[2].find("  -1.234567  -1.334567  0.075 "), std::string::npos) << text[2];
}

TEST(GradientReportText, ShowsRelativeDifferencesAndCauses) {
  GradientReport report;
  report.jacobian = true;
  report.inputs = 5;
  report.outputs = 1;
  report.entries = {entry_of(Verdict::inconclusive, "a jump"),
                    entry_of(Verdict::inconclusive, "rough by 2.5e-07 of itself"),
                    entry_of(Verdict::inconclusive, "rough by 3 of itself"), entry_of(Verdict::inconclusive),
                    entry_of(Verdict::pass, "never asked for")};
  const std::vector<std::string> text = lines(report.str(1));
  ASSERT_EQ(text.size(), 6u) << report.str(1);
  EXPECT_NE(text[1].find("rel. diff"), std::string::npos);
  EXPECT_NE(text[2].find("  0.2  "), std::string::npos) << text[2];  // |1 - 1.25| / 1.25
  EXPECT_NE(text[2].find("W[1,2]"), std::string::npos) << text[2];
  // The causes of all entries, also of those that are not in the table; the most frequent first, and those
  // that differ only in a number as one.
  EXPECT_EQ(text[3], "  2 inconclusive: rough by 2.5e-07 of itself");
  EXPECT_EQ(text[4], "  1 inconclusive: a jump");
  EXPECT_EQ(text[5], "  1 inconclusive");
}

// Values that agree to nine digits look equal in the table; the column of differences tells them apart.
TEST(GradientReportText, TellsOneBillionthFromEqual) {
  GradientEntry e = entry_of(Verdict::fail);
  e.numeric = e.left = e.right = 1 + 1e-9;
  EXPECT_NEAR(e.difference(), 1e-9, 1e-15);
  GradientReport report;
  report.entries = {e};
  EXPECT_NE(report.str().find("  1e-09  "), std::string::npos) << report.str();
}

TEST(GradientReportText, HasNoTableOfNothing) {
  GradientReport report;
  EXPECT_EQ(report.str(), "inconclusive: no derivative\n");
  report.violations = {"recording throws"};
  EXPECT_EQ(report.str(), "fail: no derivative\n  recording throws\n");
}

TEST(GradientReportText, NanIsTheWorst) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  GradientEntry a = entry_of(Verdict::fail), b = a;
  a.analytic = nan;
  EXPECT_TRUE(a.worse_than(b));
  EXPECT_FALSE(b.worse_than(a));
  EXPECT_FALSE(a.worse_than(a));
}

TEST(GradientReportJson, HasWhatTheTextHas) {
  GradientReport report;
  report.seed = 7;
  report.inputs = 5;
  report.outputs = 2;
  report.resolution = 0.5;
  report.undecided = 0.25;
  report.entries = {entry_of(Verdict::inconclusive, "a jump"), entry_of(Verdict::pass)};
  const std::string json = report.json();
  for (
      const char* part :
      {R"({"verdict": "inconclusive", "mode": "sampled", "scope": "sampled, 0 directions and 2 of 5 inputs")",
       R"("seed": 7, "points": 1, "inputs": 5, "outputs": 2, "resolution": 0.5, "undecided": 0.25)",
       R"("pass": 1, "kink": 0, "inconclusive": 1, "fail": 0)",
       R"("causes": [{"cause": "a jump", "entries": 1}])", R"("difference": 0.2)",
       R"("verdict": "inconclusive", "cause": "a jump"})"})
    EXPECT_NE(json.find(part), std::string::npos) << part << "\n" << json;
}

// ---- several points ----

using Inputs = std::span<const Var>;

std::vector<Tensor> draw_three(Philox& random) { return {normal_noise({3}, random)}; }

// x³ whose rule is wrong only where x is positive.
Var cube_wrong_above_zero(Var x) {
  return record(
      "cube", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i] * r.value(0)[i] * r.value(0)[i];
      },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          r.adjoint(0)[i] += r.adjoint()[i] * (r.value(0)[i] > 0 ? 2 : 3) * r.value(0)[i] * r.value(0)[i];
      });
}

TEST(GradientsAtPoints, AreThoseOfTheSinglePointsInOneReport) {
  const TensorFunction f = [](Tape&, Inputs x) { return cube_wrong_above_zero(x[0]); };
  const GradientReport all = check_gradients_at_points(f, draw_three, 4, {.seed = 11});
  EXPECT_EQ(all.points, 4);
  EXPECT_EQ(all.seed, 11u);
  EXPECT_EQ(all.verdict(), Verdict::fail);
  std::size_t entries = 0;
  for (int k = 0; k < 4; ++k) {
    const std::uint64_t seed = 11 + static_cast<std::uint64_t>(k);
    Philox random(seed, 1);
    const std::vector<Tensor> x = draw_three(random);
    // The point alone, again.
    const GradientReport one = check_gradients_at_points(f, draw_three, 1, {.seed = seed});
    const GradientReport by_hand = check_gradients(f, x, {.seed = seed});
    EXPECT_EQ(one.str(), by_hand.str());
    entries += one.entries.size();
    std::size_t failed = 0;
    for (const GradientEntry& e : all.entries) {
      if (e.point != k || e.output < 0 || e.output != e.index) continue;
      const double at = static_cast<double>(x[0][e.index]);
      EXPECT_DOUBLE_EQ(e.analytic, static_cast<double>((at > 0 ? 2 : 3) * x[0][e.index] * x[0][e.index]));
      EXPECT_EQ(e.verdict == Verdict::fail, at > 0) << at;
      failed += e.verdict == Verdict::fail;
    }
    EXPECT_EQ(failed, one.count(Verdict::fail));
  }
  EXPECT_EQ(all.entries.size(), entries);
  for (std::size_t i = 0; i + 1 < all.entries.size(); ++i)
    EXPECT_FALSE(all.entries[i + 1].worse_than(all.entries[i]));
  EXPECT_NE(all.scope().find(", at 4 points (seeds 11 to 14)"), std::string::npos) << all.scope();
  EXPECT_NE(all.str().find("\n  seed  output  "), std::string::npos) << all.str();
  EXPECT_NE(all.json().find("\"seed\": 14, \"verdict\": "), std::string::npos);
}

TEST(GradientsAtPoints, SayWhereAPropertyDoesNotHold) {
  // The second of three points has a rule that ignores its cotangent.
  const SeededCheck check = [](const GradientCheckOptions& options) {
    const bool wrong = options.seed == 2;
    const auto rule = [wrong](Record& r) {
      for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += wrong ? Real{1} : r.adjoint()[i];
    };
    const std::vector<Tensor> x{Tensor(Shape{2}, 1)};
    return check_gradients(
        [&](Tape&, Inputs in) {
          return record(
              "copy", in[0].shape(), {in[0]},
              [](Record& r) {
                for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i];
              },
              rule);
        },
        x, options);
  };
  const GradientReport report = check_gradients_at_points(check, 3);
  EXPECT_EQ(report.verdict(), Verdict::fail);
  ASSERT_FALSE(report.violations.empty());
  for (const std::string& sentence : report.violations)
    EXPECT_TRUE(sentence.starts_with("seed 2: ")) << sentence;
}

TEST(GradientsAtPoints, NameThePointThatIsRefused) {
  const TensorFunction f = [](Tape&, Inputs x) { return x[0]; };
  EXPECT_SAYS(std::invalid_argument, "check_gradients_at_points: found 0 points, expected at least 1",
              check_gradients_at_points(f, draw_three, 0));
  const DrawInputs bad = [](Philox&) {
    return std::vector{Tensor(Shape{}, std::numeric_limits<Real>::infinity())};
  };
  EXPECT_SAYS(std::invalid_argument,
              "seed 5: check_gradients: y is inf at the inputs, expected a finite value",
              check_gradients_at_points(f, bad, 2, {.seed = 5}));
}

}  // namespace
}  // namespace doxa
