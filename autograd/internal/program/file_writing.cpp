#include "doxa/autograd/internal/program/file_writing.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

namespace doxa {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& path, const std::string& reason) {
  throw std::runtime_error("cannot write " + path.string() + ": " + reason);
}
[[noreturn]] void cannot_write(const fs::path& path, int reason) {
  cannot_write(path, std::generic_category().message(reason));
}

// An open file, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  bool close() {
    if (number_ < 0) return true;
    const int closed = ::close(number_);
    number_ = -1;
    return closed == 0;
  }

 private:
  int number_;
};

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Where the bytes of a write go.
struct Target {
  fs::path path;                             // what symbolic links lead to
  std::optional<struct stat> replaced = {};  // of the regular file that is there already
  bool in_place = false;
  int descriptor = -1;  // in place: this one, which is open already, or if negative the path
  bool is_pipe = false;
};

// Follows symbolic links, also to where nothing is yet.
fs::path link_target(fs::path path) {
  constexpr int most_links = 40;  // as many as Linux follows
  for (int links = 0; links < most_links; ++links) {
    std::error_code none;
    const fs::path next = fs::read_symlink(path, none);
    if (none) return path;
    path = path.parent_path() / next;
  }
  return path;
}

Target target_of(const fs::path& path) {
  if (!path.has_filename()) cannot_write(path, EISDIR);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) cannot_write(path, errno);
    const fs::path target = link_target(path), folder = target.parent_path();
    std::error_code none;
    if (!folder.empty() && !fs::is_directory(folder, none))
      cannot_write(path, "there is no folder " + folder.string());
    return {.path = target};
  }
  // A file that is this program's own standard output, as /dev/stdout is, goes on there.
  struct stat output {};
  if (::fstat(STDOUT_FILENO, &output) == 0 && same_file(status, output))
    return {.path = path, .in_place = true, .descriptor = STDOUT_FILENO};
  if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))
    return {.path = path, .in_place = true, .is_pipe = S_ISFIFO(status.st_mode)};
  if (S_ISDIR(status.st_mode)) cannot_write(path, EISDIR);
  if (!S_ISREG(status.st_mode)) cannot_write(path, "found neither a file nor a pipe nor a character device");
  if (::access(path.c_str(), W_OK) != 0) cannot_write(path, errno);
  const fs::path target = link_target(path);
  struct stat found {};
  // Links below /proc lead to open files, and their text need not be a path to them.
  if (::stat(target.c_str(), &found) != 0 || !same_file(status, found))
    return {.path = path, .in_place = true};
  return {.path = target, .replaced = status};
}

void write_in_place(const fs::path& path, const Target& target, std::string_view bytes) {
  if (target.descriptor >= 0) {
    if (std::fflush(stdout) != 0 || !write_all(target.descriptor, bytes)) cannot_write(path, errno);
    return;
  }
  Descriptor file(::open(target.path.c_str(), O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open() || !write_all(file.number(), bytes) || !file.close()) cannot_write(path, errno);
}

// A new file beside the target, removed at the end of its scope unless it has taken the target's place. It is
// in the same directory because a rename is atomic only within one file system.
class Temporary {
 public:
  explicit Temporary(const fs::path& target, mode_t mode) : file_(create(target, mode, path_)) {}
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  Descriptor& file() { return file_; }
  bool replace(const fs::path& target) {
    if (std::rename(path_.c_str(), target.c_str()) != 0) return false;
    path_.clear();
    return true;
  }

 private:
  // Never an existing file: that may be another program's, or a link that somebody has put there.
  static int create(const fs::path& target, mode_t mode, fs::path& path) {
    constexpr int most_tries = 100;
    const std::string name = target.string() + ".tmp" + std::to_string(::getpid());
    for (int i = 0; i < most_tries; ++i) {
      fs::path trial = i == 0 ? name : name + "-" + std::to_string(i);
      const int descriptor = ::open(trial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (descriptor >= 0) path = std::move(trial);
      if (descriptor >= 0 || errno != EEXIST) return descriptor;
    }
    return -1;
  }

  fs::path path_;  // before file_, whose initialiser sets it
  Descriptor file_;
};

// Owner, group and permissions of the replaced file, as far as the system lets this user set them.
// Permissions of a group that cannot be kept are not given to another.
void keep_attributes(int descriptor, const struct stat& replaced) {
  mode_t permissions = replaced.st_mode & 0777;
  const bool kept = ::fchown(descriptor, replaced.st_uid, replaced.st_gid) == 0 ||
                    ::fchown(descriptor, static_cast<uid_t>(-1), replaced.st_gid) == 0;
  if (!kept) permissions &= 0707;
  // Some file systems have no permissions to set; the file is then as they make all files.
  static_cast<void>(::fchmod(descriptor, permissions));
}

// A new file's permissions are those of the umask; a replacement's are set before it has any content.
mode_t permissions_at_creation(const Target& target) { return target.replaced ? 0600 : 0666; }

// A new name survives a crash only once the directory, too, is on the disk. Not every file system can sync a
// directory, and the file is already in place, so failures are ignored.
void sync_directory(const fs::path& path) {
  const fs::path directory = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor open(::open(directory.c_str(), O_RDONLY | O_CLOEXEC));
  if (open.is_open()) ::fsync(open.number());
}

}  // namespace

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  const Target target = target_of(path);
  if (target.in_place) return write_in_place(path, target, bytes);
  Temporary temporary(target.path, permissions_at_creation(target));
  Descriptor& file = temporary.file();
  if (!file.is_open()) cannot_write(path, errno);
  if (target.replaced) keep_attributes(file.number(), *target.replaced);
  if (!write_all(file.number(), bytes) || ::fsync(file.number()) != 0 || !file.close() ||
      !temporary.replace(target.path))
    cannot_write(path, errno);
  sync_directory(target.path);
}

void require_rewritable(const fs::path& path) {
  if (target_of(path).is_pipe)
    cannot_write(path, "found a pipe, expected a file, because it is written again and again");
  require_writable(path);
}

bool lead_to_same_file(const fs::path& a, const fs::path& b) {
  struct stat of_a {
  }, of_b{};
  const bool a_exists = ::stat(a.c_str(), &of_a) == 0, b_exists = ::stat(b.c_str(), &of_b) == 0;
  if (a_exists && b_exists) return same_file(of_a, of_b) && !S_ISCHR(of_a.st_mode);
  if (a_exists != b_exists) return false;
  const auto destination = [](const fs::path& path) {
    std::error_code none;
    const fs::path target = fs::absolute(link_target(path), none);
    const fs::path canonical = fs::weakly_canonical(target, none);
    return none ? target.lexically_normal() : canonical;
  };
  return destination(a) == destination(b);
}

void require_writable(const fs::path& path) {
  const Target target = target_of(path);
  if (!target.in_place) {
    Temporary temporary(target.path, permissions_at_creation(target));
    if (!temporary.file().is_open()) cannot_write(path, errno);
  } else if (target.descriptor < 0 && ::access(target.path.c_str(), W_OK) != 0) {
    cannot_write(path, errno);
  }
}

}  // namespace doxa
