#include "doxa/models/files/file.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/full_disk.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

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
  const std::string message = thrown<std::runtime_error>([&] {
    const FullDisk full(5000);
    write_file_atomically(scratch / "a.txt", std::string(20000, 'x'));
  });
  EXPECT_EQ(message, "cannot write " + (scratch / "a.txt").string() + ": File too large");
  EXPECT_EQ(content(scratch / "a.txt"), "old");
  EXPECT_EQ(scratch.entries(), 1u);
}

TEST(WriteFileAtomically, CleansUpWhenTheNameIsTaken) {
  const Scratch scratch;
  std::filesystem::create_directory(scratch / "taken");
  EXPECT_THROW(write_file_atomically(scratch / "taken", "text"), std::runtime_error);
  EXPECT_THROW(write_file_atomically(scratch / "missing" / "a.txt", "text"), std::runtime_error);
  EXPECT_EQ(scratch.entries(), 1u);
}

// The test vectors of the hash's authors.
TEST(Fnv1a, HasThePublishedValues) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325u);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8u);
}

}  // namespace
}  // namespace doxa::testing
