#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

// Files of what was done and seen, as comma-separated text (files/csv.h). One trajectory, a step a line:
//
//   action,observation
//   listen,hear-left          each a name of the model, or an index from 0 in digits
//   0,1
//
// Several episodes, which all have as many steps, with one more column:
//
//   episode,action,observation
//   0,listen,hear-left        the steps of an episode stand together, in their order
//   0,listen,hear-left
//   1,open-left,hear-right    another number or name in this column: the next episode
//
// The header says which column is which, in any order. A column `step` must count up by 1 within each
// episode, from 0 in all or from 1 in all. A column `reward` has what each step paid, a decimal number; where
// one of its fields is none, the trajectories have no rewards, which matters to those who ask for them by
// `require_rewards` and to nobody else. Columns of other names are ignored; EpisodeSource lists them. The
// file of one trajectory may have a column `episode`, too, which must then name a single one. Text that is
// both a name and an index is read as the name. The last line may be followed by empty lines. Trajectories
// that are read have no states.

/// The largest files that are read, in bytes.
inline constexpr std::size_t max_trajectory_bytes = 1u << 26;
inline constexpr std::size_t max_episodes_bytes = 1u << 28;

/// Where the steps of some episodes stand in a file, and what was not read there.
struct EpisodeSource {
  std::string file = {};                          ///< its name in errors
  std::vector<std::string> names = {};            ///< of the episodes; "" without a column `episode`
  std::vector<std::size_t> lines = {};            ///< of each step, episode after episode
  std::vector<std::string> ignored_columns = {};  ///< as the header calls them
  /// The first reward that is not a number: its place and, in quotes, what is there. Line 0: none.
  struct NoReward {
    std::size_t line = 0, column = 0;
    std::string found = {};
  } no_reward = {};
};

/// Reads one trajectory of the model m from a text; `file` names it in errors. Throws FileError at the first
/// fault, with its place, episode and step: a column that is missing or there twice, a wrong number of
/// fields, a name or an index that the model lacks, a step out of order, a second episode, or no steps. Fills
/// in `source` if there is one.
Trajectory parse_trajectory(std::string_view text, const Pomdp& m, const std::string& file = "trajectory",
                            EpisodeSource* source = nullptr);
/// Reads one trajectory from a file. Throws FileError, also where the file cannot be read.
Trajectory read_trajectory(const std::filesystem::path& path, const Pomdp& m,
                           EpisodeSource* source = nullptr);

/// Reads several episodes. Throws FileError also for an empty field, for an episode that comes again after
/// another, and for one with more or fewer steps than the first (the first itself where all others
/// have one length).
std::vector<Trajectory> parse_episodes(std::string_view text, const Pomdp& m,
                                       const std::string& file = "episodes", EpisodeSource* source = nullptr);
std::vector<Trajectory> read_episodes(const std::filesystem::path& path, const Pomdp& m,
                                      EpisodeSource* source = nullptr);

/// Throws FileError at the first step whose observation has probability 0 under the model, given the steps
/// before it: data and model then contradict each other. `source` is that of the episodes. O(one filter step)
/// for each step.
void require_possible(const Pomdp& m, std::span<const Trajectory> episodes, const EpisodeSource& source);

/// Throws FileError unless every step has its reward, with one line that says what is missing and where: the
/// column, or its first field that is not a number. `source` is that of the episodes.
void require_rewards(std::span<const Trajectory> episodes, const EpisodeSource& source);

/// The text of episodes, which are called 0, 1, …: the names of their actions and observations and, if all
/// have them, their rewards; not the states. parse_episodes reads the same back, bit for bit. Throws
/// std::invalid_argument for no episodes or episodes of unequal length, for an index that the model lacks,
/// for a reward that is not finite, and for a name that is empty or there twice.
std::string format_episodes(const Pomdp& m, std::span<const Trajectory> episodes);
/// Writes a file, whole or not at all.
void write_episodes(const std::filesystem::path& path, const Pomdp& m, std::span<const Trajectory> episodes);

}  // namespace doxa
