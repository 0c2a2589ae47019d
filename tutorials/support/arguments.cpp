#include "support/arguments.h"

#include <algorithm>
#include <charconv>

#include "support/number.h"
#include "support/utf8.h"

namespace doxa::support {
namespace {

// Text from the command line as it may stand in a one-line message.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : valid_utf8(text)) result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
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

Arguments::Arguments(std::string chapter, std::string title)
    : chapter_(std::move(chapter)), title_(std::move(title)), out_("out/" + chapter_) {
  const std::string seeds =
      "a whole number from 0 to " + std::to_string(std::numeric_limits<std::uint64_t>::max());
  bind({.name = "seed",
        .placeholder = "N",
        .help = "seed of all random numbers",
        .fallback = "1",
        .set = [this, seeds](std::string_view text) {
          const auto number = parse_number<std::uint64_t>(text);
          if (!number) expected(text, seeds);
          seed_ = *number;
        }});
  text("out", "DIR", out_, "directory for results.json and the figures");
  bind({.name = "quick",
        .placeholder = "",
        .help = "a shorter run, with wider tolerances",
        .fallback = "",
        .set = [this](std::string_view) { quick_ = true; }});
  bind({.name = "help",
        .placeholder = "",
        .help = "print this text",
        .fallback = "",
        .set = [this](std::string_view) { help_wanted_ = true; }});
}

void Arguments::bind(Flag flag) {
  if (find(flag.name) != nullptr) throw std::logic_error("flag --" + flag.name + " declared twice");
  flags_.push_back(std::move(flag));
}

void Arguments::text(std::string name, std::string placeholder, std::string& value, std::string help) {
  bind({.name = std::move(name),
        .placeholder = std::move(placeholder),
        .help = std::move(help),
        .fallback = value,
        .set = [&value](std::string_view text) { value = text; }});
}

void Arguments::choice(std::string name, std::string& value, const std::vector<std::string>& choices,
                       const std::string& help) {
  const std::string listed = alternatives(choices);
  bind({.name = std::move(name),
        .placeholder = "NAME",
        .help = help + ": " + listed,
        .fallback = value,
        .set = [&value, choices, listed](std::string_view text) {
          if (std::ranges::find(choices, text) == choices.end()) expected(text, listed);
          value = text;
        }});
}

void Arguments::bind_integer(std::string name, std::int64_t fallback, Limits<std::int64_t> limits,
                             std::string help, std::function<void(std::int64_t)> assign) {
  Flag flag{.name = std::move(name),
            .placeholder = "N",
            .help = std::move(help),
            .fallback = std::to_string(fallback),
            .set = [limits, assign](std::string_view text) {
              const auto number = parse_number<std::int64_t>(text);
              if (!number || *number < limits.low || *number > limits.high) {
                expected(text, "a whole number from " + std::to_string(limits.low) + " to " +
                                   std::to_string(limits.high));
              }
              assign(*number);
            }};
  if (limits.quick) {
    flag.fallback += ", with --quick " + std::to_string(*limits.quick);
    flag.set_quick = [quick = *limits.quick, assign] { assign(quick); };
  }
  bind(std::move(flag));
}

void Arguments::positive(std::string name, double& value, std::string help) {
  bind({.name = std::move(name),
        .placeholder = "X",
        .help = std::move(help),
        .fallback = to_text(value),
        .set = [&value](std::string_view text) {
          const auto number = parse_number<double>(text);
          if (!number || *number <= 0) expected(text, "a number greater than 0");
          value = *number;
        }});
}

void Arguments::numbers(std::string name, std::string placeholder, std::vector<double>& value,
                        std::string help) {
  bind({.name = std::move(name),
        .placeholder = std::move(placeholder),
        .help = std::move(help),
        .fallback = joined(value),
        .set = [&value](std::string_view text) {
          std::vector<double> list;
          for (std::string_view rest = text;; rest.remove_prefix(rest.find(',') + 1)) {
            const auto number = parse_number<double>(rest.substr(0, rest.find(',')));
            if (!number) expected(text, "numbers separated by commas");
            list.push_back(*number);
            if (rest.find(',') == std::string_view::npos) break;
          }
          value = std::move(list);
        }});
}

void Arguments::parse(int argc, const char* const* argv) {
  constexpr std::string_view hint = " (see --help)";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("--") || argument.size() == 2) {
      throw UsageError("found " + quoted(argument) + ", expected a flag such as --seed" + std::string(hint));
    }
    const auto equals = argument.find('=');
    const bool inline_value = equals != std::string_view::npos;
    const std::string_view name = argument.substr(2, inline_value ? equals - 2 : equals);
    Flag* flag = find(name);
    if (flag == nullptr)
      throw UsageError("unknown flag " + quoted(argument.substr(0, equals)) + std::string(hint));
    const std::string label = "--" + flag->name;
    if (flag->given) throw UsageError(label + " is given twice" + std::string(hint));
    flag->given = true;

    std::string_view value;
    if (inline_value) {
      value = argument.substr(equals + 1);
    } else if (!flag->placeholder.empty() && i + 1 < argc &&
               !std::string_view(argv[i + 1]).starts_with("--")) {
      value = argv[++i];
    }
    if (flag->placeholder.empty() && inline_value) {
      throw UsageError(label + " takes no value, found " + quoted(value) + std::string(hint));
    }
    if (!flag->placeholder.empty() && value.empty()) {
      throw UsageError(label + " needs a value, " + flag->placeholder + std::string(hint));
    }
    try {
      flag->set(value);
    } catch (const UsageError& error) {
      throw UsageError(label + ": " + error.what() + std::string(hint));
    }
    if (help_wanted_) return;
  }
  for (const Flag& flag : flags_) {
    if (quick_ && !flag.given) flag.set_quick();
  }
}

Arguments::Flag* Arguments::find(std::string_view name) {
  const auto flag = std::find_if(flags_.begin(), flags_.end(), [&](const Flag& f) { return f.name == name; });
  return flag == flags_.end() ? nullptr : &*flag;
}

bool Arguments::default_run() const {
  return seed_ == 1 && std::ranges::none_of(flags_, [](const Flag& flag) {
           return flag.given && flag.name != "seed" && flag.name != "out";
         });
}

bool Arguments::given(std::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.name == name) return flag.given;
  }
  throw std::logic_error("no flag --" + std::string(name) + " is declared");
}

std::string Arguments::usage() const {
  std::size_t width = 0;
  const auto head = [](const Flag& flag) {
    return "--" + flag.name + (flag.placeholder.empty() ? "" : " ") + flag.placeholder;
  };
  for (const Flag& flag : flags_) width = std::max(width, columns(head(flag)));

  std::string text = chapter_ + ": " + title_ + "\n\nusage: " + chapter_ + " [flags]\n\n";
  // The chapter's own flags come first; the four that every chapter has were declared before them.
  constexpr std::ptrdiff_t shared = 4;
  std::vector<Flag> ordered(flags_.begin() + shared, flags_.end());
  ordered.insert(ordered.end(), flags_.begin(), flags_.begin() + shared);
  for (const Flag& flag : ordered) {
    text += "  " + head(flag) + std::string(width - columns(head(flag)) + 3, ' ') + flag.help;
    if (!flag.fallback.empty()) text += " (default " + flag.fallback + ")";
    text += '\n';
  }
  return text + "\nExit status: 0 all claims hold, 1 a claim failed, 2 bad input.\n";
}

}  // namespace doxa::support
