// gradcheck: runs every gradient check of the library and prints one line a case; `gradcheck --help` says
// more.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "arguments.h"
#include "cases.h"
#include "results.h"
#include "support/progress.h"

namespace doxa::gradcheck {
namespace {

CheckMode mode_of(const std::string& name) {
  return name == "jacobian"  ? CheckMode::jacobian
         : name == "sampled" ? CheckMode::sampled
                             : CheckMode::automatic;
}

std::vector<GradientCase> chosen_cases(const Arguments& arguments) {
  std::vector<GradientCase> chosen;
  for (GradientCase& c : gradient_cases())
    if (std::regex_search(c.name, arguments.filter)) chosen.push_back(std::move(c));
  if (chosen.empty())
    throw std::invalid_argument("--filter: no case matches '" + arguments.pattern + "'; --list names them");
  return chosen;
}

void print(const std::string& text) {
  if (!(std::cout << text << std::flush)) throw std::runtime_error("cannot write to standard output");
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

int run(const Arguments& arguments) {
  if (arguments.help) return print(usage), 0;
  GradientCheckOptions options;
  options.seed = arguments.seed;
  options.mode = mode_of(arguments.mode);
  const std::vector<GradientCase> cases = chosen_cases(arguments);
  if (arguments.list) {
    std::string names;
    for (const GradientCase& c : cases) names += c.name + "\n";
    return print(names), 0;
  }
  if (!arguments.json.empty()) require_writable(arguments.json);
  std::vector<Result> results;
  {
    Lines lines(cases.size());
    for (const GradientCase& c : cases) {
      const Result& r = results.emplace_back(result_of(c, options));
      lines.add(r.line() + "\n" + (arguments.verbose || !r.as_expected ? r.details : ""));
    }
  }
  print(summary(results));
  if (!arguments.json.empty()) write_json(arguments, results);
  return std::ranges::all_of(results, &Result::as_expected) ? 0 : 1;
}

}  // namespace
}  // namespace doxa::gradcheck

int main(int argc, char** argv) try {
  return doxa::gradcheck::run(doxa::gradcheck::parse({argv + 1, static_cast<std::size_t>(argc - 1)}));
} catch (const std::exception& e) {
  std::fprintf(stderr, "gradcheck: %s\n", e.what());
  return 2;
}
