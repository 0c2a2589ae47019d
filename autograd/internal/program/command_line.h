#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace doxa {

/// What the user typed cannot be honoured. The text is one line: what was found and what was expected.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The values a flag accepts, ends included, and the value it takes under --quick when it is not given
/// itself.
template <class T>
struct Limits {
  T low;
  T high;
  std::optional<T> quick = {};
};

/// The command line of a program: "--flag value" or "--flag=value", and --help.
///
/// A flag is bound to a variable whose value at the time of binding is the default; the variable must live
/// until parse() has returned.
class CommandLine {
 public:
  /// `title` is the first line of the usage text, and `notes` come after the flags.
  CommandLine(std::string program, std::string title, std::string notes)
      : program_(std::move(program)), title_(std::move(title)), notes_(std::move(notes)) {}

  /// Bound variables and the flags' own state are referred to by address.
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// --name, without a value: sets `value` to true.
  void flag(std::string name, bool& value, std::string help);

  /// --name PLACEHOLDER: any text that is not empty. The second form may be given more than once.
  void text(std::string name, std::string placeholder, std::string& value, std::string help);
  void text(std::string name, std::string placeholder, std::vector<std::string>& values, std::string help);

  /// --name NAME: one of `choices`, which the usage text and the error name.
  void choice(std::string name, std::string& value, const std::vector<std::string>& choices,
              const std::string& help);

  /// --name N: a whole number within `limits`.
  template <std::integral T>
  void integer(std::string name, T& value, std::type_identity_t<Limits<T>> limits, std::string help) {
    const auto widest = std::numeric_limits<std::int64_t>::max();
    const auto high = std::cmp_less(limits.high, widest) ? static_cast<std::int64_t>(limits.high) : widest;
    std::optional<std::int64_t> quick;
    if (limits.quick) quick = static_cast<std::int64_t>(*limits.quick);
    bind_integer(std::move(name), static_cast<std::int64_t>(value),
                 {static_cast<std::int64_t>(limits.low), high, quick}, std::move(help),
                 [&value](std::int64_t number) { value = static_cast<T>(number); });
  }

  /// --seed N: any whole number of 64 bits.
  void seed(std::uint64_t& value, std::string help = "seed of all random numbers");

  /// --name X: a finite number greater than zero.
  void positive(std::string name, double& value, std::string help);

  /// --name PLACEHOLDER: finite numbers separated by commas, at least one.
  void numbers(std::string name, std::string placeholder, std::vector<double>& value, std::string help);

  /// --name makes the flags `without` meaningless: both together are refused, and `why` ends the message.
  void excludes(std::string name, std::vector<std::string> without, std::string why);

  /// --name means something only together with --with: alone it is refused.
  void needs(std::string name, std::string with);

  /// What is no flag goes into `words`; without this it is refused.
  void words(std::string placeholder, std::vector<std::string>& words);

  /// Reads the command line into the bound variables. Stops at --help, see help_wanted().
  /// Throws UsageError: unknown or repeated flag, missing value, not a number or out of range, flags that
  /// contradict each other, and what the checks of `must_hold` find.
  void parse(int argc, const char* const* argv);

  /// Once all flags are read, `fault()` says in a line what is wrong with them together; nothing if all is
  /// well.
  void must_hold(std::function<std::string()> fault) { faults_.push_back(std::move(fault)); }

  /// Was --name on the command line? Throws std::logic_error when there is no such flag.
  bool given(std::string_view name) const;

  /// Title, flags, defaults and notes, as --help prints them.
  std::string usage() const;
  bool help_wanted() const { return help_wanted_; }

  /// A program from its command line to its exit status: that of `run`, which is called once the flags are
  /// read; 0 for --help; 2 for an exception, whose text is printed in one line "program: …" on standard
  /// error. Standard output that cannot be written to, or is closed, is such an exception; a reader of a pipe
  /// that leaves early (`| head`) ends the program by SIGPIPE, without a word, as is usual.
  int run(int argc, const char* const* argv, const std::function<int()>& run);

 protected:
  struct Flag {
    std::string name;
    std::string placeholder;  // empty: the flag takes no value
    std::string help;
    std::string fallback;                       // the default in words
    std::function<void(std::string_view)> set;  // throws UsageError without the flag's name
    std::function<void()> set_quick = [] {};
    bool repeats = false;
    bool given = false;
  };

  /// --name does not go with --other, or only with it.
  struct Rule {
    std::string name, other, why;
    bool together;  // whether they must both be given
  };

  std::string program_, title_;
  std::vector<Flag> flags_;
  std::vector<Rule> rules_;
  std::size_t listed_last_ = 0;  // so many flags, declared first, stand last in the usage text

 private:
  Flag& bind(std::string name, std::string placeholder, std::string help, std::string fallback,
             std::function<void(std::string_view)> set);
  void bind_integer(std::string name, std::int64_t fallback, Limits<std::int64_t> limits, std::string help,
                    std::function<void(std::int64_t)> assign);
  Flag* find(std::string_view name);
  void add_rule(Rule rule);
  void check_rules() const;
  std::string conditions(std::string_view name) const;  // of its rules, for the usage text

  std::vector<std::function<std::string()>> faults_;
  std::string notes_, words_placeholder_;
  std::vector<std::string>* words_ = nullptr;
  bool help_wanted_ = false;
};

}  // namespace doxa
