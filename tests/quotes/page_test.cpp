// A page in step with its sources stays as it is; one that is not is found out, and mended by what it quotes.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "quotes/quotes.h"
#include "tests/support/scratch.h"

namespace doxa::quotes {
namespace {

namespace fs = std::filesystem;

// A chapter's folder with a source and results; removed at the end.
class QuotingPage : public ::testing::Test {
 protected:
  QuotingPage() {
    fs::create_directories(chapter() / "figures");
    write("main.cpp",
          "int main() {\n  //! [loss]\n  double a = 0.123;\n\n  //! [inner]\n    a += 1;\n  //! [inner]\n"
          "  //! [loss]\n}\n");
    write("results.json",
          "{\"chapter\": \"03-test\", \"seed\": 1, \"quick\": 0, \"score\": 0.9124, \"printed.table\": \"a  "
          "b\\n1  2\\n\","
          " \"none\": \"nan\", \"claim.1\": \"a sentence\", \"claim.1.holds\": 1}");
  }
  fs::path chapter() const { return root_ / "tutorials" / "03-test"; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((chapter() / name).parent_path());
    std::ofstream(chapter() / name) << text;
  }
  Page page(const std::string& text) const {
    write("README.md", text);
    return in_step(chapter() / "README.md");
  }
  std::string mended(const std::string& text) const { return page(text).text; }

