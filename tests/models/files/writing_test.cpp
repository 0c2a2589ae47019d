#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "doxa/models/files/file.h"
#include "tests/support/full_disk.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

// Under an umask of its own, and restored.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

void expect_refused(const fs::path& path, const std::string& reason) {
  const std::string text = "cannot write " + path.string() + ": " + reason;
  EXPECT_SAYS(std::runtime_error, text, write_file_atomically(path, "text"));
  EXPECT_SAYS(std::runtime_error, text, require_writable(path));
}

TEST(WriteFileAtomically, ReplacesTheOldFileAndLeavesNothingBeside) {
  const Scratch scratch;
  write_file_atomically(scratch / "a.txt", "old");
  write_file_atomically(scratch / "a.txt", std::string("n\0w", 3));
  EXPECT_EQ(content(scratch / "a.txt"), std::string("n\0w", 3));
  EXPECT_EQ(scratch.entries(), 1u);
}

TEST(WriteFileAtomically, KeepsTheOldFileWhenTheDiskIsFull) {
  const Scratch scratch;
  write_file_atomically(scratch / "a.txt", "old");
  fs::create_symlink("a.txt", scratch / "link");
  for (const char* name : {"a.txt", "link"}) {
    const std::string message = thrown<std::runtime_error>([&] {
      const FullDisk full(5000);
      write_file_atomically(scratch / name, std::string(20000, 'x'));
    });
    EXPECT_EQ(message, "cannot write " + (scratch / name).string() + ": File too large");
    EXPECT_EQ(content(scratch / "a.txt"), "old");
    EXPECT_EQ(scratch.entries(), 2u);
  }
}

TEST(WriteFileAtomically, RefusesWhatIsNoFile) {
  const Scratch scratch;
  fs::create_directory(scratch / "taken");
  fs::create_directory_symlink("taken", scratch / "link");
  expect_refused(scratch / "taken", "Is a directory");
  expect_refused(scratch / "link", "Is a directory");
  expect_refused(scratch / "taken/", "Is a directory");
  expect_refused(scratch / "missing" / "a.txt", "there is no folder " + (scratch / "missing").string());
  EXPECT_EQ(scratch.entries(), 2u);
}

TEST(WriteFileAtomically, WritesThroughLinks) {
  const Scratch scratch;
  fs::create_directories(scratch / "far" / "away");
  write_bytes(scratch / "far" / "away" / "a.txt", "old");
  fs::create_symlink("away/a.txt", scratch / "far" / "second");       // relative to its own folder
  fs::create_symlink(scratch / "far" / "second", scratch / "first");  // a link to a link
  fs::create_symlink("far/away/new.txt", scratch / "dangling");
  write_file_atomically(scratch / "first", "new");
  write_file_atomically(scratch / "dangling", "created");
  EXPECT_EQ(content(scratch / "far" / "away" / "a.txt"), "new");
  EXPECT_EQ(content(scratch / "far" / "away" / "new.txt"), "created");
  for (const char* link : {"first", "dangling", "far/second"})
    EXPECT_TRUE(fs::is_symlink(scratch / link)) << link;
  EXPECT_EQ(scratch.entries(), 3u);
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch / "far" / "away"), {}), 2);

  fs::create_symlink("none/a.txt", scratch / "nowhere");
  expect_refused(scratch / "nowhere", "there is no folder " + (scratch / "none").string());
  fs::create_symlink("loop", scratch / "loop");
  expect_refused(scratch / "loop", std::generic_category().message(ELOOP));
}

TEST(WriteFileAtomically, KeepsTheModeOfAFile) {
  const Scratch scratch;
  const Umask mask(027);
  write_file_atomically(scratch / "new", "text");
  EXPECT_EQ(mode_of(scratch / "new"), 0640u);
  for (const mode_t mode : {0600u, 0644u, 0666u, 0755u}) {
    ::chmod((scratch / "new").c_str(), mode);
    write_file_atomically(scratch / "new", "text");
    EXPECT_EQ(mode_of(scratch / "new"), mode);
  }
}

TEST(WriteFileAtomically, KeepsTheOwnerOfAFile) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const Scratch scratch;
  write_bytes(scratch / "a.txt", "old");
  ASSERT_EQ(::chown((scratch / "a.txt").c_str(), 65533, 65532), 0);
  write_file_atomically(scratch / "a.txt", "new");
  struct stat status {};
  ASSERT_EQ(::stat((scratch / "a.txt").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 65533u);
  EXPECT_EQ(status.st_gid, 65532u);
  EXPECT_EQ(content(scratch / "a.txt"), "new");
}

TEST(WriteFileAtomically, RefusesAFileThatIsReadOnly) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write every file";
  const Scratch scratch;
  write_bytes(scratch / "a.txt", "old");
  ::chmod((scratch / "a.txt").c_str(), 0444);
  expect_refused(scratch / "a.txt", "Permission denied");
  EXPECT_EQ(content(scratch / "a.txt"), "old");
}

