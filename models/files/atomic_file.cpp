#include "doxa/models/files/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>

namespace doxa {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int reason) {
  throw std::runtime_error("cannot write " + path.string() + ": " + std::generic_category().message(reason));
}

// The name of a new file is on the disk once its directory is. Not every file system can say so, and by now
// the file is in place: no failure of this undoes that.
void sync_directory(const std::filesystem::path& path) {
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  // In the same directory, because a rename is atomic only within one file system. The process number keeps
  // two runs that write to the same place apart.
  const std::filesystem::path temporary = path.string() + ".tmp" + std::to_string(::getpid());
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) fail(path, errno);

  errno = 0;
  bool good = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  good = good && std::fflush(file) == 0 && ::fsync(::fileno(file)) == 0;
  int reason = good ? 0 : errno;
  if (std::fclose(file) != 0 && reason == 0) reason = errno;
  if (reason == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) reason = errno;
  if (reason != 0 || !good) {
    std::remove(temporary.c_str());
    fail(path, reason);
  }
  sync_directory(path);
}

}  // namespace doxa
