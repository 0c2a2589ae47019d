// Chapter 01: what a tape is, by hand on a small expression, and what finite differences can say about a
// gradient. Equation tags refer to README.md.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

int main(int argc, char** argv) {
  Arguments arguments("01-tape", "What a tape is: reverse mode by hand, and how to check it");
  std::vector<double> x{static_cast<double>(default_point.x1), static_cast<double>(default_point.x2)};
  arguments.numbers("at", "X1,X2", x, "where f is taken apart, in sections list, nudge and differences");
  arguments.must_hold([&]() -> std::string {
    if (x.size() != 2)
      return "--at: found " + std::to_string(x.size()) + " number" + (x.size() == 1 ? "" : "s") +
             ", expected two, X1,X2";
    if (x[0] < 0.01 || x[0] > 100)
      return "--at: found X1 = " + significant(x[0]) + ", expected a number from 0.01 to 100";
    if (std::abs(x[1]) > 3)
      return "--at: found X2 = " + significant(x[1]) + ", expected a number from -3 to 3";
    return {};
  });
  const auto here = [&](auto section) {
    return [&x, section](Chapter& chapter) {
      section(chapter, Point{static_cast<Real>(x[0]), static_cast<Real>(x[1])});
    };
  };
  const auto elsewhere = [&](void (*section)(Chapter&)) {
    return [&arguments, section](Chapter& chapter) {
      if (arguments.given("only") && arguments.given("at"))
        throw UsageError(
            "--at: found beside a section that has no point, expected list, nudge or differences");
      section(chapter);
    };
  };
  return run_chapter(arguments, argc, argv,
                     {{"line", elsewhere(line)},
                      {"list", here([](Chapter& chapter, const Point& at) {
                         small_expression(chapter, at);
                         random_points(chapter);
                       })},
                      {"doublings", elsewhere(doublings)},
                      {"tensors", elsewhere(tensors)},
                      {"nudge", here(naive_differences)},
                      {"differences", here([](Chapter& chapter, const Point& at) {
                         finite_differences(chapter, at);
                         library_roundings(chapter);
                         ridders_estimate(chapter);
                       })},
                      {"verdicts", elsewhere(verdicts)},
                      {"model", elsewhere(checked_model)}});
}
