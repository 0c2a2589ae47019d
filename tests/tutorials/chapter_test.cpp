#include "support/chapter.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <new>

#include "tests/support/cursor.h"
#include "tests/support/scratch.h"

namespace doxa::support {
namespace {

namespace fs = std::filesystem;
using doxa::testing::content;
using doxa::testing::Scratch;

struct Outcome {
  int status;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> words, const std::function<void(Chapter&)>& body) {
  Arguments arguments("07-test", "A test");
  std::vector<const char*> argv = {"07-test"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int status = run_chapter(arguments, static_cast<int>(argv.size()), argv.data(), body);
  std::string out = ::testing::internal::GetCapturedStdout();
  return {status, std::move(out), ::testing::internal::GetCapturedStderr()};
}

void good_claim(Chapter& chapter) { chapter.claims.equal("one is one", 1, 1, 0, "both are exact"); }

TEST(Chapter, WritesItsFilesAndExitsWithZero) {
  const Scratch scratch;
  const fs::path out = scratch / "deep" / "er";
  const Outcome outcome = run({"--seed=7", "--out", out.string()}, [](Chapter& chapter) {
    chapter.results.set("answer", 42);
    chapter.file("note.txt", "hello");
    good_claim(chapter);
  });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(content(out / "note.txt"), "hello");
  EXPECT_EQ(content(out / "results.json"),
            "{\n  \"chapter\": \"07-test\",\n  \"seed\": 7,\n  \"quick\": 0,\n  \"answer\": 42,\n"
            "  \"claim.1\": \"one is one\",\n  \"claim.1.got\": 1,\n  \"claim.1.expected\": 1,\n"
            "  \"claim.1.tolerance\": 0,\n  \"claim.1.holds\": 1\n}\n");
}

TEST(Chapter, RunsItsSectionsInTurnOrOneAlone) {
  const Scratch scratch;
  const auto sections = [&](std::vector<std::string> words) {
    Arguments arguments("07-test", "A test");
    const std::string out = (scratch / "o").string();
    std::vector<const char*> argv = {"07-test", "--out", out.c_str()};
    for (const std::string& word : words) argv.push_back(word.c_str());
    std::string ran;
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    run_chapter(arguments, static_cast<int>(argv.size()), argv.data(),
                {{"one", [&](Chapter&) { ran += "1"; }}, {"two", [&](Chapter&) { ran += "2"; }}});
    ::testing::internal::GetCapturedStdout();
    return ran + ::testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(sections({}), "12");
  EXPECT_EQ(sections({"--only", "two"}), "2");
  EXPECT_EQ(sections({"--only=three"}), "07-test: --only: found 'three', expected one of one, two (see --help)\n");
}

// The page is one piece without a script or a reference to anything but the files beside it.
TEST(Chapter, LeavesAPageOfWhatTheRunHasShown) {
  const Scratch scratch;
  run({"--out", (scratch / "o").string()}, [](Chapter& chapter) {
    Table table({"a < b"});
    table.row({1});
    chapter.print("comparison", table);
    chapter.file("curve.svg", "<svg/>");
    good_claim(chapter);
    chapter.claims.equal("1 < 0 & so on", 1, 2, 0, "exact");
  });
  const std::string page = content(scratch / "o" / "index.html");
  for (const char* part : {"<summary>✓ one is one</summary>", "<details open><summary>✗ 1 &lt; 0 &amp; so on",
                           "<pre>  a &lt; b", "<img src=\"curve.svg\""})
    EXPECT_NE(page.find(part), std::string::npos) << part << " in\n" << page;
  EXPECT_EQ(page.find("http"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

TEST(Chapter, AFailedClaimIsStatusOneAndStillRecorded) {
  const Scratch scratch;
  const Outcome outcome = run({"--out", (scratch / "o").string()},
                              [](Chapter& chapter) { chapter.claims.equal("one is two", 1, 2, 0, "exact"); });
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.out.find("✗ one is two"), std::string::npos);
  EXPECT_TRUE(fs::exists(scratch / "o" / "results.json"));
}

TEST(Chapter, BadInputIsOneLineAndLeavesNothing) {
  const Scratch scratch;
  const std::string out = (scratch / "a" / "b").string();
  const Outcome outcome = run({"--out", out}, [](Chapter& chapter) {
    chapter.file("note.txt", "hello");
    throw UsageError("tiger.pomdp:3:1: found 'x',\nexpected a number");
  });
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "07-test: tiger.pomdp:3:1: found 'x', expected a number\n");
  EXPECT_EQ(scratch.entries(), 0u);

  EXPECT_EQ(run({"--sed=1", "--out", out}, good_claim).err, "07-test: unknown flag '--sed' (see --help)\n");
  EXPECT_EQ(run({"--out", out}, [](Chapter&) { throw std::bad_alloc(); }).err, "07-test: out of memory\n");
  EXPECT_EQ(scratch.entries(), 0u);
}

TEST(ChapterDeathTest, AStoppedRunSaysSoAndEndsByItsSignal) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Scratch scratch;
  const fs::path out = fs::temp_directory_path() / "doxa-stopped-chapter";
  const auto stopped = [&](bool claim) {
    run({"--out", out.string()}, [&](Chapter& chapter) {
      chapter.stopped(SIGTERM, "step 3 of markov");
      if (claim) good_claim(chapter);
    });
  };
  EXPECT_EXIT(stopped(true), ::testing::KilledBySignal(SIGTERM), "");
  const std::string results = content(out / "results.json");
  EXPECT_NE(results.find("\"stopped\": \"by SIGTERM after step 3 of markov\""), std::string::npos) << results;
  EXPECT_NE(results.find("\"claim.1.holds\": 1"), std::string::npos);
  fs::remove_all(out);
}

TEST(Chapter, HelpRunsNothing) {
  const Outcome outcome = run({"--help", "--nonsense"}, [](Chapter&) { FAIL(); });
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.out.starts_with("07-test: A test\n"));
}

TEST(Chapter, RefusesADirectoryItCannotHave) {
  const Scratch scratch;
  std::ofstream(scratch / "file") << "text";
  for (const fs::path& out :
       {scratch / "file", scratch / "file" / "below", scratch / "file" / "far" / "below"}) {
    const Outcome outcome = run({"--out", out.string()}, [](Chapter&) { FAIL(); });
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "07-test: --out: cannot write to " + out.string() + ": Not a directory\n");
  }
  EXPECT_EQ(content(scratch / "file"), "text");
}

TEST(Chapter, NamesALinkThatLeadsToNoDirectory) {
  const Scratch scratch;
  fs::create_symlink("none", scratch / "link");
  for (const fs::path& out : {scratch / "link", scratch / "link" / "below"})
    EXPECT_EQ(run({"--out", out.string()}, [](Chapter&) { FAIL(); }).err,
              "07-test: --out: cannot write to " + out.string() + ": the link " +
                  (scratch / "link").string() + " leads to none, which does not exist\n");
  EXPECT_EQ(scratch.entries(), 1u);
}

TEST(Chapter, AWriteThatFailsIsBadInput) {
  const Scratch scratch;
  fs::create_directories(scratch / "o" / "results.json");
  const Outcome outcome = run({"--out", (scratch / "o").string()}, good_claim);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(lines_of(outcome.err).size(), 1u);
  EXPECT_NE(outcome.err.find("results.json"), std::string::npos);
}

TEST(Chapter, FilesStayInTheirDirectory) {
  const Arguments arguments("07-test", "A test");
  Chapter chapter(arguments);
  for (const char* name : {"", ".", "..", "../a", "a/b", "/a"}) {
    EXPECT_THROW(chapter.file(name, ""), std::invalid_argument) << name;
  }
}

}  // namespace
}  // namespace doxa::support
