#include "doxa/models/files/file.h"

#include <array>
#include <fstream>
#include <system_error>

#include "doxa/models/files/utf8.h"

namespace doxa {
namespace {

// The name and the content of a file may be anything. Control characters must not reach the terminal.
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

}  // namespace

FileError::FileError(const std::string& file, std::size_t line, std::size_t column, const std::string& text)
    : std::runtime_error(one_line(file) +
                         (line ? ":" + std::to_string(line) + ":" + std::to_string(column) : "") + ": " +
                         one_line(text)),
      file_(file),
      text_(one_line(text)),
      line_(line),
      column_(column) {}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return "'" + std::string(text) + "'";
  const std::string_view beginning = text.substr(0, most);
  return "'" + std::string(beginning.substr(0, valid_utf8_length(beginning))) + "...'";
}

void require_readable(const std::filesystem::path& path, const std::string& kind) {
  const std::string name = path.string();
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw FileError(name, "found no such file, expected a " + kind);
  if (std::filesystem::is_directory(status)) throw FileError(name, "found a directory, expected a " + kind);
}

void require_regular_file(const std::filesystem::path& path, const std::string& kind) {
  require_readable(path, kind);
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_regular_file(status)) return;
  throw FileError(path.string(), std::string("found a ") +
                                     (std::filesystem::is_fifo(status) ? "pipe" : "device or a socket") +
                                     ", expected a " + kind);
}

std::string read_whole_file(const std::filesystem::path& path, const std::string& kind, std::size_t most) {
  require_readable(path, kind);
  const std::string name = path.string();
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

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

}  // namespace doxa
