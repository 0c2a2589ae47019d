#include "doxa/models/pomdp/episode_file.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/csv.h"
#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/format/tokens.h"

namespace doxa {
namespace {

using pomdp_format::shortened;

std::string quote(std::string_view field) { return "'" + shortened(field) + "'"; }
std::string count(std::size_t steps) { return std::to_string(steps) + (steps == 1 ? " step" : " steps"); }

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

// "episode '7', step 3", without what is not known: an empty name, step 0
std::string place(std::string_view episode, std::size_t step) {
  const std::string name = episode.empty() ? "" : "episode " + quote(episode);
  if (step == 0) return name;
  return name + (name.empty() ? "" : ", ") + "step " + std::to_string(step);
}

// Reads a file of either kind: `several` episodes, or one trajectory.
class EpisodeReader {
 public:
  EpisodeReader(std::string_view text, const Pomdp& m, const std::string& file, bool several)
      : csv_(text, file),
        several_(several),
        actions_("action", m.actions),
        observations_("observation", m.observations) {
    source_.file = file;
  }

  std::vector<Trajectory> read() {
    if (csv_.only_empty_lines_left()) csv_.refuse(1, 1, "an empty file", header_expected());
    read_header(csv_.next());
    if (csv_.only_empty_lines_left())
      csv_.refuse(csv_.line(), csv_.end_column(), "nothing after the header", "a step a line");
    while (!csv_.only_empty_lines_left()) read_step(csv_.next());
    require_equal_lengths();
    if (source_.no_reward.line > 0)
      for (Trajectory& t : episodes_) t.rewards.clear();
    return std::move(episodes_);
  }
  EpisodeSource source() && { return std::move(source_); }

 private:
  using Fields = std::vector<CsvField>;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  void read_header(const Fields& header) {
    const std::pair<std::string_view, std::size_t*> known[] = {{"episode", &episode_},
                                                               {"action", &action_},
                                                               {"observation", &observation_},
                                                               {"step", &step_},
                                                               {"reward", &reward_}};
    columns_ = header.size();
    std::string all;
    for (std::size_t i = 0; i < header.size(); ++i) {
      const CsvField& column = header[i];
      all += (i ? "," : "") + std::string(column.text);
      const auto found = std::ranges::find(known, column.text, [](const auto& k) { return k.first; });
      if (found == std::end(known)) {
        source_.ignored_columns.emplace_back(column.text);
      } else if (*found->second != none) {
        csv_.refuse(column.line, column.column, "the column " + quote(column.text) + " again", "it once");
      } else {
        *found->second = i;
      }
    }
    if (action_ == none || observation_ == none || (several_ && episode_ == none))
      csv_.refuse(1, 1, all.empty() ? "an empty line" : quote(all), header_expected());
  }

  void read_step(const Fields& fields) {
    if (fields.size() != columns_) refuse_size(fields);
    const std::string_view name = episode_ == none ? "" : fields[episode_].text;
    if (several_ && name.empty()) refuse(fields[episode_], "no episode", "its number or name");
    const bool is_new = episodes_.empty() || name != source_.names.back();
    place_ = {name, is_new ? 1 : episodes_.back().horizon() + 1};
    const std::size_t action = member(actions_, fields[action_]),
                      observation = member(observations_, fields[observation_]);
    if (is_new) open(name, fields);
    if (step_ != none) require_next(fields[step_]);
    episodes_.back().actions.push_back(action);
    episodes_.back().observations.push_back(observation);
    if (reward_ != none) read_reward(fields[reward_]);
    source_.lines.push_back(fields[0].line);
  }

  void read_reward(const CsvField& field) {
    const DecimalReading number = read_decimal(field.text);
    episodes_.back().rewards.push_back(number.value);
    if (!number.in_range() && source_.no_reward.line == 0)
      source_.no_reward = {.line = field.line,
                           .column = field.column,
                           .found = field.text.empty() ? "no reward" : quote(field.text)};
  }

