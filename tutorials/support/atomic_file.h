#pragma once

#include <filesystem>
#include <string_view>

namespace doxa::support {

// Writes `text` to a temporary file beside `path` and renames it into place, so that a reader finds the old
// file or the new one and never a part of it. The temporary file is removed when anything fails.
// Throws std::runtime_error naming the path and the system's reason.
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace doxa::support
