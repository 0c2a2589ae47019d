#include "program.h"

#include <charconv>
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

#include "corpus.h"

// The address sanitizer keeps freed memory back to find late uses of it; less of it, so that the peak that is
// reported is mostly the library's.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=32"; }

namespace doxa::fuzz {
namespace {

using Clock = std::chrono::steady_clock;

std::string usage(const Target& target) {
  return "usage: " + std::string(target.program) +
         " --corpus DIR [flags]\n"
         "Changes the files of DIR at random, reads each result as a " +
         target.kind +
         " file and checks that it is\n"
         "read or refused as it should be.\n"
         "  --inputs N    how many (default 100000)\n"
         "  --seconds N   stop after N seconds, whatever is left\n"
         "  --seed N      of the changes (default 1); input I of a seed is always the same\n"
         "  --first I     the first input (default 0), to see one again: --first I --inputs 1\n"
         "  --keep FILE   write each input to FILE before it is tried\n"
         "  --help        this text\n"
         "Ends with 0 if every input is as it should be, in less than 5 s and 1 GB, with 1 if not, and with "
         "2 "
         "for a\n"
         "command line that is no good.\n";
}

constexpr double most_seconds = 5;
constexpr double most_megabytes = 1024;

struct Arguments {
  std::string corpus, keep;
  std::uint64_t inputs = 100'000, seconds = 0, seed = 1, first = 0;
};

std::uint64_t whole_number(const std::string& flag, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::invalid_argument(flag + ": found '" + std::string(text) + "', expected a whole number");
  return value;
}

Arguments parse(const std::vector<std::string>& given) {
  Arguments a;
  for (std::size_t i = 0; i < given.size(); i += 2) {
    const std::string& flag = given[i];
    const bool is_text = flag == "--corpus" || flag == "--keep";
    std::uint64_t* const number = flag == "--inputs"    ? &a.inputs
                                  : flag == "--seconds" ? &a.seconds
                                  : flag == "--seed"    ? &a.seed
                                  : flag == "--first"   ? &a.first
                                                        : nullptr;
    if (!is_text && !number)
      throw std::invalid_argument("found '" + flag + "', expected a flag (see --help)");
    if (i + 1 == given.size()) throw std::invalid_argument(flag + ": found no value, expected one");
    if (is_text) (flag == "--corpus" ? a.corpus : a.keep) = given[i + 1];
    if (number) *number = whole_number(flag, given[i + 1]);
  }
  if (a.corpus.empty()) throw std::invalid_argument("found no --corpus, expected a folder of files");
  return a;
}

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

Tally run(const Target& target, const Arguments& a) {
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
    if (!a.keep.empty()) std::ofstream(a.keep, std::ios::binary) << text;
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

int run_program(const Target& target, int argc, char** argv) {
  const std::vector<std::string> given(argv + 1, argv + argc);
  for (const std::string& flag : given)
    if (flag == "--help") {
      std::cout << usage(target);
      return 0;
    }
  try {
    return run(target, parse(given)).faults == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << target.program << ": " << error.what() << "\n";
    return 2;
  }
}

}  // namespace doxa::fuzz