  [[noreturn]] void refuse_size(const Fields& fields) {
    const CsvField& first = fields[0];
    place_ = {episode_ < fields.size() ? fields[episode_].text : "", 0};
    const std::string expected = std::to_string(columns_) + " fields, separated by commas, as in the header";
    if (fields.size() == 1)
      csv_.refuse(first.line, first.column, first.text.empty() ? "an empty line" : quote(first.text),
                  expected);
    const std::string found = std::to_string(fields.size()) + " fields";
    if (fields.size() > columns_) refuse(fields[columns_], found, expected);
    refuse({.text = {}, .line = csv_.line(), .column = csv_.end_column(), .quoted = false}, found, expected);
  }

  std::size_t member(const Members& of, const CsvField& field) const {
    const std::size_t index = of.find(field.text);
    if (index == of.size()) refuse(field, of.found(field.text), of.expected());
    return index;
  }

  void open(std::string_view name, const Fields& fields) {
    if (!several_ && !episodes_.empty())
      refuse(fields[episode_], "a second episode, " + quote(name), "a single trajectory");
    if (!seen_.emplace(name).second)
      refuse(fields[episode_], "episode " + quote(name) + " again", "all its steps together");
    source_.names.emplace_back(name);
    episodes_.emplace_back();
  }

  // The column `step` must count the steps that stand before this one in its episode, from 0 or 1.
  void require_next(const CsvField& step) {
    const auto number = read_whole_number(step.text);
    const std::size_t before = episodes_.back().horizon();
    if (!first_step_ && number && *number <= 1) first_step_ = *number;
    if (first_step_ && number == *first_step_ + before) return;
    refuse(step, step.text.empty() ? "no step" : "step " + quote(step.text),
           first_step_
               ? "step " + std::to_string(*first_step_ + before) + ": the steps of an episode in their order"
               : "step 0 or 1");
  }

  // At the end, because an episode that comes again has too few steps before that.
  void require_equal_lengths() const {
    const std::size_t size = episodes_.size();
    const auto next_unlike = [&](std::size_t i) {
      std::size_t next = i + 1;
      while (next < size && episodes_[next].horizon() == episodes_[i].horizon()) ++next;
      return next;
    };
    const std::size_t unlike = next_unlike(0);
    if (unlike == size) return;
    // Where all others are alike, the first is the wrong one.
    const bool first = unlike == 1 && size > 2 && next_unlike(1) == size;
    const std::size_t wrong = first ? 0 : unlike, right = first ? 1 : 0;
    csv_.refuse(source_.lines[wrong * episodes_[0].horizon()], 1,
                "episode " + quote(source_.names[wrong]) + " of " + count(episodes_[wrong].horizon()),
                count(episodes_[right].horizon()) + " as in " +
                    (first ? "all others" : "episode " + quote(source_.names[right])));
  }

  std::string header_expected() const {
    return several_ ? "a header with the columns episode, action and observation, separated by commas"
                    : "a header with the columns action and observation, separated by commas";
  }
  [[noreturn]] void refuse(const CsvField& at, const std::string& found, const std::string& expected) const {
    const std::string where = place(place_.episode, place_.step);
    csv_.refuse(at.line, at.column, found, expected + (where.empty() ? "" : " (" + where + ")"));
  }

  CsvReader csv_;
  bool several_;
  Members actions_, observations_;
  std::size_t episode_ = none, action_ = none, observation_ = none, step_ = none, reward_ = none,
              columns_ = 0;  // positions in a record
  std::vector<Trajectory> episodes_;
  EpisodeSource source_;
  std::set<std::string, std::less<>> seen_;
  std::optional<std::uint64_t> first_step_;  // of every episode, where there is a column `step`
  struct {
    std::string_view episode;
    std::size_t step;
  } place_{};  // of the record that is read
};

std::vector<Trajectory> read_all(std::string_view text, const Pomdp& m, const std::string& file, bool several,
                                 EpisodeSource* source) {
  EpisodeReader reader(text, m, file, several);
  std::vector<Trajectory> episodes = reader.read();
  if (source) *source = std::move(reader).source();
  return episodes;
}

// The names as fields. Refuses those that would not read back as themselves.
std::vector<std::string> fields_of(const char* what, const std::vector<std::string>& names) {
  std::vector<std::string> fields;
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (name.empty() || !seen.insert(name).second)
      throw std::invalid_argument("format_episodes: the " + std::string(what) + " " + quote(name) +
                                  " cannot be written");
    fields.push_back(csv_field(name));
  }
  return fields;
}

const std::string& name_of(const std::vector<std::string>& names, std::size_t index, const char* what) {
  if (index >= names.size())
    throw std::invalid_argument("format_episodes: there is no " + std::string(what) + " " +
                                std::to_string(index));
  return names[index];
}

std::string reward_text(double reward) {
  if (!std::isfinite(reward))
    throw std::invalid_argument("format_episodes: the reward " + to_text(reward) + " cannot be written");
  return to_text(reward);
}

}  // namespace

