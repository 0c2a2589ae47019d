// Flags that contradict each other, or of which one would be without effect, are refused in one line.

#include <gtest/gtest.h>

#include "programs.h"

namespace doxa::testing {
namespace {

struct Contradiction {
  std::string name, arguments, found, expected;
};

const std::vector<Contradiction>& contradictions() {
  const std::string done = "one of them: the file says what was done", measures = " measures nothing",
                    one = "one of them: ";
  static const std::vector<Contradiction> all{
      {"08-belief", "--trajectory t.csv --horizon 3", "--horizon beside --trajectory", done},
      {"08-belief", "--action-weights 1,1,1 --trajectory t.csv", "--action-weights beside --trajectory",
       done},
      {"08-belief", "--trajectory t.csv --seed 2", "--seed beside --trajectory", done},
      {"08-belief", "--quick --trajectory t.csv", "--quick beside --trajectory", done},
      {"08-belief", "--heard LLR --trajectory t.csv", "--heard beside --trajectory", done},
      {"08-belief", "--pomdp m.pomdp --heard LLR", "--heard beside --pomdp", one + "it is Tiger's"},
      {"08-belief", "--pomdp m.pomdp --ear 0.7", "--ear beside --pomdp", one + "it is Tiger's"},
      {"08-belief", "--lenient", "--lenient without --pomdp", "both"},
      {"09-filtering-bound", "--lenient", "--lenient without --pomdp", "both"},
      {"10-filtering-posterior", "--lenient", "--lenient without --pomdp", "both"},
      {"11-rssm", "--lenient --seed 2", "--lenient without --pomdp", "both"},
      {"12-planning", "--lenient", "--lenient without --pomdp", "both"},
      {"09-filtering-bound", "--horizon 3", "--horizon without --pomdp", "both"},
      {"09-filtering-bound", "--action-weights 1,1,1", "--action-weights without --pomdp", "both"},
      {"09-filtering-bound", "--pomdp m.pomdp --ear 0.7", "--ear beside --pomdp", one + "it is Tiger's"},
      {"09-filtering-bound", "--pomdp m.pomdp --quick --horizon 3", "--quick beside --horizon",
       one + "of a model of yours, the horizon is all that --quick shortens"},
      {"10-filtering-posterior", "--episodes e.csv --horizon 8", "--horizon beside --episodes", done},
      {"10-filtering-posterior", "--horizon 32 --episodes e.csv", "--horizon beside --episodes", done},
      {"10-filtering-posterior", "--episodes e.csv --action-weights 1,1,1",
       "--action-weights beside --episodes", done},
      {"11-rssm", "--episodes e.csv --horizon 8", "--horizon beside --episodes", done},
      {"11-rssm", "--episodes e.csv --action-weights 1,1,1", "--action-weights beside --episodes", done},
      {"11-rssm", "--summary both", "--summary without --variant", "both"},
      {"11-rssm", "--kl-balance 0.5", "--kl-balance without --variant", "both"},
      {"11-rssm", "--free-nats 0.5", "--free-nats without --variant", "both"},
      {"gradcheck", "--list --json x.json", "--json beside --list", one + "--list checks nothing"},
      {"gradcheck", "--list --seed 2", "--seed beside --list", one + "--list checks nothing"},
      {"gradcheck", "--mode sampled --list", "--mode beside --list", one + "--list checks nothing"},
      {"gradcheck", "--list --verbose", "--verbose beside --list", one + "--list checks nothing"},
      {"bench", "--list --case draws", "--case beside --list", one + "--list" + measures},
      {"bench", "--list --seconds 1", "--seconds beside --list", one + "--list" + measures},
      {"bench", "--list --threads 2", "--threads beside --list", one + "--list" + measures},
      {"bench", "--list --json x.json", "--json beside --list", one + "--list" + measures},
      {"bench", "--list --growth x", "--growth beside --list", one + "--list" + measures},
      {"bench", "--list --about", "--about beside --list", one + "--list" + measures},
      {"bench", "--about --case draws", "--case beside --about", one + "--about" + measures},
      {"bench", "--about --seconds 1", "--seconds beside --about", one + "--about" + measures},
      {"bench", "--about --threads 2", "--threads beside --about", one + "--about" + measures},
      {"bench", "--about --json x.json", "--json beside --about", one + "--about" + measures},
      {"bench", "--about --growth x", "--growth beside --about", one + "--about" + measures},
      {"bench", "--growth x --case draws", "--case beside --growth",
       one + "--growth has cases of its own, on one thread"},
      {"bench", "--growth x --threads 2", "--threads beside --growth",
       one + "--growth has cases of its own, on one thread"},
  };
  return all;
}

TEST(Contradictions, AreRefusedInOneLine) {
  const Scratch scratch;
  const std::string here = "cd " + shell_word(scratch.path().string()) + "; ";
  for (const Contradiction& c : contradictions()) {
    const ShellOutcome run = shell(scratch, here + program(c.name) + " " + c.arguments);
    EXPECT_EQ(run.status, 2) << c.name << " " << c.arguments;
    EXPECT_EQ(run.out, "") << c.name << " " << c.arguments;
    EXPECT_EQ(run.err, c.name + ": found " + c.found + ", expected " + c.expected + " (see --help)\n");
    EXPECT_EQ(scratch.entries(), 2u) << "nothing but out and err";
  }
}

// What --help says of each of them: "; not with --list" or "; only with --pomdp" behind the flag.
TEST(Contradictions, AreSaidByHelp) {
  const Scratch scratch;
  for (const Contradiction& c : contradictions()) {
    const std::string flag = c.found.substr(0, c.found.find(' ')),
                      other = c.found.substr(c.found.rfind(' ') + 1);
    const std::string help = shell(scratch, program(c.name) + " --help").out;
    const std::size_t at = help.find("\n  " + flag + " ");
    ASSERT_NE(at, std::string::npos) << c.name << flag;
    const std::string line = help.substr(at, help.find('\n', at + 1) - at);
    const std::size_t rule = line.find(c.expected == "both" ? "; only with " : "; not with ");
    ASSERT_NE(rule, std::string::npos) << line;
    EXPECT_NE(line.find(other, rule), std::string::npos) << line;
  }
}

TEST(Contradictions, ThreadsAreForTrainingSteps) {
  const Scratch scratch;
  const ShellOutcome run = shell(scratch, program("bench") + " --case draws --threads 2");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.err,
            "bench: found --threads for --case draws, expected a training step, such as --case vae-small\n");
}

// Chapters are named for --take alone.
TEST(Contradictions, QuotesTakesNoChaptersWithoutTake) {
  const Scratch scratch;
  const ShellOutcome run = shell(scratch, program("quotes") + " 06-vae");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.err, "quotes: chapters are named for --take alone\n");
}

// A misspelt folder has nothing to take, which is not what was asked for.
TEST(Contradictions, QuotesTakesFromAFolderOfRuns) {
  const Scratch scratch;
  const ShellOutcome run = shell(scratch, program("quotes") + " --take none");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.err, "quotes: --take: found no run in 'none', expected a folder with NN-name/results.json\n");
}

}  // namespace
}  // namespace doxa::testing
