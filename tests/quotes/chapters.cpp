#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <variant>

#include "doxa/models/files/file.h"
#include "quotes/quotes.h"
#include "support/results.h"
#include "tests/support/cursor.h"
#include "tests/support/scratch.h"

namespace doxa::quotes {
namespace {

namespace fs = std::filesystem;
using support::ResultsFile;

// Why a results file is not of a default run whose claims all hold; empty if it is.
std::string not_to_be_committed(const ResultsFile& results, const std::string& chapter) {
  const auto is = [&](const char* name, double value) {
    const auto at = results.find(name);
    return at != results.end() && std::holds_alternative<double>(at->second) &&
           std::get<double>(at->second) == value;
  };
  const auto name = results.find("chapter");
  if (name == results.end() || name->second != std::variant<double, std::string>(chapter))
    return "is not of " + chapter;
  if (!is("seed", 1) || !is("quick", 0)) return "is not of the run with seed 1 in full";
  if (const auto stop = results.find("stopped"); stop != results.end())
    return "is of a run that was stopped " + std::get<std::string>(stop->second);
  for (const auto& [entry, value] : results)
    if (entry.starts_with("claim.") && entry.ends_with(".holds") && std::get<double>(value) != 1)
      return "has a claim that failed: " + entry;
  return "";
}

// What `folder` holds of files and folders whose name `accepts`, sorted: capitals come first.
std::vector<fs::path> entries(const fs::path& folder, auto accepts) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(folder))
    if (accepts(entry.path().filename().string())) all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

// The names of a run's figures, without ".svg", and their checksums.
ResultsFile figures_of(const ResultsFile& run) {
  ResultsFile all;
  for (const auto& [name, sum] : run)
    if (name.starts_with("figure.") && name.ends_with(".svg")) all[name.substr(7, name.size() - 11)] = sum;
  return all;
}

// The RUN of each results-RUN.json in a chapter's folder: a run with flags, some of whose figures are shown
// as figures/NAME-RUN.svg.
std::vector<std::string> further_runs(const fs::path& chapter) {
  std::vector<std::string> all;
  for (const fs::path& file : entries(chapter, [](const std::string& name) {
         return name.starts_with("results-") && name.ends_with(".json");
       }))
    all.push_back(file.stem().string().substr(8));
  return all;
}

// The figures that no run has drawn.
std::vector<fs::path> strays(const fs::path& chapter, const std::set<std::string>& drawn) {
  return entries(chapter / "figures", [&](const std::string& name) { return !drawn.contains(name); });
}

}  // namespace

