#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace doxa {

/// All bytes of a file; `kind` says in errors what was expected, ".pomdp file". Throws FileError for a file
/// that is missing, a directory, cannot be read or has more than `most` bytes, of which it reads no more.
std::string read_whole_file(const std::filesystem::path& path, const std::string& kind, std::size_t most);

}  // namespace doxa
