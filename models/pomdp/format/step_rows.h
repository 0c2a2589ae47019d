#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "doxa/models/pomdp/pomdp.h"

namespace doxa::trajectory_format {

/// A line of a table of steps.
struct StepRow {
  std::size_t line;          ///< from 1
  std::string_view episode;  ///< the first of three fields; empty in a table without
  std::size_t action, observation;
};

/// Reads comma-separated text with the header "action,observation" or, `with_episode`,
/// "episode,action,observation", and calls `row` for every line after it. Throws FileError at the first
/// fault: another header, another number of fields, an empty episode, an action or an observation that the
/// model lacks, no line at all.
void read_step_rows(std::string_view text, const Pomdp& m, const std::string& file, bool with_episode,
                    const std::function<void(const StepRow&)>& row);

/// "found …, expected …" at a place of the file.
[[noreturn]] void refuse(const std::string& file, std::size_t line, std::size_t column,
                         const std::string& found, const std::string& expected);

/// A field as an error message shows it.
std::string quote(std::string_view field);

}  // namespace doxa::trajectory_format
