#include "support/arguments.h"

#include <algorithm>

namespace doxa::support {

std::string CommandLine::conflict_of_files() const {
  std::vector<RunFile> all;
  for (const auto& files : files_)
    for (RunFile& file : files()) all.push_back(std::move(file));
  return conflict(all);
}

Arguments::Arguments(std::string chapter, std::string title)
    : CommandLine(std::move(chapter), std::move(title),
                  "Exit status: 0 all claims hold, 1 a claim failed, 2 bad input or output that cannot be\n"
                  "written; stopped by signal N (Ctrl-C: 2), 128 + N."),
      out_("out/" + program_) {
  CommandLine::seed(seed_);
  text("out", "DIR", out_, "directory for results.json and the figures");
  flag("quick", quick_, "a shorter run, with wider tolerances");
  flag("verbose", verbose_, "numbers, tolerance and its reason for every claim, not only for one that fails");
  uses([this]() -> std::vector<RunFile> {
    return {{.flag = "--out", .path = out() / "results.json", .written = true},
            {.flag = "--out", .path = out() / "index.html", .written = true},
            {.flag = "--out", .path = out(), .written = true, .ending = ".svg"}};
  });
  listed_last_ = flags_.size();
}

bool Arguments::default_run() const {
  return seed_ == 1 && std::ranges::none_of(flags_, [](const Flag& flag) {
           return flag.given && flag.name != "seed" && flag.name != "out" && flag.name != "verbose";
         });
}

void Arguments::refuse_beside_only(const std::string& section, std::span<const char* const> flags) const {
  if (!given("only")) return;
  for (const char* flag : flags)
    if (given(flag))
      throw UsageError("found --" + std::string(flag) + " beside --only " + section +
                       ", expected one of them: " + section + " trains nothing (see --help)");
}

}  // namespace doxa::support
