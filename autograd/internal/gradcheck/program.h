#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/autograd/gradcheck_program.h"
#include "doxa/autograd/internal/program/command_line.h"

namespace doxa {

/// What the flags of a program of gradient checks say.
struct GradcheckSettings {
  bool list = false, verbose = false;
  std::string filter = "*", mode = "automatic", json;
  std::uint64_t seed = 1;
  int points = 1;
  double resolution = 0;

  /// Adds the flags to a command line, which then sets this object.
  void declare(CommandLine& command);
  /// Does the name contain the parts of `filter` between its stars, in this order?
  bool chooses(std::string_view name) const;
  /// Those of `all` whose name is chosen. Throws UsageError if there are none.
  template <class Named>
  std::vector<const Named*> chosen(std::span<const Named> all) const {
    if (all.empty()) throw UsageError("there are no checks");
    std::vector<const Named*> these;
    for (const Named& one : all)
      if (chooses(one.name)) these.push_back(&one);
    if (these.empty()) throw UsageError("--filter: no check matches '" + filter + "'; --list names them");
    return these;
  }
};

/// Prints text to standard output; throws std::runtime_error if it does not get there.
void print(const std::string& text);

/// Called with the text of each check, its line and perhaps its report, and how many of `total` checks are
/// done.
using ShowCheck = std::function<void(const std::string& text, std::size_t done, std::size_t total)>;

/// Runs the chosen checks as gradcheck_program does, and returns the exit status. Throws UsageError if no
/// check is chosen, std::runtime_error if output cannot be written.
int run_gradient_checks(std::span<const NamedGradientCheck> checks, const GradcheckSettings& settings,
                        const ShowCheck& show);

}  // namespace doxa
