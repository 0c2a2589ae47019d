#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

/// What is seen of a trajectory of T steps: a_0 … a_{T-1} and o_1 … o_T. Step k = 1 … T is (actions[k-1],
/// observations[k-1]); the states stay hidden.
struct SeenTrajectory {
  std::vector<std::size_t> actions, observations;  ///< [T]

  std::size_t horizon() const { return actions.size(); }
  bool operator==(const SeenTrajectory&) const = default;
};

// The file of a trajectory is comma-separated text, strictly
//
//   action,observation
//   listen,hear-left        a pair a line: each a name of the model, or an index from 0 in digits
//   0,1
//
// without blanks or quotes; a name that is another's index is the name. Lines end in LF or CRLF, the last one
// may have no end, empty lines may follow it, and a UTF-8 byte order mark may precede the first. Step k = 1,
// 2, … stands in line k + 1.

/// The largest file that is read, in bytes.
inline constexpr std::size_t max_trajectory_bytes = 1u << 26;

/// Reads a trajectory of the model m from a text; `file` names it in errors. Throws FileError at the first
/// fault: no header, a line that has not two fields, a name or an index that the model lacks, not one pair.
SeenTrajectory parse_trajectory(std::string_view text, const Pomdp& m,
                                const std::string& file = "trajectory");

/// Reads a trajectory from a file. Throws FileError, also where the file cannot be read.
SeenTrajectory read_trajectory(const std::filesystem::path& path, const Pomdp& m);

}  // namespace doxa
