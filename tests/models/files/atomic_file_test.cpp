#include "doxa/models/files/atomic_file.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/full_disk.h"
#include "tests/support/scratch.h"

namespace doxa::testing {
namespace {

TEST(AtomicFile, ReplacesTheOldFileAndLeavesNothingBeside) {
  const Scratch scratch;
  write_file_atomically(scratch / "a.txt", "old");
  write_file_atomically(scratch / "a.txt", std::string("n\0w", 3));
  EXPECT_EQ(content(scratch / "a.txt"), std::string("n\0w", 3));
  EXPECT_EQ(scratch.entries(), 1u);
}

TEST(AtomicFile, KeepsTheOldFileWhenTheDiskIsFull) {
  const Scratch scratch;
  write_file_atomically(scratch / "a.txt", "old");
  std::string message;
  try {
    const FullDisk full(5000);
    write_file_atomically(scratch / "a.txt", std::string(20000, 'x'));
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  EXPECT_EQ(message, "cannot write " + (scratch / "a.txt").string() + ": File too large");
  EXPECT_EQ(content(scratch / "a.txt"), "old");
  EXPECT_EQ(scratch.entries(), 1u);
}

TEST(AtomicFile, CleansUpWhenTheNameIsTaken) {
  const Scratch scratch;
  std::filesystem::create_directory(scratch / "taken");
  EXPECT_THROW(write_file_atomically(scratch / "taken", "text"), std::runtime_error);
  EXPECT_THROW(write_file_atomically(scratch / "missing" / "a.txt", "text"), std::runtime_error);
  EXPECT_EQ(scratch.entries(), 1u);
}

}  // namespace
}  // namespace doxa::testing
