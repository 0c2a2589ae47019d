#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "support/results_file.h"
#include "tree.h"

namespace doxa::quotes {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// Adds the items of the numbered list under "## Exercises", to the next heading of that level or the end.
void add_exercises(const std::string& page, std::vector<std::string>& items) {
  static const std::regex item(R"(^\d+\. .*)");
  const std::size_t first = items.size();
  std::istringstream stream(page);
  bool inside = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("## ")) inside = line == "## Exercises";
    if (!inside) continue;
    if (std::regex_match(line, item)) items.emplace_back();
    if (items.size() > first) items.back() += line + '\n';
  }
}

}  // namespace

std::vector<std::string> exercise_faults(const fs::path& root, const fs::path& chapter) {
  static const std::regex by_test(R"(`(Exercise\d\d)\.(\w+)`)");
  static const std::regex by_claim(R"(claims? (\d+))");
  static const std::regex a_test(R"(TEST\((Exercise\d\d), (\w+)\))");
  const std::string name = chapter.filename().string();
  const std::string code = read(root / "tests/tutorials/exercises" / (name + ".cpp"));
  std::set<std::string> tests, used;
  for (std::sregex_iterator i(code.begin(), code.end(), a_test), none; i != none; ++i)
    tests.insert((*i)[1].str() + "." + (*i)[2].str());
  const auto results = support::read_results(chapter / "results.json");

  std::vector<std::string> faults;
  std::vector<std::string> items;
  for (const fs::path& page : pages_of(chapter)) add_exercises(read(page), items);
  if (items.size() < 3)
    faults.push_back("has " + std::to_string(items.size()) + " exercises, expected 3 or more");
  for (std::size_t k = 0; k < items.size(); ++k) {
    const std::string& item = items[k];
    const std::string which = "exercise " + std::to_string(k + 1);
    const std::size_t fold = item.find("<details>"), end = item.find("</details>");
    if (fold == item.npos || end == item.npos || item.find("<summary>") == item.npos) {
      faults.push_back(which + " has no folded solution");
      continue;
    }
    const std::size_t last = item.rfind("Verified by", end);
    if (last == item.npos || last < fold) {
      faults.push_back(which + ": expected 'Verified by' at the end of its solution");
      continue;
    }
    const std::string by = item.substr(last, end - last);
    int verified = 0;
    for (std::sregex_iterator i(by.begin(), by.end(), by_test), none; i != none; ++i, ++verified) {
      const std::string test = (*i)[1].str() + "." + (*i)[2].str();
      used.insert(test);
      if (!tests.contains(test)) faults.push_back(which + ": there is no test " + test);
    }
    for (std::sregex_iterator i(by.begin(), by.end(), by_claim), none; i != none; ++i, ++verified)
      if (!results.contains("claim." + (*i)[1].str()))
        faults.push_back(which + ": there is no claim " + (*i)[1].str());
    if (verified == 0)
      faults.push_back(which + ": expected a test `ExerciseNN.Name` or 'claim K' after 'Verified by'");
  }
  for (const std::string& test : tests)
    if (!used.contains(test)) faults.push_back(test + " verifies no exercise");
  return faults;
}

}  // namespace doxa::quotes
