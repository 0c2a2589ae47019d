// The numbered equations of the chapters and the places that cite them: nobody cites an equation that is not
// there.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "tests/support/cursor.h"
#include "tests/support/scratch.h"

namespace {

namespace fs = std::filesystem;

const fs::path root = DOXA_SOURCE_DIR;

// Chapter number, such as "06", and its text: its README and the pages beside it.
std::map<std::string, std::string> chapters() {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(root / "tutorials")) {
    const std::string name = entry.path().filename().string();
    if (doxa::is_digit(name[0]) && fs::exists(entry.path() / "main.cpp"))
      for (const auto& page : fs::directory_iterator(entry.path()))
        if (page.path().extension() == ".md") all[name.substr(0, 2)] += doxa::testing::content(page.path());
  }
  return all;
}

// "NN.k", or empty for something else.
std::string number_of(doxa::Cursor& c) {
  const std::string chapter(c.take_while(doxa::is_digit));
  if (chapter.size() != 2 || !c.take(".")) return "";
  const std::string equation(c.take_while(doxa::is_digit));
  return equation.empty() ? "" : chapter + "." + equation;
}

std::multiset<std::string> tags(const std::string& text) {
  std::multiset<std::string> all;
  doxa::for_each_after(text, "\\tag{", [&](doxa::Cursor c) {
    const std::string tag = number_of(c);
    if (!tag.empty() && c.take("}")) all.insert(tag);
  });
  return all;
}

// The tags cited as (NN.k), for the chapters that exist.
std::set<std::string> citations(const std::string& text, const std::map<std::string, std::string>& known) {
  std::set<std::string> all;
  doxa::for_each_after(text, "(", [&](doxa::Cursor c) {
    const std::string tag = number_of(c);
    if (!tag.empty() && tag[3] != '0' && tag.size() <= 5 && c.take(")") && known.contains(tag.substr(0, 2)))
      all.insert(tag);
  });
  return all;
}

// Calls read(path, text) for the project's files of code, and for its pages too if asked.
void for_each_file(bool pages, auto read) {
  for (const char* room : {"autograd", "distributions", "models", "tutorials", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".cpp" || extension == ".h" || (pages && extension == ".md"))
        read(entry.path(), doxa::testing::content(entry.path()));
    }
}

TEST(EquationTags, StandOnceEachAndInTheirOwnChapter) {
  const auto all = chapters();
  ASSERT_FALSE(all.empty());
  for (const auto& [number, text] : all) {
    const auto tagged = tags(text);
    EXPECT_FALSE(tagged.empty()) << "chapter " << number;
    for (const std::string& tag : tagged) {
      EXPECT_EQ(tagged.count(tag), 1u) << tag;
      EXPECT_EQ(tag.substr(0, 2), number) << tag;
    }
  }
}

TEST(EquationTags, AreThereWhereTextOrCodeCitesThem) {
  const auto all = chapters();
  std::set<std::string> known;
  for (const auto& [number, text] : all)
    for (const std::string& tag : tags(text)) known.insert(tag);
  int files = 0;
  for_each_file(true, [&](const fs::path& path, const std::string& text) {
    ++files;
    for (const std::string& tag : citations(text, all))
      EXPECT_TRUE(known.contains(tag)) << path << " cites (" << tag << ")";
  });
  EXPECT_GT(files, 50);
}

// What a chapter's program and the tests check is said in terms of the chapter's equations.
TEST(EquationTags, OfEachChapterAreCitedByCode) {
  const auto all = chapters();
  std::map<std::string, std::set<std::string>> cited;
  for_each_file(false, [&](const fs::path&, const std::string& text) {
    for (const std::string& tag : citations(text, all)) cited[tag.substr(0, 2)].insert(tag);
  });
  for (const auto& [number, text] : all)
    for (const std::string& tag : tags(text))
      EXPECT_TRUE(cited[number].contains(tag)) << "no code cites (" << tag << ")";
}

}  // namespace
