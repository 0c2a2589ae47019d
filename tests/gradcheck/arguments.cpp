#include "arguments.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <vector>

namespace doxa::gradcheck {

const char* const usage =
    "usage: gradcheck [flags]\n"
    "Compares the gradients of every op, distribution, layer and model with numerical ones. One line a "
    "case:\n"
    "the verdict, and the worst of the differences as a multiple of what the numerical gradient may be off "
    "by.\n"
    "  --list          print the names of the cases, and check nothing\n"
    "  --filter REGEX  only the cases whose name contains a match\n"
    "  --seed N        of the random inputs (default 1)\n"
    "  --mode MODE     jacobian: every entry; sampled: random directions and some entries;\n"
    "                  automatic (default): by the size of the case\n"
    "  --json FILE     also write the results to FILE\n"
    "  --verbose       print the worst entries of each case\n"
    "  --help          this text\n"
    "Ends with 0 if every case has the verdict it should have, with 1 if not, and with 2 for a command line\n"
    "or a file that is no good.\n";

namespace {

// A message is one line, whatever was typed.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

[[noreturn]] void refuse(const std::string& flag, const std::string& found, const std::string& expected) {
  throw std::invalid_argument(flag + ": found '" + printable(found) + "', expected " + expected);
}

std::regex expression(const std::string& flag, const std::string& text) {
  try {
    return std::regex(text);
  } catch (const std::regex_error&) {
    refuse(flag, text, "a regular expression");
  }
}

std::uint64_t whole_number(const std::string& flag, const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    refuse(flag, text, "a whole number from 0 to 18446744073709551615");
  return value;
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
    if (flag == "--help" || flag == "--list" || flag == "--verbose") {
      if (value) throw std::invalid_argument(flag + ": takes no value");
      (flag == "--help" ? a.help : flag == "--list" ? a.list : a.verbose) = true;
      continue;
    }
    constexpr const char* with_value[] = {"--filter", "--seed", "--mode", "--json"};
    if (std::ranges::find(with_value, flag) == std::end(with_value))
      throw std::invalid_argument("unknown flag '" + printable(flag) + "'; --help lists the flags");
    if (std::ranges::find(seen, flag) != seen.end()) throw std::invalid_argument(flag + ": given twice");
    seen.push_back(flag);
    if (!value) {
      if (++i == words.size()) throw std::invalid_argument(flag + ": expected a value");
      value = words[i];
    }
    if (value->empty()) throw std::invalid_argument(flag + ": found nothing, expected a value");
    if (flag == "--filter") {
      a.filter = expression(flag, *value);
      a.pattern = printable(*value);
    }
    if (flag == "--seed") a.seed = whole_number(flag, *value);
    if (flag == "--json") a.json = *value;
    if (flag == "--mode") {
      if (*value != "jacobian" && *value != "sampled" && *value != "automatic")
        refuse(flag, *value, "jacobian, sampled or automatic");
      a.mode = *value;
    }
  }
  if (a.list && !a.json.empty()) throw std::invalid_argument("--list: nothing to write to --json");
  return a;
}

}  // namespace doxa::gradcheck
