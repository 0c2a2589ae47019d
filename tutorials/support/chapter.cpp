#include "support/chapter.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "doxa/autograd/internal/program/standard_streams.h"
#include "doxa/autograd/real.h"
#include "doxa/models/files/file.h"
#include "doxa/models/nn/training.h"
#include "support/results.h"
#include "support/run_page.h"

namespace doxa::support {
namespace {

namespace fs = std::filesystem;

// The directory a chapter writes to. What had to be created for it is removed again when nothing is
// written.
class OutputDirectory {
 public:
  explicit OutputDirectory(const fs::path& path) {
    std::error_code error;
    std::vector<fs::path> missing;
    for (fs::path p = path; !p.empty() && !fs::exists(p, error) && !error; p = p.parent_path()) {
      if (p.has_filename()) missing.push_back(p);
    }
    fs::create_directories(path, error);
    for (const fs::path& p : missing) {
      std::error_code ignored;
      if (fs::is_directory(p, ignored)) created_.push_back(p);
    }
    // Some standard libraries report a file in the way as "File exists".
    if (error == std::errc::file_exists || (!error && !fs::is_directory(path, error) && !error))
      error = std::make_error_code(std::errc::not_a_directory);
    if (!error && ::access(path.c_str(), W_OK | X_OK) != 0) error = {errno, std::generic_category()};
    if (error) {
      remove_created();
      const std::string link = dangling_link(path);
      throw UsageError("--out: cannot write to " + path.string() + ": " +
                       (link.empty() ? error.message() : link));
    }
  }
  ~OutputDirectory() { remove_created(); }
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;

  void keep() { created_.clear(); }

 private:
  // Says which link on the path leads to nothing; empty if none does.
  static std::string dangling_link(const fs::path& path) {
    fs::path p;
    std::error_code error;
    for (const fs::path& part : path) {
      p /= part;
      if (const fs::path target = fs::read_symlink(p, error); !error && !fs::exists(p, error))
        return "the link " + p.string() + " leads to " + target.string() + ", which does not exist";
    }
    return {};
  }
  void remove_created() noexcept {
    std::error_code ignored;  // a directory that is no longer empty stays
    for (const fs::path& p : created_) fs::remove(p, ignored);
  }

  std::vector<fs::path> created_;  // innermost first
};

void record_claims(const Claims& claims, Results& results) {
  int number = 0;
  for (const Claim& claim : claims.all()) {
    const std::string name = "claim." + std::to_string(++number);
    results.set(name, claim.sentence);
    results.set(name + ".got", claim.got);
    results.set(name + ".expected", claim.expected);
    results.set(name + ".tolerance", claim.tolerance);
    results.set(name + ".holds", claim.holds() ? 1 : 0);
  }
}

// Which figures belong to these results.
void record_figures(const std::vector<std::pair<std::string, std::string>>& files, Results& results) {
  for (const auto& [name, text] : files)
    if (name.ends_with(".svg")) results.set("figure." + name, checksum(text));
}

// The last claim of a default run, where the chapter's folder has results to be held against.
void claim_agreement(Chapter& chapter, const std::string& results) {
  const fs::path committed = fs::path(DOXA_TUTORIALS_DIR) / chapter.arguments().chapter() / "results.json";
  std::error_code error;
  if (!fs::exists(committed, error)) return;
  chapter.claims.add(agrees_with_committed(parse_results(results, "results.json"), read_results(committed),
                                           chapter.claims.all(), chapter.results.tolerances()));
}

// Writes all files that can be written, and then throws if one could not.
void write_files(const Chapter& chapter, OutputDirectory& directory) {
  std::exception_ptr failure;
  for (const auto& [name, text] : chapter.files()) {
    const fs::path file = chapter.out() / name;
    try {
      write_file_atomically(file, text);
      directory.keep();
      std::cout << "wrote " << file.string() << '\n';
    } catch (const std::runtime_error&) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

int run(const Arguments& arguments, const std::function<void(Chapter&)>& body, int& signal) {
  OutputDirectory directory(arguments.out());
  require_writable(arguments.out() / "results.json");  // now, rather than after a long run
  std::cout << arguments.chapter() << ": " << arguments.title() << " (seed " << arguments.seed()
            << (arguments.quick() ? ", quick" : "") << ")\n\n";
  require_output();  // for the same reason

  Chapter chapter(arguments);
  chapter.results.set("chapter", arguments.chapter());
  chapter.results.set("seed", arguments.seed());
  chapter.results.set("quick", arguments.quick() ? 1 : 0);
  body(chapter);
  record_claims(chapter.claims, chapter.results);
  record_figures(chapter.files(), chapter.results);
  const std::string results = chapter.results.json();
  if (std::is_same_v<Real, double> && arguments.default_run() && chapter.complete())
    claim_agreement(chapter, results);
  chapter.file("index.html", run_page(chapter));
  chapter.file("results.json", results);

  std::cout << '\n' << chapter.claims.report(arguments.verbose(), chapter.stop()) << std::flush;
  const StopRequest stop;  // a signal that comes now waits until all files are written
  write_files(chapter, directory);
  signal = chapter.complete() ? stop.signal() : chapter.signal();
  return chapter.claims.failed() == 0 ? 0 : 1;
}

}  // namespace

void Chapter::file(std::string name, std::string text) {
  if (name.empty() || name == "." || name == ".." || fs::path(name).filename() != fs::path(name)) {
    throw std::invalid_argument("'" + name + "' is not a plain file name");
  }
  files_.emplace_back(std::move(name), std::move(text));
}

void Chapter::stopped(int signal, const std::string& after) {
  const char* name = signal == SIGINT    ? "SIGINT"
                     : signal == SIGTERM ? "SIGTERM"
                     : signal == SIGHUP  ? "SIGHUP"
                                         : nullptr;
  signal_ = signal;
  stop_ = "by " + (name ? name : "signal " + std::to_string(signal)) + " after " + after;
  results.set("stopped", stop_);
}

void Chapter::print(const std::string& name, const Table& table) {
  std::cout << table;
  results.set("printed." + name, table.text());
  tables_.emplace_back(name, table.text());
}

int run_chapter(Arguments& arguments, int argc, const char* const* argv,
                const std::function<void(Chapter&)>& body) {
  int signal = 0;
  const int status = arguments.run(argc, argv, [&] { return run(arguments, body, signal); });
  if (signal != 0) end_by_signal(signal);
  return status;
}

int run_chapter(Arguments& arguments, int argc, const char* const* argv,
                const std::vector<Section>& sections) {
  std::string names, only;
  for (const Section& section : sections) names += (names.empty() ? "" : ", ") + section.name;
  const auto is_only = [&](const Section& section) { return section.name == only; };
  arguments.text("only", "SECTION", only, "one section alone: " + names);
  arguments.must_hold([&]() -> std::string {
    if (only.empty() || std::ranges::any_of(sections, is_only)) return {};
    return "--only: found '" + only + "', expected one of " + names;
  });
  return run_chapter(arguments, argc, argv, [&](Chapter& chapter) {
    for (const Section& section : sections)
      if (only.empty() || is_only(section)) section.run(chapter);
  });
}

}  // namespace doxa::support