std::vector<fs::path> pages(const fs::path& root) {
  std::vector<fs::path> all{root / "README.md"};
  for (const char* room : {"autograd", "distributions", "models", "tutorials", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(root / room))
      if (entry.path().extension() == ".md") all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

std::vector<fs::path> chapters(const fs::path& root) {
  return entries(root / "tutorials", [](const std::string& name) { return is_digit(name[0]); });
}

std::vector<fs::path> pages_of(const fs::path& chapter) {
  return entries(chapter, [](const std::string& name) { return name.ends_with(".md"); });
}

std::vector<std::string> faults(const fs::path& chapter) {
  const fs::path file = chapter / "results.json";
  if (!fs::exists(file)) return {"results.json is missing"};
  const ResultsFile results = support::read_results(file);
  std::vector<std::string> found;
  if (const std::string why = not_to_be_committed(results, chapter.filename().string()); !why.empty())
    found.push_back("results.json " + why);
  std::string text;
  for (const fs::path& page : pages_of(chapter)) text += testing::content(page);
  std::set<std::string> drawn;
  const auto check = [&](const ResultsFile& run, const std::string& suffix) {
    for (const auto& [name, sum] : figures_of(run)) {
      const std::string figure = name + suffix + ".svg";
      if (!suffix.empty() && !fs::exists(chapter / "figures" / figure)) continue;
      drawn.insert(figure);
      const std::string svg = testing::content(chapter / "figures" / figure);
      if (ResultsFile::mapped_type(support::checksum(svg)) != sum)
        found.push_back("figures/" + figure + " is not of the run that results" + suffix + ".json is of");
      if (svg.size() >= 100'000) found.push_back("figures/" + figure + " has 100 kB or more");
      if (text.find("](figures/" + figure + ")") == text.npos)
        found.push_back("no page shows figures/" + figure);
    }
  };
  check(results, "");
  for (const std::string& run : further_runs(chapter))
    check(support::read_results(chapter / ("results-" + run + ".json")), "-" + run);
  for (const fs::path& figure : strays(chapter, drawn))
    found.push_back("figures/" + figure.filename().string() + " is drawn by no run");
  return found;
}

void take(const fs::path& run, const fs::path& chapter) {
  const ResultsFile results = support::read_results(run / "results.json");
  if (const std::string why = not_to_be_committed(results, chapter.filename().string()); !why.empty())
    throw std::runtime_error((run / "results.json").string() + " " + why);
  fs::create_directories(chapter / "figures");
  const auto copy = [](const fs::path& from, const fs::path& to) {
    write_file_atomically(to, read_whole_file(from, "file of a run", std::size_t{1} << 26));
  };
  std::set<std::string> drawn;
  for (const auto& [name, sum] : figures_of(results)) {
    drawn.insert(name + ".svg");
    copy(run / (name + ".svg"), chapter / "figures" / (name + ".svg"));
  }
  for (const std::string& further : further_runs(chapter)) {
    const fs::path from = run.string() + "-" + further, file = chapter / ("results-" + further + ".json");
    if (fs::exists(from / "results.json")) copy(from / "results.json", file);
    for (const auto& [name, sum] : figures_of(support::read_results(file))) {
      const fs::path figure = chapter / "figures" / (name + "-" + further + ".svg");
      if (!fs::exists(figure)) continue;
      drawn.insert(figure.filename().string());
      if (fs::exists(from / (name + ".svg"))) copy(from / (name + ".svg"), figure);
    }
  }
  for (const fs::path& figure : strays(chapter, drawn)) fs::remove(figure);
  copy(run / "results.json", chapter / "results.json");
}

namespace {

// Adds the items of the numbered list under "## Exercises", to the next heading of that level or the end.
void add_exercises(const std::string& page, std::vector<std::string>& items) {
  const std::size_t first = items.size();
  std::istringstream stream(page);
  bool inside = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("## ")) inside = line == "## Exercises";
    if (!inside) continue;
    Cursor c{line};
    if (!c.take_while(is_digit).empty() && c.take(". ")) items.emplace_back();
    if (items.size() > first) items.back() += line + '\n';
  }
}

}  // namespace

std::vector<std::string> exercise_faults(const fs::path& root, const fs::path& chapter) {
  const std::string name = chapter.filename().string();
  const std::string code = testing::content(root / "tests/tutorials/exercises" / (name + ".cpp"));
  std::set<std::string> tests, used;
  for_each_after(code, "TEST(Exercise", [&](Cursor c) {
    const std::string number(c.take_while(is_digit));
    if (c.take(", ")) tests.insert("Exercise" + number + "." + std::string(c.take_while(is_word)));
  });
  const auto results = support::read_results(chapter / "results.json");

  std::vector<std::string> faults;
  std::vector<std::string> items;
  for (const fs::path& page : pages_of(chapter)) add_exercises(testing::content(page), items);
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
    for_each_after(by, "`Exercise", [&](Cursor c) {
      std::string test = "Exercise" + std::string(c.take_while(is_digit));
      if (!c.take(".")) return;
      test += "." + std::string(c.take_while(is_word));
      ++verified;
      used.insert(test);
      if (!tests.contains(test)) faults.push_back(which + ": there is no test " + test);
    });
    for_each_after(by, "claim", [&](Cursor c) {
      c.take("s");
      if (!c.take(" ")) return;
      const std::string number(c.take_while(is_digit));
      if (number.empty()) return;
      ++verified;
      if (!results.contains("claim." + number)) faults.push_back(which + ": there is no claim " + number);
    });
    if (verified == 0)
      faults.push_back(which + ": expected a test `ExerciseNN.Name` or 'claim K' after 'Verified by'");
  }
  for (const std::string& test : tests)
    if (!used.contains(test)) faults.push_back(test + " verifies no exercise");
  return faults;
}

}  // namespace doxa::quotes