TEST(WriteFileAtomically, WritesIntoAPipe) {
  const Scratch scratch;
  const fs::path pipe = scratch / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  fs::create_symlink("pipe", scratch / "link");
  for (const fs::path& path : {pipe, scratch / "link"}) {
    require_writable(path);  // without a reader this would wait for one, if it opened the pipe
    std::string received;
    std::thread reader([&] { received = content(pipe); });
    const std::string text(200'000, 'x');  // more than a pipe holds
    write_file_atomically(path, text);
    reader.join();
    EXPECT_EQ(received, text);
    EXPECT_TRUE(fs::is_fifo(pipe));
  }
  EXPECT_EQ(scratch.entries(), 2u);
}

// /dev/stdout leads to whatever the standard output is. In a child process it is a file or a pipe of the
// test's.
TEST(WriteFileAtomically, WritesToStandardOutput) {
  if (!fs::exists("/dev/stdout")) GTEST_SKIP() << "there is no /dev/stdout";
  const Scratch scratch;
  const fs::path pipe = scratch / "pipe", file = scratch / "file";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  write_bytes(file, "");
  for (const fs::path& output : {pipe, file}) {
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
      if (std::freopen(output.c_str(), "w", stdout) == nullptr) ::_exit(1);
      std::fputs("before, ", stdout);
      write_file_atomically("/dev/stdout", "text");
      std::fputs(", after", stdout);
      ::_exit(std::fflush(stdout) == 0 ? 0 : 1);
    }
    const std::string from_pipe = output == pipe ? content(pipe) : "";
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(output == pipe ? from_pipe : content(file), "before, text, after") << output;
  }
}

// The temporary file of a program that was killed may have the number of this process.
TEST(WriteFileAtomically, LeavesTemporaryFilesOfOthersAlone) {
  const Scratch scratch;
  const std::string stale = "a.txt.tmp" + std::to_string(::getpid());
  write_bytes(scratch / "victim", "precious");
  fs::create_symlink("victim", scratch / stale);
  write_file_atomically(scratch / "a.txt", "new");
  EXPECT_EQ(content(scratch / "a.txt"), "new");
  EXPECT_EQ(content(scratch / "victim"), "precious");
  EXPECT_EQ(scratch.entries(), 3u);
}

// Its second opening would wait for another reader.
TEST(RequireRewritable, RefusesAPipe) {
  const Scratch scratch;
  ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", scratch / "link");
  for (const char* name : {"pipe", "link"})
    EXPECT_SAYS(std::runtime_error,
                "cannot write " + (scratch / name).string() +
                    ": found a pipe, expected a file, because it is written again and again",
                require_rewritable(scratch / name));
  require_rewritable(scratch / "a.txt");
  require_rewritable("/dev/null");
  EXPECT_SAYS(std::runtime_error, "cannot write " + scratch.path().string() + ": Is a directory",
              require_rewritable(scratch.path()));
  EXPECT_EQ(scratch.entries(), 2u);
}

TEST(LeadToSameFile, FollowsLinksAlsoToWhereNothingIs) {
  const Scratch scratch;
  fs::create_directory(scratch / "folder");
  write_bytes(scratch / "folder" / "a", "text");
  write_bytes(scratch / "folder" / "b", "text");
  fs::create_directory_symlink("folder", scratch / "other");
  fs::create_symlink("folder/a", scratch / "link");
  fs::create_symlink("other/new", scratch / "dangling");
  const auto same = [&](const std::string& a, const std::string& b) {
    const bool one = lead_to_same_file(scratch / a, scratch / b);
    EXPECT_EQ(lead_to_same_file(scratch / b, scratch / a), one) << a << " " << b;
    return one;
  };
  EXPECT_TRUE(same("folder/a", "folder/a"));
  EXPECT_TRUE(same("folder/a", "other/../folder/./a"));
  EXPECT_TRUE(same("folder/a", "other/a"));
  EXPECT_TRUE(same("other/a", "link"));
  EXPECT_TRUE(same("folder/new", "other/new"));
  EXPECT_TRUE(same("folder/new", "dangling"));
  EXPECT_TRUE(same("none/far/new", "none/near/../far/new"));
  EXPECT_FALSE(same("folder/a", "folder/b"));
  EXPECT_FALSE(same("folder/a", "folder/new"));
  EXPECT_FALSE(same("folder/new", "folder/newer"));
  EXPECT_FALSE(lead_to_same_file("/dev/null", "/dev/null"));
  EXPECT_TRUE(lead_to_same_file("new", fs::current_path() / "new"));
}

TEST(RequireWritable, ChangesNothing) {
  const Scratch scratch;
  require_writable(scratch / "a.txt");
  EXPECT_EQ(scratch.entries(), 0u);
  write_bytes(scratch / "a.txt", "old");
  require_writable(scratch / "a.txt");
  EXPECT_EQ(content(scratch / "a.txt"), "old");
  EXPECT_EQ(scratch.entries(), 1u);
}

}  // namespace
}  // namespace doxa::testing
