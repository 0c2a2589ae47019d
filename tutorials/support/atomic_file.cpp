#include "support/atomic_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>

namespace doxa::support {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int reason) {
  throw std::runtime_error("cannot write " + path.string() + ": " + std::generic_category().message(reason));
}

}  // namespace

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  // In the same directory, because a rename is atomic only within one file system. The process number keeps
  // two runs that write to the same place apart.
  const std::filesystem::path temporary = path.string() + ".tmp" + std::to_string(::getpid());
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  if (file == nullptr) fail(path, errno);

  errno = 0;
  bool good = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  good = good && std::fflush(file) == 0;
  int reason = good ? 0 : errno;
  if (std::fclose(file) != 0 && reason == 0) reason = errno;
  if (reason == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) reason = errno;
  if (reason != 0 || !good) {
    std::remove(temporary.c_str());
    fail(path, reason);
  }
}

}  // namespace doxa::support
