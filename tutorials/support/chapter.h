#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/arguments.h"
#include "support/claims.h"
#include "support/results.h"
#include "support/table.h"

namespace doxa::support {

// What a chapter works with while it runs, and what it leaves behind.
class Chapter {
 public:
  explicit Chapter(const Arguments& arguments) : arguments_(arguments) {}

  std::uint64_t seed() const { return arguments_.seed(); }
  bool quick() const { return arguments_.quick(); }
  std::filesystem::path out() const { return arguments_.out(); }
  const Arguments& arguments() const { return arguments_; }

  Claims claims;
  Results results;

  // Keeps `text` to be written to DIR/name when the chapter has come to its end, so that a chapter that stops
  // half-way leaves nothing. Throws std::invalid_argument when `name` is not a plain file name.
  void file(std::string name, std::string text);

  // The same for a Figure, a Diagram or anything else with svg(): DIR/name.svg.
  template <class Drawing>
  void figure(const std::string& name, const Drawing& drawing) {
    file(name + ".svg", drawing.svg());
  }

  // Prints a table, and keeps it in the results as "printed.NAME": the chapter's text quotes it by that name.
  void print(const std::string& name, const Table& table);
  const std::vector<std::pair<std::string, std::string>>& tables() const { return tables_; }  // name, text

  const std::vector<std::pair<std::string, std::string>>& files() const { return files_; }  // name, text

  // Says that a signal has stopped the run before its end, after what, for example "step 12 of markov". The
  // files are still written, with an entry "stopped" in the results, which are not held against the committed
  // ones; the program then ends by that signal.
  void stopped(int signal, const std::string& after);
  bool complete() const { return signal_ == 0; }
  int signal() const { return signal_; }             // 0: none
  const std::string& stop() const { return stop_; }  // "by SIGINT after step 12 of markov", or empty

 private:
  const Arguments& arguments_;
  std::vector<std::pair<std::string, std::string>> files_, tables_;
  int signal_ = 0;
  std::string stop_;
};

// A chapter from its command line to its exit status:
//
//   0  all claims hold                 (also --help)
//   1  a claim failed
//   2  bad input: one line "NN-name: …" on standard error, and nothing written. Standard output that fails later than
//      at the first line costs no results: the files are written, and the status is 2 all the same.
//   128 + signal  stopped by the signal, for example 130 for Ctrl-C: see Chapter::stopped
//
// Parses the arguments, creates DIR, runs `body`, prints its claims and writes its files to DIR,
// results.json and a page of all that the run has shown, index.html, among them. The default run ends with
// the claim that its results are those committed in tutorials/NN-name/results.json (see results.h); a build
// in single precision makes no such claim.
int run_chapter(Arguments& arguments, int argc, const char* const* argv,
                const std::function<void(Chapter&)>& body);

// A part of a chapter that can be run alone.
struct Section {
  std::string name;
  std::function<void(Chapter&)> run;
};

// The same for a chapter of sections, all in turn or the one of --only SECTION.
int run_chapter(Arguments& arguments, int argc, const char* const* argv,
                const std::vector<Section>& sections);

}  // namespace doxa::support
