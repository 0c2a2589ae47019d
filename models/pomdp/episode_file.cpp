#include "doxa/models/pomdp/episode_file.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/format/tokens.h"

namespace doxa {
namespace {

using pomdp_format::shortened;

std::string quote(std::string_view field) { return "'" + shortened(field) + "'"; }
std::string describe_line(std::string_view line) { return line.empty() ? "an empty line" : quote(line); }
std::string count(std::size_t steps) { return std::to_string(steps) + (steps == 1 ? " step" : " steps"); }

// The lines of a text, each without its LF or CRLF.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t number() const { return number_; }  // of the line returned last, from 1
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

  // The index of a member; size() if there is none.
  std::size_t find(std::string_view field) const {
    if (const auto found = index_.find(field); found != index_.end()) return found->second;
    const auto index = read_whole_number(field);
    return index && *index < names_.size() ? static_cast<std::size_t>(*index) : names_.size();
  }
  std::size_t size() const { return names_.size(); }

  // "one of the actions listen, open-left, open-right or an index from 0 to 2"
  std::string expected() const {
    constexpr std::size_t most = 8;
    std::string text = std::string("one of the ") + what_ + "s ";
    for (std::size_t i = 0; i < std::min(most, size()); ++i) text += (i ? ", " : "") + shortened(names_[i]);
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

// Reads a file of either kind: `several` episodes, or one trajectory, whose lines have no first field.
class EpisodeReader {
 public:
  EpisodeReader(std::string_view text, const Pomdp& m, const std::string& file, bool several)
      : file_(file),
        several_(several),
        lines_(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text),
        actions_("action", m.actions),
        observations_("observation", m.observations) {}

  std::vector<Trajectory> read() {
    const std::string header = several_ ? "episode,action,observation" : "action,observation";
    if (lines_.at_end()) refuse(1, "an empty file", "the header '" + header + "'");
    if (const std::string_view line = lines_.next(); line != header)
      refuse(1, describe_line(line), "the header '" + header + "'");
    if (lines_.only_empty_lines_left())
      refuse(header.size() + 1, "nothing after the header", fields_expected());
    while (!lines_.only_empty_lines_left()) read_step(lines_.next());
    close();
    return std::move(episodes_);
  }

 private:
  void read_step(std::string_view line) {
    const std::size_t fields = several_ ? 3 : 2;
    std::size_t begin[4] = {0};  // of each field; the last one is past the end
    std::size_t n = 1;
    for (std::size_t comma = line.find(','); comma != line.npos && n <= fields;
         comma = line.find(',', comma + 1))
      begin[n++] = comma + 1;
    if (n == 1) refuse(1, describe_line(line), fields_expected());
    if (n != fields)
      refuse(n > fields ? begin[fields] : line.size() + 1,
             std::to_string(std::count(line.begin(), line.end(), ',') + 1) + " fields", fields_expected());
    begin[n] = line.size() + 1;
    const auto field = [&](std::size_t i) { return line.substr(begin[i], begin[i + 1] - 1 - begin[i]); };
    const auto member = [&](const Members& of, std::size_t i) {
      const std::size_t index = of.find(field(i));
      if (index == of.size()) refuse(begin[i] + 1, of.found(field(i)), of.expected());
      return index;
    };
    const std::string_view name = several_ ? field(0) : "";
    if (several_ && name.empty()) refuse(1, "no episode", "its number or name");
    const std::size_t action = member(actions_, fields - 2), observation = member(observations_, fields - 1);
    if (episodes_.empty() || name != name_) open(name);
    episodes_.back().actions.push_back(action);
    episodes_.back().observations.push_back(observation);
  }

  void open(std::string_view name) {
    close();
    if (!seen_.insert(name).second) refuse(1, "episode " + quote(name) + " again", "all its steps together");
    if (episodes_.empty()) first_name_ = name;
    name_ = name;
    begin_ = lines_.number();
    episodes_.emplace_back();
  }

  void close() const {
    if (episodes_.empty() || episodes_.back().horizon() == episodes_.front().horizon()) return;
    refuse_at(begin_, 1, "episode " + quote(name_) + " of " + count(episodes_.back().horizon()),
              count(episodes_.front().horizon()) + " as in episode " + quote(first_name_));
  }

  std::string fields_expected() const {
    return several_ ? "an episode, an action and an observation with one comma between two"
                    : "an action and an observation with one comma between them";
  }

  [[noreturn]] void refuse(std::size_t column, const std::string& found, const std::string& expected) const {
    refuse_at(std::max<std::size_t>(lines_.number(), 1), column, found, expected);
  }
  [[noreturn]] void refuse_at(std::size_t line, std::size_t column, const std::string& found,
                              const std::string& expected) const {
    throw FileError(file_, line, column, "found " + found + ", expected " + expected);
  }

  const std::string& file_;
  bool several_;
  Lines lines_;
  Members actions_, observations_;
  std::vector<Trajectory> episodes_;
  std::set<std::string_view> seen_;
  std::string_view first_name_, name_;  // of the first episode and of the current one
  std::size_t begin_ = 0;               // the line where the current one begins
};

// Refuses names that would not read back as themselves: with a separator in them, or twice the same.
void check_names(const char* what, const std::vector<std::string>& names) {
  std::set<std::string_view> seen;
  for (const std::string& name : names)
    if (name.empty() || name.find_first_of(",\r\n") != name.npos || !seen.insert(name).second)
      throw std::invalid_argument("format_episodes: the " + std::string(what) + " " + quote(name) +
                                  " cannot be written");
}

const std::string& name_of(const std::vector<std::string>& names, std::size_t index, const char* what) {
  if (index >= names.size())
    throw std::invalid_argument("format_episodes: there is no " + std::string(what) + " " +
                                std::to_string(index));
  return names[index];
}

}  // namespace

Trajectory parse_trajectory(std::string_view text, const Pomdp& m, const std::string& file) {
  return EpisodeReader(text, m, file, false).read().front();
}

Trajectory read_trajectory(const std::filesystem::path& path, const Pomdp& m) {
  return parse_trajectory(read_whole_file(path, ".csv file", max_trajectory_bytes), m, path.string());
}

std::vector<Trajectory> parse_episodes(std::string_view text, const Pomdp& m, const std::string& file) {
  return EpisodeReader(text, m, file, true).read();
}

std::vector<Trajectory> read_episodes(const std::filesystem::path& path, const Pomdp& m) {
  return parse_episodes(read_whole_file(path, ".csv file", max_episodes_bytes), m, path.string());
}

std::string format_episodes(const Pomdp& m, std::span<const Trajectory> episodes) {
  check_names("action", m.actions);
  check_names("observation", m.observations);
  if (episodes.empty() || episodes[0].horizon() == 0)
    throw std::invalid_argument("format_episodes: no episodes, or none with a step");
  std::string text = "episode,action,observation\n";
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    const Trajectory& t = episodes[i];
    if (t.horizon() != episodes[0].horizon() || t.observations.size() != t.horizon())
      throw std::invalid_argument("format_episodes: episode " + std::to_string(i) + " has another length");
    for (std::size_t k = 0; k < t.horizon(); ++k)
      text += std::to_string(i) + "," + name_of(m.actions, t.actions[k], "action") + "," +
              name_of(m.observations, t.observations[k], "observation") + "\n";
  }
  return text;
}

void write_episodes(const std::filesystem::path& path, const Pomdp& m, std::span<const Trajectory> episodes) {
  write_file_atomically(path, format_episodes(m, episodes));
}

}  // namespace doxa
