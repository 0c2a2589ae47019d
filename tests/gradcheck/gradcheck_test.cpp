#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "cases.h"

namespace doxa {
namespace {

const std::vector<GradientCase>& all() {
  static const std::vector<GradientCase> cases = gradient_cases();
  return cases;
}

class Gradients : public testing::TestWithParam<std::size_t> {};

TEST_P(Gradients, EqualTheNumericalOnes) {
  const GradientCase& c = all()[GetParam()];
  const GradientReport report = c.check({});
  if (report.verdict() == Verdict::inconclusive && sizeof(Real) < sizeof(double))
    GTEST_SKIP() << "single precision hides it\n" << report.str();
  EXPECT_EQ(report.verdict(), c.expected) << c.name << "\n" << report.str();
}

INSTANTIATE_TEST_SUITE_P(Registry, Gradients, testing::Range(std::size_t{0}, all().size()),
                         [](const auto& test) {
                           std::string name;  // GoogleTest takes letters, digits and underscores only
                           for (const char c : all()[test.param].name)
                             name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name + "_" + std::to_string(test.param);
                         });

TEST(Registry, NamesAreUnique) {
  std::set<std::string> names;
  for (const GradientCase& c : all()) EXPECT_TRUE(names.insert(c.name).second) << c.name;
}

}  // namespace
}  // namespace doxa
