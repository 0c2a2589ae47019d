#pragma once

#include <filesystem>
#include <string_view>

namespace doxa {

/// Writes `bytes` to a temporary file beside `path`, waits until the disk has them, renames it into place and
/// waits for that too: a reader finds the old file or the new one, never a part of it, and so does whoever
/// comes after a crash. The temporary file is removed when anything fails. Throws std::runtime_error naming
/// the path and the system's reason.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace doxa
