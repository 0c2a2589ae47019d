#pragma once

#include <filesystem>
#include <string_view>

namespace doxa {

// Public for users of doxa::models, where doxa/models/files/file.h declares them with all that they promise.
// They are defined here because the program of gradcheck_program.h writes its results with them.

/// Replaces a file as a whole: whoever reads it finds the old one or the new one. Writes into pipes and
/// character devices. Throws std::runtime_error, and the old file is then as it was.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Throws as write_file_atomically would for this path, as far as can be known beforehand. Changes nothing.
void require_writable(const std::filesystem::path& path);

/// The same for a file that is written again and again; refuses a pipe, too, unless it is the standard
/// output.
void require_rewritable(const std::filesystem::path& path);

/// Whether what is written to one path is what the other leads to.
bool lead_to_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace doxa
