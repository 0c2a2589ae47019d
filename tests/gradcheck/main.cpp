// gradcheck: runs every gradient check of the library and prints one line a case; `gradcheck --help` says
// more.

#include <algorithm>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "cases.h"
#include "doxa/models/files/file.h"
#include "results.h"
#include "support/arguments.h"
#include "support/progress.h"
#include "support/standard_streams.h"

namespace doxa::gradcheck {
namespace {

struct Settings {
  bool list = false, tapes = false, verbose = false;
  std::string filter = "*";
  std::uint64_t seed = 1;
  std::string mode = "automatic", json;
};

CheckMode mode_of(const std::string& name) {
  return name == "jacobian"  ? CheckMode::jacobian
         : name == "sampled" ? CheckMode::sampled
                             : CheckMode::automatic;
}

// Does the name contain the parts between the stars, in this order?
bool matches(std::string_view name, std::string_view pattern) {
  while (true) {
    const std::size_t star = std::min(pattern.find('*'), pattern.size());
    const std::size_t at = name.find(pattern.substr(0, star));
    if (at == name.npos) return false;
    if (star == pattern.size()) return true;
    name.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
}

std::vector<GradientCase> chosen_cases(const std::string& filter) {
  std::vector<GradientCase> chosen;
  for (GradientCase& c : gradient_cases())
    if (matches(c.name, filter)) chosen.push_back(std::move(c));
  if (chosen.empty())
    throw std::invalid_argument("--filter: no case matches '" + filter + "'; --list names them");
  return chosen;
}

void print(const std::string& text) {
  std::cout << text;
  support::require_output();
}

// The lines of the cases, above a progress bar where there is a terminal to draw it on.
class Lines {
 public:
  explicit Lines(std::size_t cases) {
    if (support::ProgressScreen::standard_output().columns() > 0) bar_.emplace("gradcheck", cases);
  }
  // One more case is done.
  void add(const std::string& text) {
    if (!bar_) return print(text);
    bar_->print(text);
    bar_->step();
    print("");  // the terminal may be gone
  }

 private:
  std::optional<support::Progress> bar_;
};

std::string summary(const std::vector<Result>& results) {
  const auto count = [&](auto condition) {
    return std::to_string(std::ranges::count_if(results, condition));
  };
  const auto wrong = [&](const char* verdict) {
    return count([=](const Result& r) { return !r.as_expected && r.verdict == verdict; });
  };
  std::string text = count([](const Result& r) { return r.as_expected; }) + " passed, " + wrong("fail") +
                     " failed, " + wrong("inconclusive") + " inconclusive";
  if (const std::string kinks = wrong("kink"); kinks != "0") text += ", " + kinks + " at a kink";
  if (const std::string smooth = wrong("pass"); smooth != "0") text += ", " + smooth + " without their kink";
  return text + "\n";
}

int run(const Settings& settings) {
  GradientCheckOptions options;
  options.seed = settings.seed;
  options.mode = mode_of(settings.mode);
  const std::vector<GradientCase> cases = chosen_cases(settings.filter);
  if (settings.list) {
    std::string names;
    for (const GradientCase& c : cases) names += c.name + "\n";
    return print(names), 0;
  }
  if (settings.tapes) {
    for (const GradientCase& c : cases) {
      std::string text = c.name + "\n";
      for (const RecordedOp& record : recorded(c, settings.seed)) text += "  " + record.line() + "\n";
      print(text);
    }
    return 0;
  }
  if (!settings.json.empty()) require_writable(settings.json);
  std::vector<Result> results;
  {
    Lines lines(cases.size());
    for (const GradientCase& c : cases) {
      const Result& r = results.emplace_back(result_of(c, options));
      lines.add(r.line() + "\n" + (settings.verbose || !r.as_expected ? r.details : ""));
    }
  }
  print(summary(results));
  if (!settings.json.empty()) write_json(settings.json, settings.seed, settings.mode, results);
  return std::ranges::all_of(results, &Result::as_expected) ? 0 : 1;
}

}  // namespace
}  // namespace doxa::gradcheck

int main(int argc, char** argv) {
  doxa::support::CommandLine command(
      "gradcheck", "the gradients of every op, distribution, layer and model beside numerical ones",
      "One line a case: the verdict, and the worst of the differences as a multiple of what the numerical\n"
      "gradient may be off by. Exit status: 0 every case has the verdict it should have, 1 one has not,\n"
      "2 bad input.");
  doxa::gradcheck::Settings settings;
  command.flag("list", settings.list, "print the names of the cases, and check nothing");
  command.flag("tapes", settings.tapes,
               "print what each case records on a tape, in order, and check nothing");
  command.text("filter", "TEXT", settings.filter,
               "only cases whose name contains TEXT; * in it stands for anything");
  command.seed(settings.seed, "of the random inputs");
  command.choice("mode", settings.mode, {"automatic", "jacobian", "sampled"},
                 "by the size of the case, every entry, or random directions and some entries");
  command.text("json", "FILE", settings.json, "also write the results to FILE");
  command.flag("verbose", settings.verbose, "print the worst entries of each case");
  command.excludes("list", {"tapes", "seed", "mode", "json", "verbose"}, "--list checks nothing");
  command.excludes("tapes", {"mode", "json", "verbose"}, "--tapes checks nothing");
  return command.run(argc, argv, [&] { return doxa::gradcheck::run(settings); });
}
