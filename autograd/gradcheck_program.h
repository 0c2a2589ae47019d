#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "doxa/autograd/gradcheck.h"

namespace doxa {

/// A gradient check with a name. It draws what it needs, inputs or the parameters of a model, from the seed
/// of its options.
struct NamedGradientCheck {
  std::string name;
  SeededCheck check;
  std::optional<Verdict> expected = {};  ///< the verdict that is right; if there is none, pass or kink
};

/// The check of a function at the inputs draw(random), where random is Philox(options.seed, 1). `inputs` are
/// their names in the report.
NamedGradientCheck gradient_check(std::string name, TensorFunction function, DrawInputs draw,
                                  std::vector<std::string> inputs = {});

/// A program that runs these checks and prints a line for each, the verdict and its worst ratio, and below
/// the line of a check that did not pass its report. To be called by main:
///
///   int main(int argc, char** argv) {
///     const std::vector checks{doxa::gradient_check("cube", cube, draw)};
///     return doxa::gradcheck_program(argc, argv, checks);
///   }
///
/// Flags, which --help explains: --list --filter TEXT --seed N --points N --mode NAME --resolution X
/// --json FILE --verbose. Returns the exit status: 0 every check has the verdict that is right, 1 one has not
/// (also if it throws), 2 bad flags or output that cannot be written, with one line on standard error.
int gradcheck_program(int argc, const char* const* argv, std::span<const NamedGradientCheck> checks);

}  // namespace doxa
