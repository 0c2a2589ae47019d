// The numbered equations of the chapters and the places that cite them: nobody cites an equation that is not
// there.

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/support/cursor.h"
#include "tests/support/scratch.h"

namespace doxa {
namespace {

namespace fs = std::filesystem;
using testing::content;

const fs::path root = DOXA_SOURCE_DIR;

// Calls f(path) for each file of the project with one of these extensions.
void for_each_file(const std::set<std::string>& extensions, auto f) {
  for (const char* room : {"autograd", "distributions", "models", "tutorials", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(root / room))
      if (extensions.contains(entry.path().extension().string())) f(entry.path());
}

// Chapter number, such as "06", and its text: its README and the pages beside it.
std::map<std::string, std::string> chapters() {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(root / "tutorials")) {
    const std::string name = entry.path().filename().string();
    if (name.size() > 3 && std::isdigit(static_cast<unsigned char>(name[0])) &&
        fs::exists(entry.path() / "main.cpp"))
      for (const auto& page : fs::directory_iterator(entry.path()))
        if (page.path().extension() == ".md") all[name.substr(0, 2)] += content(page.path());
  }
  return all;
}

// The NN.k that begins at the cursor and is followed by `end`.
std::optional<std::string> tag_at(Cursor at, std::string_view end) {
  const std::string_view chapter = at.take_while(is_digit);
  if (chapter.size() != 2 || !at.take(".")) return {};
  const std::string_view k = at.take_while(is_digit);
  if (k.empty() || !at.take(end)) return {};
  return std::string(chapter) + "." + std::string(k);
}

std::multiset<std::string> tags(const std::string& text) {
  std::multiset<std::string> all;
  for_each_after(text, "\\tag{", [&](Cursor at) {
    if (const auto tag = tag_at(at, "}")) all.insert(*tag);
  });
  return all;
}

// The tags cited as (NN.k), for the chapters that exist.
std::set<std::string> citations(const std::string& text, const std::map<std::string, std::string>& known) {
  std::set<std::string> all;
  for_each_after(text, "(", [&](Cursor at) {
    const auto tag = tag_at(at, ")");
    if (tag && tag->size() <= 5 && (*tag)[3] != '0' && known.contains(tag->substr(0, 2))) all.insert(*tag);
  });
  return all;
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
  for_each_file({".cpp", ".h", ".md"}, [&](const fs::path& path) {
    ++files;
    for (const std::string& tag : citations(content(path), all))
      EXPECT_TRUE(known.contains(tag)) << path << " cites (" << tag << ")";
  });
  EXPECT_GT(files, 50);
}

// What a chapter's program and the tests check is said in terms of the chapter's equations.
TEST(EquationTags, OfEachChapterAreCitedByCode) {
  const auto all = chapters();
  std::map<std::string, std::set<std::string>> cited;
  for_each_file({".cpp", ".h"}, [&](const fs::path& path) {
    for (const std::string& tag : citations(content(path), all)) cited[tag.substr(0, 2)].insert(tag);
  });
  for (const auto& [number, text] : all)
    for (const std::string& tag : tags(text))
      EXPECT_TRUE(cited[number].contains(tag)) << "no code cites (" << tag << ")";
}

}  // namespace
}  // namespace doxa
