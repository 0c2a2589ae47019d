#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <tuple>

#include "support/arguments.h"
#include "support/chapter.h"
#include "support/claims.h"
#include "support/number.h"
#include "support/progress.h"
#include "support/results.h"
#include "support/table.h"
#include "support/utf8.h"
#include "tests/support/rounding.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::support {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

using doxa::testing::content;
using doxa::testing::Scratch;

// ---- numbers and text

TEST(Number, SignificantDigits) {
  EXPECT_EQ(significant(0.69314718, 4), "0.6931");
  EXPECT_EQ(significant(0.5, 4), "0.5000");
  EXPECT_EQ(significant(123456, 3), "123456");
  EXPECT_EQ(significant(9.9996, 4), "10.00");  // rounding carries into the next power of ten
  EXPECT_EQ(significant(999999.9, 3), "1.00e6");
  EXPECT_EQ(significant(2.22e-16, 2), "2.2e-16");
  EXPECT_EQ(significant(-0.00123, 2), "-0.0012");
  EXPECT_EQ(significant(0), "0");
  EXPECT_EQ(significant(nan), "nan");
  EXPECT_EQ(significant(-infinity), "-inf");
  EXPECT_EQ(decimal(-0.001, 2), "0.00");
}

TEST(Utf8, CountsColumnsAndMendsWhatIsMalformed) {
  EXPECT_EQ(columns("log p(x̂₁|θ) ✓"), 13u);  // the circumflex is a combining mark
  EXPECT_EQ(valid_utf8("α\xff\xc3"), "α\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "\uFFFD\uFFFD");            // longer than it needs to be
  EXPECT_EQ(fitting("αβγ", 2), "αβ");
}

// ---- arguments

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
                    rate = ", expected a number greater than 0",
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

// ---- claims and results

TEST(Claims, HoldWithinTheToleranceAndNotBeyond) {
  Claims claims;
  claims.equal("on the edge", 1.5, 1, 0.5, "");
  claims.equal("both infinite", -infinity, -infinity, 0, "");
  claims.at_least("just", 0.7, 0.75, 0.0625, "");
  claims.at_most("exactly", 2, 2, 0, "");
  EXPECT_EQ(claims.failed(), 0u);
  claims.equal("beyond", 1.5000001, 1, 0.5, "");
  claims.at_least("below", 0.6, 0.75, 0.125, "");
  claims.at_most("above", 2.1, 2, 0, "");
  EXPECT_EQ(claims.failed(), 3u);
}

TEST(Claims, NothingHoldsOfNaNOrWithoutATolerance) {
  Claims claims;
  for (const auto& [got, expected, tolerance] : {std::tuple{nan, 1., 1.},
                                                 {1., nan, 1.},
                                                 {nan, nan, 1.},
                                                 {1., 1., nan},
                                                 {1., 1., infinity},
                                                 {infinity, 1., 1.}}) {
    claims.equal("never", got, expected, tolerance, "");
  }
  claims.at_least("never", nan, 0, 1, "");
  claims.at_most("never", 0, nan, 1, "");
  EXPECT_EQ(claims.failed(), claims.all().size());
}

TEST(Claims, ReportHasOneMarkAClaimAndFitsThePage) {
  Claims claims;
  std::string sentence = "log p(x) ≥ ELBO", reason = "rounding";
  for (int i = 0; i < 40; ++i) sentence += " and so on", reason += " of many terms";
  claims.equal(sentence, 1.0000001, 1, 1e-6, reason);
  claims.at_least("short", 2, 1, 0, reason);
  claims.equal("wrong", 2, 1, 0.5, reason);
  int good = 0, bad = 0;
  for (const std::string& line : lines_of(claims.report())) {
    EXPECT_LE(columns(line), 100u);
    good += line.starts_with("✓ ");
    bad += line.starts_with("✗ ");
  }
  EXPECT_EQ(good, 2);
  EXPECT_EQ(bad, 1);
  EXPECT_EQ(lines_of(claims.report()).back(), "1 of 3 claims failed");
}

TEST(Claims, ReportShowsNumbersDifferenceToleranceAndReason) {
  Claims claims;
  claims.equal("π", 3.14159, 3.14, 0.01, "schoolbook");
  EXPECT_EQ(claims.report(),
            "✓ π\n"
            "    got 3.142, expected 3.14, difference 0.0016, tolerance 0.010: schoolbook\n"
            "the claim holds\n");
}

TEST(Claims, ABoundWithoutAToleranceIsNoWallOfDigits) {
  Claims claims;
  claims.at_least("score", 0.740346677396544, 0.5, 0, "a bound");
  claims.equal("unequal", 31982.98613676408, 31982.98613676103, 0, "exact");
  claims.equal("equal", 1.0 / 3, 1.0 / 3, 0, "exact");
  const std::string report = claims.report();
  EXPECT_NE(report.find("got 0.7403, at least 0.5, difference 0.24"), std::string::npos);
  EXPECT_NE(report.find("got 31982.9861367641, expected 31982.9861367610,"), std::string::npos);
  EXPECT_NE(report.find("got 0.333333, expected 0.333333, difference 0,"), std::string::npos);
}

// What JSON says a string literal means, for the escapes that the writer uses.
std::string unescaped(const std::string& literal) {
  std::string text;
  for (std::size_t i = 1; i + 1 < literal.size(); ++i) {
    if (literal[i] != '\\') {
      EXPECT_GE(static_cast<unsigned char>(literal[i]), 0x20);
      EXPECT_NE(literal[i], '"');
      text += literal[i];
      continue;
    }
    switch (literal[++i]) {
      case 'n':
        text += '\n';
        break;
      case 't':
        text += '\t';
        break;
      case 'r':
        text += '\r';
        break;
      case 'u':
        text += static_cast<char>(std::stoi(literal.substr(i + 1, 4), nullptr, 16));
        i += 4;
        break;
      default:
        text += literal[i];
    }
  }
  return text;
}

TEST(Results, StringsSurviveTheirEscaping) {
  std::string every = "“λ” ";
  for (char c = 1; c < 127; ++c) every += c;
  EXPECT_EQ(unescaped(json_string(every)), every);
  EXPECT_EQ(json_string("a\xff"), "\"a\uFFFD\"");
}

TEST(Results, OneFlatObjectInOrder) {
  Results results;
  results.set("b", 0.1);
  results.set("a", "text \"quoted\"");
  results.set("seed", std::numeric_limits<std::uint64_t>::max());
  results.set("none", nan);
  results.set("low", -infinity);
  results.set("b", 0.2);
  EXPECT_EQ(results.json(),
            "{\n  \"b\": 0.2,\n  \"a\": \"text \\\"quoted\\\"\",\n  \"seed\": 18446744073709551615,\n"
            "  \"none\": \"nan\",\n  \"low\": \"-inf\"\n}\n");
  EXPECT_EQ(Results().json(), "{\n}\n");
}

// ---- tables and progress

TEST(Table, ColumnsLineUpWhateverTheLetters) {
  Table table({"t", "b(ℓ)", "o"});
  table.row({1, 0.25, "hear-links ←"});
  table.row({100, "—", "ô"});
  EXPECT_EQ(table.text(),
            "    t    b(ℓ)  o\n"
            "  ───  ──────  ────────────\n"
            "    1  0.2500  hear-links ←\n"
            "  100       —  ô\n");
  EXPECT_THROW(table.row({1}), std::invalid_argument);
}

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

// ---- a chapter as a whole

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
