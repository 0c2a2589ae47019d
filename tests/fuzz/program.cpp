// fuzz-pomdp and fuzz-safetensors: see --help.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#if defined(__unix__)
#include <sys/resource.h>
#endif

#include "fuzz.h"
#include "support/arguments.h"

// The address sanitizer keeps freed memory back to find late uses of it; less of it, so that the peak that is
// reported is mostly the library's.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=32"; }

namespace doxa::fuzz {
namespace {

using Clock = std::chrono::steady_clock;

/// A format that is fuzzed.
struct Target {
  std::string_view format;
  std::string (*mutate)(std::span<const std::string> corpus, Philox& random);
  Outcome (*check)(std::string_view bytes);
};

constexpr Target targets[] = {{"pomdp", mutate_pomdp, check_pomdp_text},
                              {"safetensors", mutate_safetensors, check_safetensors_bytes}};

constexpr double most_seconds = 5;
constexpr double most_megabytes = 1024;

struct Settings {
  std::string corpus, keep;
  std::uint64_t inputs = 100'000, seconds = 0, seed = 1, first = 0;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Of this process up to now; 0 where the system does not tell.
double peak_megabytes() {
#if defined(__unix__)
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) == 0) return static_cast<double>(used.ru_maxrss) / 1024;
#endif
  return 0;
}

struct Tally {
  std::uint64_t tried = 0, accepted = 0, repaired = 0, faults = 0, worst_input = 0;
  double worst_seconds = 0;
};

void try_input(const Target& target, const std::string& text, const std::string& name, Tally& tally) {
  const std::clock_t begin = std::clock();
  std::string fault;
  try {
    const Outcome outcome = target.check(text);
    tally.accepted += outcome.accepted;
    tally.repaired += outcome.repaired;
  } catch (const std::exception& error) {
    fault = error.what();
  }
  // Of the processor's time, which other programs do not lengthen.
  const double took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  if (took > most_seconds) fault = "took " + std::to_string(took) + " s, expected less than 5";
  if (took > tally.worst_seconds) {
    tally.worst_seconds = took;
    tally.worst_input = tally.tried;
  }
  ++tally.tried;
  if (fault.empty()) return;
  ++tally.faults;
  std::cout << name << ": " << fault << "\n";
}

Tally run(const Target& target, const Settings& a) {
  if (a.corpus.empty()) throw std::invalid_argument("found no --corpus, expected a folder of files");
  const Clock::time_point begin = Clock::now();
  Tally tally;
  std::vector<std::string> corpus;
  for (CorpusFile& file : read_corpus(a.corpus)) {
    if (a.first == 0) try_input(target, file.text, file.name, tally);
    corpus.push_back(std::move(file.text));
  }
  Tally total;
  total.faults = tally.faults;
  for (std::uint64_t i = 0;
       i < a.inputs && (a.seconds == 0 || seconds_since(begin) < static_cast<double>(a.seconds)); ++i) {
    Philox random(a.seed, a.first + i);
    const std::string text = target.mutate(corpus, random);
    if (!a.keep.empty() && !(std::ofstream(a.keep, std::ios::binary) << text << std::flush))
      throw std::runtime_error("--keep: cannot write " + a.keep);
    try_input(target, text, "input " + std::to_string(a.first + i), total);
  }
  const double peak = peak_megabytes();
  if (peak > most_megabytes) {
    ++total.faults;
    std::cout << "the peak of memory is above " << most_megabytes << " MB\n";
  }
  std::cout << std::fixed << std::setprecision(3) << total.tried << " inputs of seed " << a.seed << " after "
            << corpus.size() << " files: " << total.accepted << " read, ";
  if (total.repaired > 0) std::cout << total.repaired << " read with repairs, ";
  std::cout << total.tried - total.accepted - total.repaired << " refused; " << total.faults << " faults\n"
            << seconds_since(begin) << " s, the slowest " << total.worst_seconds << " s (input "
            << a.first + total.worst_input << "), peak of memory " << std::setprecision(0) << peak << " MB\n";
  return total;
}

}  // namespace
}  // namespace doxa::fuzz

// DOXA_FUZZ_FORMAT is the format that this program is for.
int main(int argc, char** argv) {
  using namespace doxa::fuzz;
  const std::string format = DOXA_FUZZ_FORMAT;
  const Target& target = *std::ranges::find(targets, format, &Target::format);
  doxa::support::CommandLine command(
      "fuzz-" + format, "changes the files of a folder at random and checks how each result is read",
      "Exit status: 0 every input is read or refused as it should be, in less than 5 s and 1 GB, 1 one is "
      "not,\n"
      "2 bad input.");
  Settings a;
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  command.text("corpus", "DIR", a.corpus, "the folder of ." + format + " files; needed");
  command.integer("inputs", a.inputs, {.low = 0, .high = most}, "how many");
  command.integer("seconds", a.seconds, {.low = 0, .high = most},
                  "stop after so many, whatever is left; 0: never");
  command.seed(a.seed, "of the changes; input I of a seed is always the same");
  command.integer("first", a.first, {.low = 0, .high = most},
                  "the first input, to see one again: --first I --inputs 1");
  command.text("keep", "FILE", a.keep, "write each input to FILE before it is tried");
  command.uses([&]() -> std::vector<doxa::support::RunFile> {
    return {{.flag = "--corpus", .path = a.corpus, .ending = ""},
            {.flag = "--keep", .path = a.keep, .written = true}};
  });
  return command.run(argc, argv, [&] { return run(target, a).faults == 0 ? 0 : 1; });
}
