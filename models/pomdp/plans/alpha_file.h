#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/plans/alpha_vectors.h"

namespace doxa {

// Alpha-vectors in the form of pomdp-solve (.alpha): for each vector a line with the index of its action and
// a line with its values, one for each state, in the order of the model's states:
//
//   0
//   -1.95 -1.95
//
//   1
//   -100 10
//
// Empty lines between them mean nothing, nor do blanks around a number. Lines end in LF, CRLF or a lone CR.

inline constexpr std::size_t max_alpha_bytes = std::size_t{1} << 28;

/// Reads vectors for a model from a text; `file` names it in errors. Throws FileError, with line and column,
/// what was found and what was expected, for an action that the model lacks, a number of values that is not
/// its number of states, a value that is not a finite number, and a text without vectors. What the vectors
/// say of values is taken as it stands: nothing is proved about them.
AlphaVectors parse_alpha(std::string_view text, const Pomdp& m, const std::string& file = "alpha");

/// Reads a file. Throws FileError as parse_alpha does, and where the file cannot be read.
AlphaVectors read_alpha(const std::filesystem::path& path, const Pomdp& m);

/// The text of vectors, which reads back to the same bits. Throws as require_vectors does.
std::string format_alpha(const Pomdp& m, const AlphaVectors& v);

/// Writes it as write_file_atomically does, and throws what that throws.
void write_alpha(const std::filesystem::path& path, const Pomdp& m, const AlphaVectors& v);

}  // namespace doxa
