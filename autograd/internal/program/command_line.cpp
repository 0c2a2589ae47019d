#include "doxa/autograd/internal/program/command_line.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <iostream>
#include <new>

#include "doxa/autograd/internal/characters.h"
#include "doxa/autograd/internal/number_text.h"
#include "doxa/autograd/internal/program/standard_streams.h"

namespace doxa {
namespace {

// Text from the command line as it may stand in a one-line message.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return result + "'";
}

[[noreturn]] void expected(std::string_view found, const std::string& what) {
  throw UsageError("found " + quoted(found) + ", expected " + what);
}

// The whole of `text` as a number; nullopt for garbage before or behind it and for values out of T's range.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  if constexpr (std::floating_point<T>) {
    const DecimalReading number = read_decimal(text);
    return number.in_range() ? std::optional(number.value) : std::nullopt;
  } else {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }
}

std::string joined(const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers) text += (text.empty() ? "" : ",") + to_text(number);
  return text;
}

// "a", "a or b", "a, b or c"
std::string alternatives(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

}  // namespace

CommandLine::Flag& CommandLine::bind(std::string name, std::string placeholder, std::string help,
                                     std::string fallback, std::function<void(std::string_view)> set) {
  if (find(name) != nullptr) throw std::logic_error("flag --" + name + " declared twice");
  return flags_.emplace_back(
      Flag{std::move(name), std::move(placeholder), std::move(help), std::move(fallback), std::move(set)});
}

void CommandLine::flag(std::string name, bool& value, std::string help) {
  bind(std::move(name), "", std::move(help), "", [&value](std::string_view) { value = true; });
}

void CommandLine::text(std::string name, std::string placeholder, std::string& value, std::string help) {
  bind(std::move(name), std::move(placeholder), std::move(help), value,
       [&value](std::string_view text) { value = text; });
}

void CommandLine::text(std::string name, std::string placeholder, std::vector<std::string>& values,
                       std::string help) {
  bind(std::move(name), std::move(placeholder), std::move(help), "", [&values](std::string_view text) {
    values.emplace_back(text);
  }).repeats = true;
}

void CommandLine::choice(std::string name, std::string& value, const std::vector<std::string>& choices,
                         const std::string& help) {
  const std::string listed = alternatives(choices);
  bind(std::move(name), "NAME", help + ": " + listed, value,
       [&value, choices, listed](std::string_view text) {
         if (std::ranges::find(choices, text) == choices.end()) expected(text, listed);
         value = text;
       });
}

void CommandLine::bind_integer(std::string name, std::int64_t fallback, Limits<std::int64_t> limits,
                               std::string help, std::function<void(std::int64_t)> assign) {
  Flag& flag = bind(std::move(name), "N", std::move(help), std::to_string(fallback),
                    [limits, assign](std::string_view text) {
                      const auto number = parse_number<std::int64_t>(text);
                      if (!number || *number < limits.low || *number > limits.high)
                        expected(text, "a whole number from " + std::to_string(limits.low) + " to " +
                                           std::to_string(limits.high));
                      assign(*number);
                    });
  if (!limits.quick) return;
  flag.fallback += ", with --quick " + std::to_string(*limits.quick);
  flag.set_quick = [quick = *limits.quick, assign] { assign(quick); };
}

void CommandLine::seed(std::uint64_t& value, std::string help) {
  bind("seed", "N", std::move(help), std::to_string(value), [&value](std::string_view text) {
    const auto number = parse_number<std::uint64_t>(text);
    if (!number)
      expected(text, "a whole number from 0 to " + std::to_string(std::numeric_limits<std::uint64_t>::max()));
    value = *number;
  });
}

void CommandLine::positive(std::string name, double& value, std::string help) {
  bind(std::move(name), "X", std::move(help), to_text(value), [&value](std::string_view text) {
    const auto number = parse_number<double>(text);
    if (!number || *number <= 0) expected(text, "a finite number greater than 0");
    value = *number;
  });
}

void CommandLine::numbers(std::string name, std::string placeholder, std::vector<double>& value,
                          std::string help) {
  bind(std::move(name), std::move(placeholder), std::move(help), joined(value),
       [&value](std::string_view text) {
         std::vector<double> list;
         for (std::string_view rest = text;; rest.remove_prefix(rest.find(',') + 1)) {
           const auto number = parse_number<double>(rest.substr(0, rest.find(',')));
           if (!number) expected(text, "numbers separated by commas");
           list.push_back(*number);
           if (rest.find(',') == std::string_view::npos) break;
         }
         value = std::move(list);
       });
}

void CommandLine::add_rule(Rule rule) {
  for (const std::string& name : {rule.name, rule.other})
    if (find(name) == nullptr) throw std::logic_error("no flag --" + name);
  rules_.push_back(std::move(rule));
}

void CommandLine::excludes(std::string name, std::vector<std::string> without, std::string why) {
  for (std::string& other : without) add_rule({std::move(other), name, why, false});
}

void CommandLine::needs(std::string name, std::string with) {
  add_rule({std::move(name), std::move(with), "", true});
}

