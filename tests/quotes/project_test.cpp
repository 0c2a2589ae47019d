// Every page of the project says what its sources and results say.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "quotes/quotes.h"

namespace doxa::quotes {
namespace {

namespace fs = std::filesystem;

const fs::path root = DOXA_SOURCE_DIR;

std::string test_name(const ::testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.lexically_relative(root).replace_extension().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

class EveryPage : public ::testing::TestWithParam<fs::path> {};
TEST_P(EveryPage, IsInStep) {
  for (const Difference& difference : in_step(GetParam()).differences)
    ADD_FAILURE() << GetParam().lexically_relative(root).string() << ':' << difference.line << ": "
                  << difference.what;
}
INSTANTIATE_TEST_SUITE_P(Project, EveryPage, ::testing::ValuesIn(pages(root)), test_name);

class EveryChapter : public ::testing::TestWithParam<fs::path> {};
TEST_P(EveryChapter, HasTheFiguresOfItsCommittedRun) {
  for (const std::string& fault : faults(GetParam())) ADD_FAILURE() << fault;
}
TEST_P(EveryChapter, HasExercisesWithVerifiedSolutions) {
  for (const std::string& fault : exercise_faults(root, GetParam())) ADD_FAILURE() << fault;
}
INSTANTIATE_TEST_SUITE_P(Project, EveryChapter, ::testing::ValuesIn(chapters(root)), test_name);

}  // namespace
}  // namespace doxa::quotes
