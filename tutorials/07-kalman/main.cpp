// Chapter 07: the belief of a linear-Gaussian model, its bound, and what a belief lacks that only looks back.
// Equation tags refer to README.md, causal.md and learning.md.

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// Flags of a part of the chapter that a section does not read are refused, not ignored.
Section section(const Arguments& arguments, const char* name, std::vector<const char*> without_effect,
                std::function<void(Chapter&)> run) {
  return {name, [&arguments, name, without_effect, run](Chapter& chapter) {
            if (arguments.given("only"))
              for (const char* flag : without_effect)
                if (arguments.given(flag))
                  throw UsageError("--" + std::string(flag) + ": found beside --only " + name +
                                   ", expected without it: the section has no such number");
            run(chapter);
          }};
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("07-kalman", "exact belief where everything is Gaussian");
  Scalar m = true_model;
  arguments.positive("a", m.a, "how much of a scalar state a step keeps, from 0.1 to 0.99");
  arguments.positive("q", m.q, "variance of what a step adds to it");
  arguments.positive("r", m.r, "variance of a reading, also of the constant's; from q/1000 to 1000 q");
  arguments.must_hold([&]() -> std::string {
    if (m.a < 0.1 || m.a > 0.99)
      return "--a: found " + significant(m.a, 4) + ", expected a number from 0.1 to 0.99";
    if (m.r < m.q / 1000 || m.r > m.q * 1000)
      return "--r: found " + significant(m.r, 4) + ", expected from q/1000 to 1000 q, where q is " +
             significant(m.q, 4);
    return {};
  });
  return run_chapter(
      arguments, argc, argv,
      {section(arguments, "tracking", {"a", "q", "r"}, tracking),
       section(arguments, "decomposition", {"a", "q", "r"}, decomposition),
       section(arguments, "constant", {"a", "q"}, [&](Chapter& c) { constant_section(c, m.r); }),
       section(arguments, "causal-gap", {}, [&](Chapter& c) { causal_gap_section(c, m); }),
       section(arguments, "learned-posterior", {}, [&](Chapter& c) { learned_posterior(c, m); }),
       section(arguments, "learned-model", {}, [&](Chapter& c) { learned_model(c, m); })});
}
