// bench: the time of one training step (noise, forward, backward, Adam) of each benchmark, one row a case:
//   doxa,<case>,<dtype>,<threads>,<median microseconds>,<records>,<tape bytes in use>,<heap allocations>
// the last three being those of one step.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>

#include "allocations.h"
#include "training_steps.h"

namespace {

constexpr const char* usage =
    "usage: bench [--case NAME]… [--seconds S]\n"
    "  --case NAME   only this case; may be repeated\n"
    "  --seconds S   how long to time each case (default 2)\n"
    "prints doxa,<case>,<dtype>,<threads>,<median microseconds>,<records>,<tape bytes>,<heap allocations>\n";

struct Arguments {
  std::vector<std::string> cases;
  double seconds = 2;
};

Arguments parse(int argc, char** argv) {
  Arguments a;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--help") {
      std::fputs(usage, stdout);
      std::exit(0);
    }
    if (flag != "--case" && flag != "--seconds")
      throw std::invalid_argument("unknown flag '" + flag + "'; --help lists the flags");
    if (++i == argc) throw std::invalid_argument(flag + ": expected a value");
    if (flag == "--case") {
      a.cases.push_back(argv[i]);
      continue;
    }
    char* end = nullptr;
    a.seconds = std::strtod(argv[i], &end);
    if (*end != '\0' || !(a.seconds > 0) || !std::isfinite(a.seconds))
      throw std::invalid_argument("--seconds: found '" + std::string(argv[i]) +
                                  "', expected a positive number");
  }
  return a;
}

void run(const doxa::Benchmark& benchmark, double seconds) {
  using Clock = std::chrono::steady_clock;
  const doxa::TrainingStep step = benchmark.make();
  for (int i = 0; i < 5; ++i) step.run();
  std::vector<double> microseconds;
  const std::size_t allocated = doxa::allocations();
  step.run();
  const std::size_t allocations = doxa::allocations() - allocated;
  const auto stop = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < stop || microseconds.size() < 5) {
    const auto start = Clock::now();
    step.run();
    microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  const auto middle = microseconds.begin() + static_cast<std::ptrdiff_t>(microseconds.size() / 2);
  std::nth_element(microseconds.begin(), middle, microseconds.end());
  std::printf("doxa,%s,%s,1,%.1f,%zu,%zu,%zu\n", benchmark.name.c_str(),
              sizeof(doxa::Real) == 8 ? "float64" : "float32", *middle, step.tape().size(),
              step.tape().bytes_used(), allocations);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) try {
  const Arguments arguments = parse(argc, argv);
  const std::vector<doxa::Benchmark> all = doxa::benchmarks();
  for (const std::string& name : arguments.cases)
    if (std::none_of(all.begin(), all.end(), [&](const doxa::Benchmark& b) { return b.name == name; })) {
      std::string names;
      for (const doxa::Benchmark& b : all) names += " " + b.name;
      throw std::invalid_argument("--case: found '" + name + "', expected one of" + names);
    }
  for (const doxa::Benchmark& b : all)
    if (arguments.cases.empty() || std::count(arguments.cases.begin(), arguments.cases.end(), b.name) > 0)
      run(b, arguments.seconds);
} catch (const std::exception& e) {
  std::fprintf(stderr, "bench: %s\n", e.what());
  return 2;
}
