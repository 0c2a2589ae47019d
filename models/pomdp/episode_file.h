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

// Files of what was done and seen, as comma-separated text. One trajectory, a step a line:
//
//   action,observation
//   listen,hear-left          each a name of the model, or an index from 0 in digits
//   0,1
//
// Several episodes, which all have as many steps, with one more field:
//
//   episode,action,observation
//   0,listen,hear-left        the steps of an episode stand together, in their order
//   0,listen,hear-left
//   1,open-left,hear-right    another number or name in the first field: the next episode
//
// There are no blanks or quotes. Text that is both a name and an index is read as the name. Lines end in LF or
// CRLF; the last line may lack its end and be followed by empty lines. The text may begin with a UTF-8 byte
// order mark. Trajectories that are read have no states.

/// The largest files that are read, in bytes.
inline constexpr std::size_t max_trajectory_bytes = 1u << 26;
inline constexpr std::size_t max_episodes_bytes = 1u << 28;

/// Reads one trajectory of the model m from a text; `file` names it in errors. Throws FileError at the first
/// fault: a wrong header, a wrong number of fields, a name or an index that the model lacks, or no steps.
Trajectory parse_trajectory(std::string_view text, const Pomdp& m, const std::string& file = "trajectory");
/// Reads one trajectory from a file. Throws FileError, also where the file cannot be read.
Trajectory read_trajectory(const std::filesystem::path& path, const Pomdp& m);

/// Reads several episodes. Throws FileError also for an empty field, for an episode that comes again after
/// another, and for one with more or fewer steps than the first.
std::vector<Trajectory> parse_episodes(std::string_view text, const Pomdp& m,
                                       const std::string& file = "episodes");
std::vector<Trajectory> read_episodes(const std::filesystem::path& path, const Pomdp& m);

/// The text of episodes, which are called 0, 1, …: the names of their actions and observations, not the
/// states. parse_episodes reads the same back. Throws std::invalid_argument for no episodes or episodes of
/// unequal length, for an index that the model lacks, and for a name that such a file cannot hold.
std::string format_episodes(const Pomdp& m, std::span<const Trajectory> episodes);
/// Writes a file, whole or not at all.
void write_episodes(const std::filesystem::path& path, const Pomdp& m, std::span<const Trajectory> episodes);

}  // namespace doxa