Trajectory parse_trajectory(std::string_view text, const Pomdp& m, const std::string& file,
                            EpisodeSource* source) {
  return read_all(text, m, file, false, source).front();
}

Trajectory read_trajectory(const std::filesystem::path& path, const Pomdp& m, EpisodeSource* source) {
  return parse_trajectory(read_whole_file(path, ".csv file", max_trajectory_bytes), m, path.string(), source);
}

std::vector<Trajectory> parse_episodes(std::string_view text, const Pomdp& m, const std::string& file,
                                       EpisodeSource* source) {
  return read_all(text, m, file, true, source);
}

std::vector<Trajectory> read_episodes(const std::filesystem::path& path, const Pomdp& m,
                                      EpisodeSource* source) {
  return parse_episodes(read_whole_file(path, ".csv file", max_episodes_bytes), m, path.string(), source);
}

void require_possible(const Pomdp& m, std::span<const Trajectory> episodes, const EpisodeSource& source) {
  std::size_t before = 0;  // steps of earlier episodes
  for (std::size_t i = 0; i < episodes.size(); before += episodes[i++].horizon()) {
    try {
      log_evidence(m, episodes[i]);
    } catch (const ImpossibleObservation& error) {
      throw FileError(source.file, source.lines.at(before + error.step - 1), 1,
                      place(source.names.at(i), error.step) + ": found the observation " +
                          quote(m.observations[error.observation]) + " after the action " +
                          quote(m.actions[error.action]) +
                          ", expected one that the model calls possible there: data and model disagree");
    }
  }
}

void require_rewards(std::span<const Trajectory> episodes, const EpisodeSource& source) {
  const EpisodeSource::NoReward& fault = source.no_reward;
  if (fault.line > 0)
    throw FileError(source.file, fault.line, fault.column,
                    "found " + fault.found + ", expected a decimal number: the reward of the step");
  for (const Trajectory& t : episodes)
    if (t.rewards.size() != t.horizon())
      throw FileError(source.file, 1, 1,
                      "found no column reward, expected one with the reward of each step: it cannot be "
                      "learned otherwise what pays");
}

std::string format_episodes(const Pomdp& m, std::span<const Trajectory> episodes) {
  const std::vector<std::string> actions = fields_of("action", m.actions),
                                 observations = fields_of("observation", m.observations);
  if (episodes.empty() || episodes[0].horizon() == 0)
    throw std::invalid_argument("format_episodes: no episodes, or none with a step");
  const bool rewarded =
      std::ranges::all_of(episodes, [](const Trajectory& t) { return t.rewards.size() == t.horizon(); });
  std::string text = rewarded ? "episode,action,observation,reward\n" : "episode,action,observation\n";
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    const Trajectory& t = episodes[i];
    if (t.horizon() != episodes[0].horizon() || t.observations.size() != t.horizon())
      throw std::invalid_argument("format_episodes: episode " + std::to_string(i) + " has another length");
    for (std::size_t k = 0; k < t.horizon(); ++k)
      text += std::to_string(i) + "," + name_of(actions, t.actions[k], "action") + "," +
              name_of(observations, t.observations[k], "observation") +
              (rewarded ? "," + reward_text(t.rewards[k]) : "") + "\n";
  }
  return text;
}

void write_episodes(const std::filesystem::path& path, const Pomdp& m, std::span<const Trajectory> episodes) {
  write_file_atomically(path, format_episodes(m, episodes));
}

}  // namespace doxa
