#include "doxa/models/files/whole_file.h"

#include <array>
#include <fstream>
#include <system_error>

#include "doxa/models/files/file_error.h"

namespace doxa {

std::string read_whole_file(const std::filesystem::path& path, const std::string& kind, std::size_t most) {
  const std::string name = path.string();
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw FileError(name, "found no such file, expected a " + kind);
  if (std::filesystem::is_directory(status)) throw FileError(name, "found a directory, expected a " + kind);
  std::ifstream in(path, std::ios::binary);
  if (!in) throw FileError(name, "found a file that cannot be opened, expected a readable " + kind);
  std::string bytes;
  std::array<char, 65536> block;
  while (in.read(block.data(), block.size()), in.gcount() > 0) {
    bytes.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > most)
      throw FileError(name, "found more than " + std::to_string(most) + " bytes, expected a smaller file");
  }
  if (in.bad())
    throw FileError(name, "found a file that cannot be read to its end, expected a readable " + kind);
  return bytes;
}

}  // namespace doxa
