// gradcheck: runs every gradient check of the library and prints one line a case; `gradcheck --help` says
// more.

#include <optional>
#include <span>

#include "cases.h"
#include "doxa/autograd/internal/gradcheck/program.h"
#include "support/progress.h"

namespace doxa::gradcheck {
namespace {

// The lines of the cases, above a progress bar where there is a terminal to draw it on.
class Lines {
 public:
  void show(const std::string& text, std::size_t done, std::size_t total) {
    if (support::ProgressScreen::standard_output().columns() == 0) return print(text);
    if (!bar_) bar_.emplace("gradcheck", total);
    bar_->print(text);
    bar_->step();
    if (done == total) bar_.reset();
    print("");  // the terminal may be gone
  }

 private:
  std::optional<support::Progress> bar_;
};

int print_tapes(const GradcheckSettings& settings) {
  const std::vector<GradientCase> cases = gradient_cases();
  for (const GradientCase* c : settings.chosen(std::span(cases))) {
    std::string text = c->name + "\n";
    for (const RecordedOp& record : recorded(*c, settings.seed)) text += "  " + record.line() + "\n";
    print(text);
  }
  return 0;
}

int run(const GradcheckSettings& settings) {
  std::vector<NamedGradientCheck> checks;
  for (const GradientCase& c : gradient_cases()) checks.push_back({c.name, c.check, c.expected});
  Lines lines;
  return run_gradient_checks(
      checks, settings,
      [&](const std::string& text, std::size_t done, std::size_t total) { lines.show(text, done, total); });
}

}  // namespace
}  // namespace doxa::gradcheck

int main(int argc, char** argv) {
  doxa::CommandLine command(
      "gradcheck", "the gradients of every op, distribution, layer and model beside numerical ones",
      "One line a case: the verdict, and the worst of the differences as a multiple of what the numerical\n"
      "gradient may be off by. Exit status: 0 every case has the verdict it should have, 1 one has not,\n"
      "2 bad input.");
  doxa::GradcheckSettings settings;
  settings.declare(command);
  bool tapes = false;
  command.flag("tapes", tapes, "print what each case records on a tape, in order, and check nothing");
  command.excludes("list", {"tapes"}, "--list checks nothing");
  command.excludes("tapes", {"points", "mode", "resolution", "json", "verbose"}, "--tapes checks nothing");
  return command.run(argc, argv, [&] {
    return tapes ? doxa::gradcheck::print_tapes(settings) : doxa::gradcheck::run(settings);
  });
}
