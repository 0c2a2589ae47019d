#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace doxa {

/// A file that is not what it should be. what() is one line, "file:line:column: what was found, what was
/// expected"; line and column count from 1 and in bytes. Where no place in the file can be named (the file
/// cannot be opened), both are 0 and what() is "file: text".
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& file, std::size_t line, std::size_t column, const std::string& text);
  FileError(const std::string& file, const std::string& text) : FileError(file, 0, 0, text) {}

  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }  ///< what() without the file and the place
  std::size_t line() const { return line_; }
  std::size_t column() const { return column_; }

 private:
  std::string file_, text_;
  std::size_t line_, column_;
};

/// A piece of a file as an error message shows it: in quotes, and cut if it is long.
std::string in_quotes(std::string_view text);

/// All bytes of a file. `kind` says what was expected in errors, for example ".pomdp file". Throws FileError
/// if the file is missing, is a directory, cannot be read, or has more than `most` bytes; it never reads more
/// than that.
std::string read_whole_file(const std::filesystem::path& path, const std::string& kind, std::size_t most);

/// Throws FileError as read_whole_file would for this path, as far as can be known without opening the file:
/// to be called before a long computation that reads it later.
void require_readable(const std::filesystem::path& path, const std::string& kind);

/// The same, and throws FileError for a pipe, a device or a socket, too: reading a pipe waits for somebody
/// who writes into it, perhaps for ever.
void require_regular_file(const std::filesystem::path& path, const std::string& kind);

/// Replaces a file as a whole: writes the bytes to a temporary file beside it, waits until they are on the
/// disk, and renames that. Whoever reads the file, even after a crash, finds the old one or the new one and
/// never a part of it.
///
///   a symbolic link               stays, and what it leads to is replaced, or created if nothing is there
///   mode and owner of the file    are kept, as far as this user may set them; a new file's follow the umask
///   a pipe, a character device,   are written into, as is a file that is the program's standard output
///     /dev/stdout
///   a directory, anything else,   is refused
///     a file without write permission
///
/// Other hard links to a file keep the old content. If anything fails, the old file is as it was, nothing is
/// left beside it, and std::runtime_error names the path and the system's reason.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Throws std::runtime_error as write_file_atomically would for this path, as far as can be known beforehand.
/// Changes nothing: to be called before a long computation whose result goes there.
void require_writable(const std::filesystem::path& path);

/// The same for a file that is written again and again, as a checkpoint is. Refuses a pipe, too, unless it is
/// the standard output: opening it a second time would wait for another reader, perhaps for ever.
void require_rewritable(const std::filesystem::path& path);

/// Whether what is written to one path is what the other leads to: symbolic links are followed, also to where
/// nothing is yet. A character device such as /dev/null keeps nothing, so it is never the same file.
bool lead_to_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// The 64-bit FNV-1a hash, by which files of equal content are recognised: unlike std::hash it is the same
/// with every standard library. Source: Fowler, Noll, Vo & Eastlake, "The FNV non-cryptographic hash
/// algorithm" (draft-eastlake-fnv).
std::uint64_t fnv1a(std::string_view bytes);

}  // namespace doxa
