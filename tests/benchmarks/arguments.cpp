#include "arguments.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace doxa::benchmarks {

const char* const usage =
    "usage: bench [flags]\n"
    "  --case NAME    only this benchmark; may be repeated\n"
    "  --seconds S    how long to time each (default 2)\n"
    "  --threads N    threads for the training steps, each with its share of the batch (default 1)\n"
    "  --json FILE    also write the rows to FILE, an array of flat objects\n"
    "  --growth DIR   instead: time and memory of a step against its sizes, and DIR/growth.svg\n"
    "  --list         the names of the benchmarks\n"
    "  --about        what was built: version, type of numbers, kernels, compiler\n"
    "  --help         this text\n"
    "A row of a training step (noise, forward, backward, Adam), by tape or by hand:\n"
    "  doxa,<case>,<dtype>,<threads>,<median microseconds>,<records>,<tape bytes>,<heap allocations>\n"
    "  manual,<case>,…                        the same, its gradient written by hand\n"
    "  doxa-record,<case>,<dtype>,1,<nanoseconds a record, forward and backward>\n"
    "  doxa-recompute,<stored or recomputed>,<dtype>,1,<median microseconds>,<bytes owned>,<distance>\n"
    "                                         gradient of a recurrence of 4096 steps; <distance> is between\n"
    "                                         the two gradients, relative to their norm\n"
    "Rows of the kernels:\n"
    "  doxa-matmul,<n>,<dtype>,1,<GFLOP/s>    product of two n x n matrices\n"
    "  doxa-elementary,<function>,<dtype>,1,<nanoseconds an element>,<the same of std::>,<ratio>\n"
    "  doxa-draws,<distribution>,<dtype>,1,<nanoseconds a draw>,<millions of draws a second>\n";

namespace {

double positive(const std::string& flag, const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value > 0) || !std::isfinite(value))
    throw std::invalid_argument(flag + ": found '" + text + "', expected a positive number");
  return value;
}

int thread_count(const std::string& flag, const std::string& text) {
  constexpr int most = 1024;
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || value < 1 || value > most)
    throw std::invalid_argument(flag + ": found '" + text + "', expected a whole number from 1 to " +
                                std::to_string(most));
  return static_cast<int>(value);
}

}  // namespace

Arguments parse(std::span<const char* const> words) {
  Arguments a;
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string flag = words[i];
    std::optional<std::string> value;
    if (const std::size_t equals = flag.find('='); flag.starts_with("--") && equals != std::string::npos) {
      value = flag.substr(equals + 1);
      flag.resize(equals);
    }
    if (flag == "--help" || flag == "--list" || flag == "--about") {
      if (value) throw std::invalid_argument(flag + ": takes no value");
      (flag == "--help" ? a.help : flag == "--list" ? a.list : a.about) = true;
      continue;
    }
    constexpr const char* with_value[] = {"--case", "--seconds", "--threads", "--json", "--growth"};
    if (std::ranges::find(with_value, flag) == std::end(with_value))
      throw std::invalid_argument("unknown flag '" + flag + "'; --help lists the flags");
    if (flag != "--case" && std::ranges::find(seen, flag) != seen.end())
      throw std::invalid_argument(flag + ": given twice");
    seen.push_back(flag);
    if (!value) {
      if (++i == words.size()) throw std::invalid_argument(flag + ": expected a value");
      value = words[i];
    }
    if (value->empty()) throw std::invalid_argument(flag + ": found nothing, expected a value");
    if (flag == "--case") a.cases.push_back(*value);
    if (flag == "--seconds") a.seconds = positive(flag, *value);
    if (flag == "--threads") a.threads = thread_count(flag, *value);
    if (flag == "--json") a.json = *value;
    if (flag == "--growth") a.growth = *value;
  }
  return a;
}

}  // namespace doxa::benchmarks
