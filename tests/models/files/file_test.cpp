#include "doxa/models/files/file.h"

#include <gtest/gtest.h>

namespace doxa::testing {
namespace {

// The test vectors of the hash's authors.
TEST(Fnv1a, HasThePublishedValues) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325u);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8u);
}

}  // namespace
}  // namespace doxa::testing