  testing::Scratch scratch_;
  const fs::path root_ = scratch_.path();
};

const std::string block = "<!-- quote: main.cpp [loss] -->\n```cpp\ndouble a = 0.123;\n\n  a += 1;\n```\n";

TEST_F(QuotingPage, InStepStaysAsItIs) {
  const std::string text =
      "# A\n\n" + block +
      "\nIt scores 0.91<!--=score--> of 0.123.\n\n<!-- output: table -->\n```\na  b\n1  2\n```\n"
      "\n- in a list\n\n  <!-- quote: main.cpp [inner] -->\n  ```cpp\n  a += 1;\n  ```\n";
  const Page p = page(text);
  EXPECT_EQ(p.text, text);
  EXPECT_TRUE(p.differences.empty()) << p.differences[0].what;
}

TEST_F(QuotingPage, ABlockThatDiffersIsFoundWhereItDoesAndMended) {
  std::string text = block;
  text.replace(text.find("+="), 2, "-=");
  const Page p = page(text);
  ASSERT_EQ(p.differences.size(), 1u);
  EXPECT_EQ(p.differences[0].line, 5);
  EXPECT_EQ(p.text, block);
  EXPECT_EQ(mended("<!-- quote: main.cpp [loss] -->\n```cpp\n```\n"), block);
}

TEST_F(QuotingPage, OutputComesFromTheResults) {
  EXPECT_EQ(mended("<!-- output: table -->\n```\nold\n```\n"),
            "<!-- output: table -->\n```\na  b\n1  2\n```\n");
  EXPECT_EQ(page("<!-- output: other -->\n```\n```\n").differences.size(), 1u);
}

TEST_F(QuotingPage, ANumberThatDiffersIsMended) {
  const Page p = page("one\n\nof 0.90<!--=score-->, 0.912<!--=score--> and 91 %<!--=score-->\n");
  ASSERT_EQ(p.differences.size(), 1u);
  EXPECT_EQ(p.differences[0].line, 3);
  EXPECT_EQ(p.text, "one\n\nof 0.91<!--=score-->, 0.912<!--=score--> and 91 %<!--=score-->\n");
}

TEST_F(QuotingPage, WhatIsNotThereIsADifference) {
  for (const char* text :
       {"0.9<!--=nothing-->\n", "0.9<!--=none-->\n", "0.9<!--=chapter-->\n", "word<!--=score-->\n",
        "0.9<!--=other.json:score-->\n", "<!-- quote: main.cpp [nowhere] -->\n```\n```\n",
        "<!-- quote: none.cpp [loss] -->\n```\n```\n", "<!-- quote: main.cpp [loss] -->\n\nno block\n",
        "<!-- quote: main.cpp -->\n```\n```\n"})
    EXPECT_GE(page(text).differences.size(), 1u) << text;
}

TEST_F(QuotingPage, ANumberThatNothingHoldsIsFound) {
  EXPECT_EQ(page("It is 0.457 large.\n").differences.size(), 1u);
  EXPECT_EQ(page("It is $x = 0.457$ large.\n").differences.size(), 1u);
  EXPECT_EQ(page("It is 12 345 large.\n").differences.size(), 1u);
  for (const char* held :
       {"It is 0.123 large.\n", "It is 0.457<!--=--> large.\n", "It is 0.45 large.\n",
        "In 2014, 3000 steps; see (03.12).\n", "`0.457`\n", "```\n0.457\n```\n", "$$\nx = 0.457\n$$\n",
        "$$x = 0.457 \\tag{03.1}$$\n", "[a](b-0.457.md)\n", "## Exercises\n\n1. It is 0.457.\n"})
    EXPECT_TRUE(page(held).differences.empty()) << held;
}

TEST_F(QuotingPage, AClaimIsCitedByItsSentence) {
  EXPECT_TRUE(page("claim 1<!--claim: ../03-test: a sen-->\n").differences.empty());
  EXPECT_EQ(mended("claims 7<!--claim: .: a sentence--> and 8\n"),
            "claims 1<!--claim: .: a sentence--> and 8\n");
  EXPECT_EQ(page("claim 1<!--claim: .: another-->\n").differences.size(), 1u);
}

TEST_F(QuotingPage, WhatIsCodeBindsNothing) {
  const std::string text =
      "`0.9<!--=nothing-->` and | `<!-- quote: FILE [REGION] -->` | of 0.91<!--=score-->\n";
  EXPECT_TRUE(page(text).differences.empty());
  EXPECT_EQ(page("`x` 0.90<!--=score-->\n").differences.size(), 1u);
}

TEST_F(QuotingPage, RegionsStandBetweenTwoMarks) {
  write("a.cpp", "//! [once]\nx\n");
  write("b.cpp", "//! [more]\nx\n//! [more]\n//! [more]\n");
  EXPECT_THROW(region(chapter() / "a.cpp", "once"), std::runtime_error);
  EXPECT_THROW(region(chapter() / "b.cpp", "more"), std::runtime_error);
  EXPECT_EQ(region(chapter() / "main.cpp", "inner"), std::vector<std::string>{"a += 1;"});
}

TEST_F(QuotingPage, FiguresBelongToTheCommittedRun) {
  const fs::path run = root_ / "out" / "03-test";
  fs::create_directories(run);
  const std::string head = "{\"chapter\": \"03-test\", \"seed\": 1, \"quick\": 0";
  std::ofstream(run / "plot.svg") << "foobar";
  std::ofstream(run / "results.json") << head + ", \"figure.plot.svg\": \"85944171f73967e8\"}";
  write("figures/old.svg", "old");
  write("README.md", "![a plot](figures/plot.svg)\n");
  take(run, chapter());
  EXPECT_TRUE(faults(chapter()).empty());
  EXPECT_FALSE(fs::exists(chapter() / "figures" / "old.svg"));
  write("results-moons.json", "{\"figure.plot.svg\": \"85944171f73967e8\", \"figure.other.svg\": \"1\"}");
  EXPECT_TRUE(faults(chapter()).empty());  // a further run, of which nothing is shown
  write("figures/plot-moons.svg", "foobar");
  EXPECT_EQ(faults(chapter()).size(), 1u);
  write("README.md", "![a plot](figures/plot.svg) ![of the moons](figures/plot-moons.svg)\n");
  EXPECT_TRUE(faults(chapter()).empty());
  take(run, chapter());
  EXPECT_TRUE(faults(chapter()).empty());

  write("figures/plot.svg", "foobaz");
  EXPECT_EQ(faults(chapter()).size(), 1u);
  write("figures/stray.svg", "x");
  EXPECT_EQ(faults(chapter()).size(), 2u);

  std::ofstream(run / "results.json") << "{\"chapter\": \"03-test\", \"seed\": 2, \"quick\": 0}";
  EXPECT_THROW(take(run, chapter()), std::runtime_error);
  std::ofstream(run / "results.json") << head + ", \"stopped\": \"by SIGINT after step 3\"}";
  EXPECT_THROW(take(run, chapter()), std::runtime_error);
  std::ofstream(run / "results.json") << head + ", \"claim.1.holds\": 0}";
  EXPECT_THROW(take(run, chapter()), std::runtime_error);
}

TEST_F(QuotingPage, EachExerciseHasAVerifiedSolution) {
  const auto item = [](const std::string& verified) {
    return "1. Why?\n\n   <details><summary>Solution</summary>\n\n   So. " + verified + "\n\n   </details>\n";
  };
  const fs::path tests = root_ / "tests" / "tutorials" / "exercises";
  fs::create_directories(tests);
  std::ofstream(tests / "03-test.cpp") << "TEST(Exercise03, Why) {}\n";
  const auto faults_of = [&](const std::string& third) {
    write("README.md",
          "## Exercises\n\n" + item("Verified by `Exercise03.Why`.") + item("Verified by claim 1.") + third);
    return exercise_faults(root_, chapter()).size();
  };
  EXPECT_EQ(faults_of(item("Verified by `Exercise03.Why`.")), 0u);
  EXPECT_EQ(faults_of(item("Verified by `Exercise03.How`.")), 1u);
  EXPECT_EQ(faults_of(item("Verified by claim 2.")), 1u);
  EXPECT_EQ(faults_of(item("Believe me.")), 1u);
  EXPECT_EQ(faults_of("1. Why?\n"), 1u);
  EXPECT_EQ(faults_of(""), 1u);
  std::ofstream(tests / "03-test.cpp") << "TEST(Exercise03, Why) {}\nTEST(Exercise03, Unused) {}\n";
  EXPECT_EQ(faults_of(item("Verified by claim 1.")), 1u);
}

}  // namespace
}  // namespace doxa::quotes
