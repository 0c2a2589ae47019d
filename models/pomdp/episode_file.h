#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/simulate.h"

namespace doxa {

// A file of episodes is comma-separated text as that of a trajectory (trajectory_file.h), with a field more:
//
//   episode,action,observation
//   0,listen,hear-left        the steps of an episode together, in their order
//   0,listen,hear-left
//   1,open-left,hear-right    another number or name in the first field: the next episode
//
// All episodes have as many steps.

/// The largest file that is read, in bytes.
inline constexpr std::size_t max_episodes_bytes = 1u << 28;

/// Reads episodes of the model m from a text; `file` names it in errors. Their states, which nobody saw, are
/// empty. Throws FileError at the first fault: those of a trajectory's file, an episode that comes again
/// after another, and an episode with more or fewer steps than the first.
std::vector<Trajectory> parse_episodes(std::string_view text, const Pomdp& m,
                                       const std::string& file = "episodes");

/// Reads episodes from a file. Throws FileError, also where it cannot be read.
std::vector<Trajectory> read_episodes(const std::filesystem::path& path, const Pomdp& m);

/// The text of episodes, which are called 0, 1, …: the names of their actions and observations, not the
/// states. parse_episodes reads the same back. Throws std::invalid_argument for no episodes or ones of
/// unequal length, an index that the model lacks, and a name that such a file cannot hold.
std::string format_episodes(const Pomdp& m, std::span<const Trajectory> episodes);

/// Writes a file, whole or not at all.
void write_episodes(const std::filesystem::path& path, const Pomdp& m, std::span<const Trajectory> episodes);

}  // namespace doxa