void CommandLine::check_rules() const {
  for (const Rule& rule : rules_) {
    if (!given(rule.name) || given(rule.other) == rule.together) continue;
    throw UsageError("found --" + rule.name +
                     (rule.together ? " without --" + rule.other + ", expected both"
                                    : " beside --" + rule.other + ", expected one of them: " + rule.why) +
                     " (see --help)");
  }
}

void CommandLine::words(std::string placeholder, std::vector<std::string>& words) {
  words_placeholder_ = std::move(placeholder);
  words_ = &words;
}

void CommandLine::parse(int argc, const char* const* argv) {
  const std::string hint = " (see --help)";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (words_ != nullptr && !argument.empty() && !argument.starts_with('-')) {
      words_->emplace_back(argument);
      continue;
    }
    if (!argument.starts_with("--") || argument.size() == 2)
      throw UsageError("found " + quoted(argument) + ", expected a flag such as --" +
                       (flags_.empty() ? "help" : flags_.front().name) + hint);
    const auto equals = argument.find('=');
    const bool inline_value = equals != std::string_view::npos;
    const std::string_view name = argument.substr(2, inline_value ? equals - 2 : equals);
    if (argument == "--help") {
      help_wanted_ = true;
      return;
    }
    Flag* flag = find(name);
    if (flag == nullptr) throw UsageError("unknown flag " + quoted(argument.substr(0, equals)) + hint);
    const std::string label = "--" + flag->name;
    if (flag->given && !flag->repeats) throw UsageError(label + " is given twice" + hint);
    flag->given = true;

    std::string_view value;
    if (inline_value) {
      value = argument.substr(equals + 1);
    } else if (!flag->placeholder.empty() && i + 1 < argc &&
               !std::string_view(argv[i + 1]).starts_with("--")) {
      value = argv[++i];
    }
    if (flag->placeholder.empty() && inline_value)
      throw UsageError(label + " takes no value, found " + quoted(value) + hint);
    if (!flag->placeholder.empty() && value.empty())
      throw UsageError(label + " needs a value, " + flag->placeholder + hint);
    try {
      flag->set(value);
    } catch (const UsageError& error) {
      throw UsageError(label + ": " + error.what() + hint);
    }
  }
  check_rules();
  if (const Flag* quick = find("quick"); quick != nullptr && quick->given)
    for (const Flag& flag : flags_)
      if (!flag.given) flag.set_quick();
  for (const auto& fault : faults_)
    if (const std::string text = fault(); !text.empty()) throw UsageError(text + hint);
}

CommandLine::Flag* CommandLine::find(std::string_view name) {
  const auto flag = std::find_if(flags_.begin(), flags_.end(), [&](const Flag& f) { return f.name == name; });
  return flag == flags_.end() ? nullptr : &*flag;
}

bool CommandLine::given(std::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.name == name) return flag.given;
  }
  throw std::logic_error("no flag --" + std::string(name) + " is declared");
}

std::string CommandLine::conditions(std::string_view name) const {
  std::string only, never;
  for (const Rule& rule : rules_) {
    if (rule.name != name) continue;
    std::string& list = rule.together ? only : never;
    list += (list.empty() ? "" : ", ") + ("--" + rule.other);
  }
  return (only.empty() ? "" : "; only with " + only) + (never.empty() ? "" : "; not with " + never);
}

std::string CommandLine::usage() const {
  std::vector<Flag> ordered(flags_.begin() + static_cast<std::ptrdiff_t>(listed_last_), flags_.end());
  ordered.insert(ordered.end(), flags_.begin(), flags_.begin() + static_cast<std::ptrdiff_t>(listed_last_));
  ordered.push_back({"help", "", "print this text", "", {}});
  const auto head = [](const Flag& flag) {
    return "--" + flag.name + (flag.placeholder.empty() ? "" : " ") + flag.placeholder;
  };
  std::size_t width = 0;
  for (const Flag& flag : ordered) width = std::max(width, characters(head(flag)));

  std::string text = program_ + ": " + title_ + "\n\nusage: " + program_ + " [flags]" +
                     (words_ == nullptr ? "" : " " + words_placeholder_) + "\n\n";
  for (const Flag& flag : ordered) {
    text += "  " + head(flag) + std::string(width - characters(head(flag)) + 3, ' ') + flag.help;
    if (!flag.fallback.empty()) text += " (default " + flag.fallback + ")";
    text += conditions(flag.name);
    text += '\n';
  }
  return text + "\n" + notes_ + "\n";
}

int CommandLine::run(int argc, const char* const* argv, const std::function<int()>& run) try {
  hold_standard_streams();
  parse(argc, argv);
  if (help_wanted_) std::cout << usage();
  const int status = help_wanted_ ? 0 : run();
  require_output();
  return status;
} catch (const std::exception& error) {
  const bool out_of_memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
  std::string line = out_of_memory ? "out of memory" : error.what();
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  std::cout << std::flush;
  std::cerr << program_ << ": " << line << std::endl;
  return 2;
}

}  // namespace doxa
