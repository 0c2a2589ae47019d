#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "doxa/autograd/internal/program/command_line.h"
#include "support/run_files.h"

namespace doxa::support {

// The command line of a program that reads and writes files.
class CommandLine : public doxa::CommandLine {
 public:
  CommandLine(std::string program, std::string title, std::string notes)
      : doxa::CommandLine(std::move(program), std::move(title), std::move(notes)) {
    must_hold([this] { return conflict_of_files(); });
  }

  // Adds files that the run reads or writes; called once all flags are read. A file that would be overwritten
  // though the run reads it, or writes it otherwise, is refused.
  void uses(std::function<std::vector<RunFile>()> files) { files_.push_back(std::move(files)); }

 private:
  std::string conflict_of_files() const;

  std::vector<std::function<std::vector<RunFile>()>> files_;
};

// The command line of a chapter: --seed N, --out DIR, --quick, --verbose, --help, and flags of its own.
class Arguments : public CommandLine {
 public:
  // `chapter` is the folder's name, "06-vae".
  Arguments(std::string chapter, std::string title);

  // Is this the run that the chapter's text describes: seed 1, and nothing given but --out and --verbose?
  bool default_run() const;

  // Flags of training have no effect on a section that trains nothing, run alone: throws UsageError if --only
  // and one of them are given.
  void refuse_beside_only(const std::string& section, std::span<const char* const> flags) const;

  const std::string& chapter() const { return program_; }
  const std::string& title() const { return title_; }
  std::uint64_t seed() const { return seed_; }        // --seed, 1 if not given
  std::filesystem::path out() const { return out_; }  // --out, out/NN-name if not given
  bool quick() const { return quick_; }               // --quick
  bool verbose() const { return verbose_; }           // --verbose

 private:
  std::uint64_t seed_ = 1;
  std::string out_;
  bool quick_ = false, verbose_ = false;
};

}  // namespace doxa::support
