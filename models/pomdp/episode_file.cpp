#include "doxa/models/pomdp/episode_file.h"

#include <set>
#include <stdexcept>

#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/format/step_rows.h"

namespace doxa {
namespace {

using trajectory_format::quote;
using trajectory_format::StepRow;

std::string count(std::size_t steps) { return std::to_string(steps) + (steps == 1 ? " step" : " steps"); }

// Names that read back as themselves: no separator in them, and none twice.
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

std::vector<Trajectory> parse_episodes(std::string_view text, const Pomdp& m, const std::string& file) {
  std::vector<Trajectory> episodes;
  std::set<std::string_view> seen;
  std::string_view first, current;
  std::size_t begin = 0;  // the line of the current one
  const auto close = [&] {
    if (episodes.empty() || episodes.back().horizon() == episodes.front().horizon()) return;
    trajectory_format::refuse(file, begin, 1,
                              "episode " + quote(current) + " of " + count(episodes.back().horizon()),
                              count(episodes.front().horizon()) + " as in episode " + quote(first));
  };
  trajectory_format::read_step_rows(text, m, file, true, [&](const StepRow& row) {
    if (episodes.empty() || row.episode != current) {
      close();
      if (!seen.insert(row.episode).second)
        trajectory_format::refuse(file, row.line, 1, "episode " + quote(row.episode) + " again",
                                  "all its steps together");
      if (episodes.empty()) first = row.episode;
      current = row.episode;
      begin = row.line;
      episodes.emplace_back();
    }
    episodes.back().actions.push_back(row.action);
    episodes.back().observations.push_back(row.observation);
  });
  close();
  return episodes;
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
