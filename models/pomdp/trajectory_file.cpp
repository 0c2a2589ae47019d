#include "doxa/models/pomdp/trajectory_file.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "doxa/models/pomdp/pomdp_lexer.h"
#include "doxa/models/whole_file.h"

namespace doxa {
namespace {

constexpr std::string_view header = "action,observation";

std::string quote(std::string_view text) { return "'" + pomdp_format::shortened(text) + "'"; }

std::string describe_line(std::string_view line) { return line.empty() ? "an empty line" : quote(line); }

// The lines of a text, each without its LF or CRLF.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t number() const { return number_; }  // of the line that came last, from 1
  bool only_empty_lines_left() const { return rest_.find_first_not_of("\r\n") == rest_.npos; }
  std::string_view next() {
    const std::size_t length = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = rest_.substr(0, length);
    rest_.remove_prefix(std::min(length + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number_;
    return line;
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

// The actions or the observations of a model, to be looked up by name or by index.
class Members {
 public:
  Members(const char* what, const std::vector<std::string>& names) : what_(what), names_(names) {
    for (std::size_t i = 0; i < names.size(); ++i) index_.emplace(names[i], i);
  }

  // names.size() if there is none.
  std::size_t find(std::string_view field) const {
    if (const auto found = index_.find(field); found != index_.end()) return found->second;
    std::size_t index = names_.size();
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), index);
    const bool is_index = error == std::errc{} && end == field.data() + field.size();
    return is_index ? std::min(index, names_.size()) : names_.size();
  }
  std::size_t size() const { return names_.size(); }

  // "one of the actions listen, open-left, open-right or an index from 0 to 2"
  std::string expected() const {
    constexpr std::size_t most = 8;
    std::string text = std::string("one of the ") + what_ + "s ";
    for (std::size_t i = 0; i < std::min(most, size()); ++i)
      text += (i ? ", " : "") + pomdp_format::shortened(names_[i]);
    if (size() > most) text += ", ... (" + std::to_string(size()) + " in all)";
    return text + " or an index from 0 to " + std::to_string(size() - 1);
  }
  std::string found(std::string_view field) const {
    return field.empty() ? std::string("no ") + what_
                         : std::string("the unknown ") + what_ + " " + quote(field);
  }

 private:
  const char* what_;
  const std::vector<std::string>& names_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

}  // namespace

SeenTrajectory parse_trajectory(std::string_view text, const Pomdp& m, const std::string& file) {
  Lines lines(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
  const auto refuse = [&](std::size_t column, const std::string& found, const std::string& expected) {
    throw FileError(file, std::max<std::size_t>(lines.number(), 1), column,
                    "found " + found + ", expected " + expected);
  };
  const std::string header_expected = "the header '" + std::string(header) + "'";
  if (lines.at_end()) refuse(1, "an empty file", header_expected);
  if (const std::string_view line = lines.next(); line != header)
    refuse(1, describe_line(line), header_expected);

  const Members actions("action", m.actions), observations("observation", m.observations);
  const std::string pair_expected = "an action and an observation with one comma between them";
  SeenTrajectory t;
  while (!lines.only_empty_lines_left()) {
    const std::string_view line = lines.next();
    const std::size_t comma = line.find(',');
    if (comma == line.npos) refuse(1, describe_line(line), pair_expected);
    const std::string_view first = line.substr(0, comma), second = line.substr(comma + 1);
    if (const std::size_t third = second.find(','); third != second.npos)
      refuse(comma + third + 2, std::to_string(std::count(line.begin(), line.end(), ',') + 1) + " fields",
             pair_expected);
    const std::size_t action = actions.find(first), observation = observations.find(second);
    if (action == actions.size()) refuse(1, actions.found(first), actions.expected());
    if (observation == observations.size())
      refuse(comma + 2, observations.found(second), observations.expected());
    t.actions.push_back(action);
    t.observations.push_back(observation);
  }
  if (t.horizon() == 0) refuse(header.size() + 1, "nothing after the header", pair_expected);
  return t;
}

SeenTrajectory read_trajectory(const std::filesystem::path& path, const Pomdp& m) {
  return parse_trajectory(read_whole_file(path, ".csv file", max_trajectory_bytes), m, path.string());
}

}  // namespace doxa
